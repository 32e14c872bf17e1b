"""(e) TAXII 2.1: server CPU for each request, with credentials, release and audit on, over real sockets without TLS;
beside medallion and OpenTAXII in the same run where they are installed.

The server is a process of its own and its CPU is read from the system, so that the client costs it nothing. Medallion
is given 500 objects and no more: its cost grows with the square of them. OpenTAXII is given 2,000, and asks for no
credentials; it answers 500 to a POST that it stores. Rows named "mixed rights" are read by an
account that may have nine objects of ten, so every reference has to be looked at.
"""

from __future__ import annotations

import contextlib
import gzip
import importlib.util
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import orjson
import psutil

from bench.figures import Figure
from bench.ingest import generated
from oureyes.model.accounts import Account, Collection, View
from oureyes.model.markings import PAP, TLP, Marking
from oureyes.node import Node
from oureyes.node.accounts import (
    add_collection,
    approve_account,
    approve_collection,
    approve_credentials,
    create,
    issue,
    set_password,
)

__all__ = ["figures"]

_TAXII = "application/taxii+json;version=2.1"
_PASSWORD = "correct horse battery"
_SMALL = 500
_MORE = 2_000
_OPENTAXII = """
import sys, warnings
warnings.simplefilter("ignore")
from opentaxii.http import app
with app.app_context():
    held = app.taxii_server.servers.taxii2.persistence.api
    root = held.add_api_root(title="root", description="", default=True)
    made = held.add_collection(api_root_id=root.id, title="c", description="", alias=None,
                               is_public=True, is_public_write=True)
print(sys.argv[1], f"/taxii2/{root.id}/collections/{made.id}/", flush=True)
app.run("127.0.0.1", int(sys.argv[1]), threaded=False)
"""
_OPENTAXII_CONFIG = """---
domain: localhost
support_basic_auth: yes
unauthorized_status: UNAUTHENTICATED
auth_api:
  class: opentaxii.auth.sqldb.SQLDatabaseAPI
  parameters: {{db_connection: "sqlite:///{folder}/a.db", create_tables: yes, secret: none}}
taxii1: ~
taxii2:
  title: t
  public_discovery: true
  max_content_length: 33554432
  persistence_api:
    class: opentaxii.persistence.sqldb.Taxii2SQLDatabaseAPI
    parameters: {{db_connection: "sqlite:///{folder}/d.db", create_tables: yes}}
"""
_ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class _Case:
    name: str
    method: str
    path: str
    repeat: int
    aim: str = ""
    bodies: tuple[bytes, ...] = ()


def figures(data: Path) -> Iterator[Figure]:
    """Milliseconds of server CPU for each request."""
    with tempfile.TemporaryDirectory() as folder:
        raw = _corpus(data)
        objects = orjson.loads(raw)["objects"]
        peers = _medallion(Path(folder), objects[:_SMALL]) if importlib.util.find_spec("medallion") else {}
        others = _opentaxii(Path(folder), objects) if importlib.util.find_spec("opentaxii") else {}
        ours, mixed = _ours(Path(folder), raw, objects)
    for name, (value, aim) in ours.items():
        peer = peers.get(name)
        label = f"medallion, {_SMALL} objects" if peer is not None else ""
        yield Figure(f"TAXII {name}", value, "MB" if "resident" in name else "ms CPU", label, peer, aim)
    for name, value in others.items():
        yield Figure(f"TAXII {name}, again", ours[name][0], "ms CPU", f"OpenTAXII, {_MORE:,} objects", value)
    for name, (value, _) in mixed.items():
        yield Figure(f"TAXII {name}, mixed rights", value, "ms CPU")


def _corpus(data: Path) -> bytes:
    attack = data / "stix/attack/enterprise-attack-18.1.json.gz"
    return gzip.decompress(attack.read_bytes()) if attack.exists() else generated(20_000)


def _cases(one: str, where: str, last: str, *, posts: int = 3, repeat: int = 60) -> list[_Case]:
    fresh = tuple(_envelope(1_000) for _ in range(posts))
    objects = f"{where}objects/"
    return [
        _Case("100-object page", "GET", f"{objects}?limit=100", repeat, "≤ 2 ms"),
        _Case("1,000-object page", "GET", f"{objects}?limit=1000", max(3, repeat // 3), "≤ 15 ms"),
        _Case("manifest of 1,000", "GET", f"{where}manifest/?limit=1000", max(3, repeat // 3)),
        _Case("object by id", "GET", f"{objects}{one}/", repeat * 3, "≤ 1 ms"),
        _Case("empty poll", "GET", f"{objects}?added_after={quote(last)}", repeat * 3, "≤ 1 ms"),
        _Case("POST of 1,000 objects", "POST", objects, posts, "≤ 250 ms", fresh),
    ]


def _envelope(count: int) -> bytes:
    common = {"spec_version": "2.1", "created": "2026-11-20T08:00:00.000Z", "modified": "2026-11-20T08:00:00.000Z"}
    made = [
        {
            "type": "indicator", "id": f"indicator--{uuid4()}", **common, "name": f"host {n}",
            "pattern": f"[domain-name:value = 'h{n}-{uuid4().hex[:8]}.example']", "pattern_type": "stix",
            "valid_from": common["created"],
        }
        for n in range(count)
    ]  # fmt: skip
    return orjson.dumps({"objects": made})


def _ours(folder: Path, raw: bytes, objects: list[dict[str, object]]) -> tuple[dict[str, tuple[float, str]], ...]:
    home = folder / "ID"
    with Node.init(home, "ID") as node:
        tokens, where, inbox = _prepare(node, folder, raw, objects)
    one = str(next(item["id"] for n, item in enumerate(objects) if n % 10 and item["type"] != "relationship"))
    credential = "Basic " + b64encode(f"partner:{_PASSWORD}".encode()).decode()
    with _served([sys.executable, "-m", "bench.taxii", str(home)]) as (process, port):
        cases = _cases(one, where, _last(port, where, credential))
        cases[-1] = replace(cases[-1], path=f"{inbox}objects/")
        whole = _measured(process, port, cases, {"Authorization": credential})
        mixed = _measured(process, port, cases[:5], {"Authorization": f"Bearer {tokens['mixed']}"})
        memory = process.memory_info().rss / 1e6
    whole["server, resident"] = (memory, "≤ 200 MB")
    return whole, mixed


def _prepare(node: Node, folder: Path, raw: bytes, objects: list[dict[str, object]]) -> tuple[dict[str, str], str, str]:
    file, rest = folder / "most.json", folder / "rest.json"
    hidden = objects[::10]
    kept = {str(one["id"]) for one in hidden}
    file.write_bytes(orjson.dumps({"type": "bundle", "objects": [one for one in objects if one["id"] not in kept]}))
    rest.write_bytes(orjson.dumps({"type": "bundle", "objects": hidden}))
    open_to = Marking(TLP.GREEN, PAP.GREEN, releasable_to=frozenset({"partner", "mixed"}), purpose="investigation")
    node.record([file], by="bench", marking=open_to)
    node.record([rest], by="bench", marking=open_to.but(releasable_to=frozenset({"partner"})))
    tokens = {}
    fast = {"per_minute": 10**9, "burst": 10**6, "scopes": frozenset({"taxii:read", "taxii:write"})}
    for name in ("partner", "mixed"):
        create(node.ctx, Account(name, ceiling=TLP.AMBER, **fast), by="ayu")  # type: ignore[arg-type]  # rates and scopes
        approve_account(node.ctx, name, by="budi")
        tokens[name] = issue(node.ctx, name, by="ayu", scopes=frozenset({"taxii:read"}), days=1)[1]
    set_password(node.ctx, "partner", _PASSWORD, by="ayu")
    for name in tokens:
        approve_credentials(node.ctx, name, by="budi")
    readers = frozenset({"partner", "mixed"})
    made = add_collection(node.ctx, Collection("", "all", readers=readers, view=View()), by="ayu")
    inbox = add_collection(node.ctx, Collection("", "inbox", readers=readers, writers=readers), by="ayu")
    for one in (made, inbox):
        approve_collection(node.ctx, one.id, by="budi")
    return tokens, *(f"/taxii2/api/collections/{one.id}/" for one in (made, inbox))  # type: ignore[return-value]  # three


def _last(port: int, where: str, credential: str) -> str:
    """The newest date_added, by reading the collection to its end."""
    following, last = "", ""
    while True:
        query = f"?limit=1000{f'&next={following}' if following else ''}"
        answer, body = _ask(port, "GET", f"{where}manifest/{query}", {"Authorization": credential})
        last = answer.get("x-taxii-date-added-last", last)
        said = json.loads(body)
        if not said.get("more"):
            return last
        following = said["next"]


def _medallion(folder: Path, objects: list[dict[str, object]]) -> dict[str, float]:
    root, collection = "/bench/", "365fed99-08fa-fdcd-a1b3-fb247eb41d01"
    added = "2026-11-20T08:00:00.000000Z"
    manifest = [
        {
            "id": one["id"],
            "date_added": added,
            "version": one.get("modified", added),
            "media_type": "application/stix+json;version=2.1",
        }
        for one in objects
    ]
    held = {"title": "bench", "versions": [_TAXII], "max_content_length": 1 << 25}
    media = {"media_types": ["application/stix+json;version=2.1"]}
    shown = {"id": collection, "title": "bench", "can_read": True, "can_write": True, **media}
    content = {
        "/discovery": {"title": "bench", "default": root, "api_roots": [root]},
        "bench": {
            "information": held,
            "status": [],
            "collections": [{**shown, "manifest": manifest, "objects": objects}],
        },
    }
    (folder / "data.json").write_bytes(orjson.dumps(content))
    settings = {
        "backend": {
            "module": "medallion.backends.memory_backend",
            "module_class": "MemoryBackend",
            "filename": str(folder / "data.json"),
        },
        "users": {"partner": _PASSWORD},
        "taxii": {"max_page_size": 1000},
    }
    (folder / "config.json").write_bytes(orjson.dumps(settings))
    port = _free()
    command = [sys.executable, "-m", "medallion.scripts.run", "--host", "127.0.0.1", "--port", str(port)]
    credential = {"Authorization": "Basic " + b64encode(f"partner:{_PASSWORD}".encode()).decode()}
    with _served([*command, str(folder / "config.json")], port) as (process, _):
        where = f"{root}collections/{collection}/"
        cases = _cases(str(objects[0]["id"]), where, "2026-11-20T08:00:00.000000Z", posts=1, repeat=2)
        found = _measured(process, port, [replace(case, repeat=min(case.repeat, 2)) for case in cases], credential)
    return {name: value for name, (value, _) in found.items()}


def _opentaxii(folder: Path, objects: list[dict[str, object]]) -> dict[str, float]:
    (folder / "opentaxii.yml").write_text(_OPENTAXII_CONFIG.format(folder=folder))
    settings = {"OPENTAXII_CONFIG": str(folder / "opentaxii.yml")}
    versioned = [one for one in objects if "modified" in one][:_MORE]
    with _started([sys.executable, "-c", _OPENTAXII, str(_free())], settings) as (process, said):
        port, where = int(said.split()[0]), said.split()[1]
        _until(lambda: _open(port))
        for start in range(0, len(versioned), 1_000):
            body = orjson.dumps({"objects": versioned[start : start + 1_000]})
            _ask(port, "POST", f"{where}objects/", {}, body, well=(200, 202, 500))
        cases = _cases(str(versioned[0]["id"]), where, "2099-01-01T00:00:00.000000Z", posts=1, repeat=9)
        found = _measured(process, port, cases, {}, well=(200, 202, 500))
    return {name: value for name, (value, _) in found.items()}


def _measured(
    process: psutil.Process,
    port: int,
    cases: list[_Case],
    headers: Mapping[str, str],
    well: tuple[int, ...] = (200, 202),
) -> dict[str, tuple[float, str]]:
    out = {}
    for case in cases:
        if case.method == "GET":
            _ask(port, "GET", case.path, headers)  # rights are worked out once, passwords once
        connection = HTTPConnection("127.0.0.1", port, timeout=300)
        before = _cpu(process)
        for turn in range(case.repeat):
            body = case.bodies[turn] if case.bodies else None
            _ask(port, case.method, case.path, headers, body, connection, well if body else (200,))
        out[case.name] = ((_cpu(process) - before) / case.repeat * 1e3, case.aim)
        connection.close()
    return out


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _ask(
    port: int,
    method: str,
    path: str,
    headers: Mapping[str, str],
    body: bytes | None = None,
    connection: HTTPConnection | None = None,
    well: tuple[int, ...] = (200, 202),
) -> tuple[Mapping[str, str], bytes]:
    dialled = connection or HTTPConnection("127.0.0.1", port, timeout=300)
    dialled.request(method, path, body, {"Accept": _TAXII, "Content-Type": _TAXII, **headers})
    answer = dialled.getresponse()
    content = answer.read()
    assert answer.status in well, (method, path, answer.status, content[:300])
    if connection is None:
        dialled.close()
    return {name.lower(): value for name, value in answer.getheaders()}, content


@contextlib.contextmanager
def _served(command: list[str], port: int = 0) -> Iterator[tuple[psutil.Process, int]]:
    with _started(command, {}, quiet=bool(port)) as (process, said):
        port = port or int(said)
        _until(lambda: _open(port))
        yield process, port


@contextlib.contextmanager
def _started(
    command: list[str], settings: Mapping[str, str], quiet: bool = False
) -> Iterator[tuple[psutil.Process, str]]:
    """A server, and the first line it says, unless it is `quiet`."""
    environment = {**os.environ, "PYTHONPATH": f"{_ROOT / 'src'}{os.pathsep}{_ROOT}", **settings}
    started = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, cwd=_ROOT)
    try:
        assert started.stdout is not None
        yield psutil.Process(started.pid), "" if quiet else started.stdout.readline().decode()
    finally:
        started.terminate()
        started.wait(30)


def _until(fact: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < end, "the server did not start"
        time.sleep(0.05)


def _open(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _serve(home: Path) -> None:
    """The doors alone, on a free port, without TLS; the port is printed."""
    import uvicorn
    from starlette.applications import Starlette

    from oureyes.interfaces.doors import CertificateProtocol, Doors

    with Node.open(home) as node, socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        print(bound.getsockname()[1], flush=True)
        app = Starlette(routes=Doors(node).routes())
        config = uvicorn.Config(app, http=CertificateProtocol, log_level="warning", access_log=False, lifespan="off")
        uvicorn.Server(config).run([bound])


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
