"""A node with a MISP door on a real socket, accounts that stand at it, and an unmodified PyMISP to knock with."""

from __future__ import annotations

import gzip
import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pymisp
import uvicorn
from paths import DATA
from simulated import federation
from starlette.applications import Starlette

from oureyes.interfaces.gate import Gate
from oureyes.interfaces.misp import Misp
from oureyes.model.accounts import Account
from oureyes.model.markings import PAP, TLP, Marking
from oureyes.node import Node
from oureyes.node.accounts import Credentials, approve_account, approve_credentials, create, issue
from oureyes.node.serving import Serving

logging.getLogger("pymisp").setLevel(logging.CRITICAL)

BOTH = frozenset({"misp:read", "misp:write"})
ANYBODY = frozenset({"*"})
FAST = {"per_minute": 10**9, "burst": 10**6}


class MispSite:
    """One node, its door, and the keys of its accounts."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.node: Node = federation(folder, ("ID",), **settings)["ID"]
        self.executor = ThreadPoolExecutor(2)
        ctx = self.node.ctx
        self.serving = Serving(ctx)
        door = self.door = Misp(self.serving, Gate(Credentials(ctx)), self.executor)
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/misp/"
        config = uvicorn.Config(Starlette(routes=door.routes()), log_level="critical", lifespan="off", ws="none")
        self._server = uvicorn.Server(config)
        self._server.install_signal_handlers = lambda: None
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.005)
        self.keys: dict[str, str] = {}

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()
        self.executor.shutdown()
        self.serving.notes.close()
        self.node.close()

    def account(
        self, name: str, *, to: tuple[str, ...] = (), scopes: frozenset[str] = BOTH, approver: str = "budi", **more: Any
    ) -> Account:
        """An account whose postings go to `to`, approved by two."""
        marking = Marking(TLP.GREEN, PAP.GREEN, releasable_to=frozenset(to))
        said = {"ceiling": TLP.AMBER, "scopes": scopes, "marking": marking, **FAST, **more}
        made = create(self.node.ctx, Account(name, **said), by="ayu")
        if approver:
            made = approve_account(self.node.ctx, name, by=approver)
        _, self.keys[name] = issue(self.node.ctx, name, by="ayu", scopes=scopes, days=30)
        approve_credentials(self.node.ctx, name, by="budi")
        return made

    def misp(self, name: str) -> pymisp.PyMISP:
        """PyMISP as this account."""
        return pymisp.PyMISP(self.url, self.keys[name])

    def ask(self, name: str, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        """One request as this account, or as nobody."""
        key = {"Authorization": self.keys[name]} if name in self.keys else {}
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        said = {"Accept": "application/json", "Content-Type": "application/json", **key, **headers}
        where = urlsplit(self.url)
        connection = HTTPConnection(where.hostname or "", where.port, timeout=60)
        try:
            connection.request(method, where.path + path, data, said)
            answer = connection.getresponse()
            return Reply(answer.status, answer.headers, answer.read())
        finally:
            connection.close()


@dataclass(frozen=True)
class Reply:
    """An answer."""

    status_code: int
    headers: Message
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode()

    def json(self) -> Any:
        return json.loads(self.content)


def an_event(**more: Any) -> pymisp.MISPEvent:
    """A small event of one's own."""
    event = pymisp.MISPEvent()
    event.info, event.distribution, event.threat_level_id, event.analysis = "Relief fund fraud", 1, 2, 1
    for name, value in more.items():
        setattr(event, name, value)
    event.add_attribute("domain", "fund-relief.example", to_ids=True, comment="seen in a post")
    event.add_attribute("ip-dst", "198.51.100.7")
    event.add_tag("tlp:green")
    return event


def corpus() -> Iterator[tuple[str, dict[str, Any]]]:
    """(name, event) of every MISP event at hand."""
    for file in sorted((DATA / "misp").rglob("*.json*")):
        if file.name in ("manifest.json", "describeTypes.json") or "misp" not in str(file.parent):
            continue
        if file.parent.name not in ("eset", "pymisp", "feed-tweetfeed"):
            continue
        raw = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        for place, event in enumerate(_events(json.loads(raw))):
            yield f"{file.name}:{place}", event


def _events(content: Any) -> Iterator[dict[str, Any]]:
    if isinstance(content, list):
        for inner in content:
            yield from _events(inner)
    elif isinstance(content, dict):
        if "Event" in content:
            yield content["Event"]
        elif "response" in content:
            yield from _events(content["response"])
        elif "info" in content:
            yield content


_SEEN_EVENT = ("uuid", "info", "date", "threat_level_id", "analysis", "timestamp", "publish_timestamp", "extends_uuid")
_SEEN = (
    "uuid",
    "type",
    "category",
    "value",
    "comment",
    "timestamp",
    "object_relation",
    "first_seen",
    "last_seen",
    "data",
)
_SEEN_OBJECT = ("uuid", "name", "meta-category", "description", "template_uuid", "template_version", "comment")


def as_seen(event: dict[str, Any]) -> dict[str, Any]:
    """Everything an analyst sees of an event, in one form, whatever an instance adds of its own."""
    made = {name: _text(event.get(name)) for name in _SEEN_EVENT}
    made["published"] = _truth(event.get("published"))
    made["distribution"] = _text(event.get("distribution") or "0")
    made["orgc"] = (event.get("Orgc") or {}).get("name"), (event.get("Orgc") or {}).get("uuid")
    made["group"] = _text((event.get("SharingGroup") or {}).get("uuid"))
    made["tags"] = _tags(event)
    made["attributes"] = _by_uuid(event.get("Attribute"), _attribute_seen)
    made["objects"] = _by_uuid(event.get("Object"), _object_seen)
    made["reports"] = _each(event.get("EventReport"), "name", "content")
    return made | _said(event)
    return made


def _by_uuid(found: Any, seen: Any) -> dict[str, Any]:
    return {str(one["uuid"]).lower() if one.get("uuid") else _text(one.get("value")): seen(one) for one in found or ()}


def _attribute_seen(one: dict[str, Any]) -> dict[str, Any]:
    made = {name: _text(one.get(name)) for name in _SEEN}
    made["uuid"] = made["uuid"].lower()
    made |= {name: _moment(one.get(name)) for name in ("first_seen", "last_seen")}  # PyMISP writes them its own way
    made["to_ids"], made["deleted"] = _truth(one.get("to_ids")), _truth(one.get("deleted"))
    made["disable_correlation"] = _truth(one.get("disable_correlation"))
    made["distribution"] = _text(one.get("distribution") or "5")
    made["tags"] = _tags(one)
    return made | _said(one)


def _said(one: dict[str, Any]) -> dict[str, Any]:
    """What others say of an event or a part of it."""
    made = {"galaxies": sorted(_clusters(one)), "opinions": _each(one.get("Opinion"), "opinion", "comment")}
    made["proposals"] = _each(one.get("ShadowAttribute"), "type", "category", "value", "comment")
    made["sightings"] = _each(one.get("Sighting"), "date_sighting", "type", "source")
    made["notes"] = _each(one.get("Note"), "note", "language")
    made["relationships"] = _each(one.get("Relationship"), "relationship_type", "related_object_uuid")
    return made


def _each(found: Any, *names: str) -> list[tuple[str, ...]]:
    return sorted(tuple(_text(one.get(name)) for name in names) for one in found or ())


def _object_seen(one: dict[str, Any]) -> dict[str, Any]:
    made = {name: _text(one.get(name)) for name in _SEEN_OBJECT}
    made |= {name: _moment(one.get(name)) for name in ("first_seen", "last_seen")}
    made["deleted"], made["distribution"] = _truth(one.get("deleted")), _text(one.get("distribution") or "5")
    made["attributes"] = _by_uuid(one.get("Attribute"), _attribute_seen)
    made["links"] = _each(one.get("ObjectReference"), "referenced_uuid", "relationship_type", "comment")
    return made


def _tags(one: dict[str, Any]) -> list[tuple[Any, ...]]:
    return sorted(
        (str(tag.get("name")), _truth(tag.get("local")), _text(tag.get("relationship_type")))
        for tag in one.get("Tag") or ()
    )


def _clusters(one: dict[str, Any]) -> list[tuple[str, ...]]:
    names = ("uuid", "value", "type", "tag_name", "description")
    found = [two for galaxy in one.get("Galaxy") or () for two in galaxy.get("GalaxyCluster") or ()]
    return _each(found, *names)


def _text(value: Any) -> str:
    return "" if value in (None, "", "0", 0) else str(value)


def _moment(value: Any) -> float | str:
    return datetime.fromisoformat(value).timestamp() if isinstance(value, str) and value else ""


def _truth(value: Any) -> bool:
    return value in (True, 1, "1")
