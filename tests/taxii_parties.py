"""A node with a TAXII door, an account that reads and writes there, and what the tests ask of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

from a_case import an_indicator
from asgi import Door, Reply
from simulated import federation

from oureyes.interfaces.gate import Gate
from oureyes.interfaces.taxii import Taxii
from oureyes.model.accounts import Account, Collection, View
from oureyes.model.markings import PAP, TLP, Marking
from oureyes.model.objects import StixObject
from oureyes.node import Node
from oureyes.node.accounts import (
    Credentials,
    add_collection,
    approve_account,
    approve_collection,
    approve_credentials,
    create,
    issue,
)
from oureyes.node.serving import Serving

ROOT = "/taxii2/api/"
TAXII = "application/taxii+json;version=2.1"
BOTH = frozenset({"taxii:read", "taxii:write"})
FAST = {"per_minute": 10**9, "burst": 10**6}


class Site:
    """One node, and one door to it for each account."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.node: Node = federation(folder, ("ID",), **settings)["ID"]
        self.executor = ThreadPoolExecutor(2)
        self.doors: list[Door] = []
        self.restart()
        self.ann = self.account("ann")

    def restart(self) -> None:
        """A new process, as far as anything kept in memory goes."""
        ctx = self.node.ctx
        if hasattr(self, "serving"):
            self.serving.notes.close()
        self.serving, self.gate = Serving(ctx), Gate(Credentials(ctx))
        self.routes = Taxii(self.serving, self.gate, self.executor).routes()

    def close(self) -> None:
        for door in self.doors:
            door.close()
        self.executor.shutdown()
        self.serving.notes.close()
        self.node.close()

    def account(self, name: str, scopes: frozenset[str] = BOTH, **more: Any) -> Door:
        """A door at which this account stands, approved by two."""
        said = {"ceiling": TLP.AMBER, "scopes": scopes, "marking": Marking(TLP.GREEN), **FAST, **more}
        create(self.node.ctx, Account(name, **said), by="ayu")
        approve_account(self.node.ctx, name, by="budi")
        return self.door(name, scopes)

    def door(self, name: str, scopes: frozenset[str] = BOTH) -> Door:
        """A door at which an account stands with a token."""
        _, text = issue(self.node.ctx, name, by="ayu", scopes=scopes, days=30)
        approve_credentials(self.node.ctx, name, by="budi")
        return self.stands(f"Bearer {text}")

    def stands(self, credential: str = "", certificate: bytes = b"") -> Door:
        """Somebody at a door, with what they show."""
        self.doors.append(Door(self.routes, credential, certificate))
        return self.doors[-1]

    def collection(
        self,
        *,
        readers: Iterable[str] = ("ann",),
        writers: Iterable[str] = ("ann",),
        view: View | None = None,
        approver: str = "budi",
        **more: Any,
    ) -> str:
        """The path of a new collection."""
        made = Collection(
            str(uuid4()), "a collection", readers=frozenset(readers), writers=frozenset(writers), view=view, **more
        )
        add_collection(self.node.ctx, made, by="ayu")
        if approver:
            approve_collection(self.node.ctx, made.id, by=approver)
        return f"{ROOT}collections/{made.id}/"

    def filled(self, count: int = 5, **content: Any) -> tuple[str, list[StixObject]]:
        """A collection of Ann's with as many indicators, each posted by itself."""
        where, made = self.collection(), [an_indicator(value=f"host-{n}.example", **content) for n in range(count)]
        for one in made:
            assert (said := post(self.ann, where, one)).status == 202, said
        return where, made

    def record(self, *made: StixObject, to: Sequence[str] = ("ann",), tlp: TLP = TLP.GREEN, **more: Any) -> None:
        """Recorded by the node's own people."""
        marking = Marking(tlp, PAP.GREEN, releasable_to=frozenset(to), purpose="investigation", **more)
        self.node.record_objects(list(made), by="ayu", marking=marking)


def envelope(*made: StixObject | dict[str, Any]) -> bytes:
    raw = [one.raw if isinstance(one, StixObject) else json.dumps(one).encode() for one in made]
    return b'{"objects":[' + b",".join(raw) + b"]}"


def post(door: Door, where: str, *made: StixObject | dict[str, Any], **headers: str) -> Reply:
    """POST an envelope."""
    return door.ask("POST", f"{where}objects/", body=envelope(*made), **{"content_type": TAXII, **headers})


def ids(reply: Reply) -> list[str]:
    """The ids in an envelope or manifest, in order."""
    assert reply.status == 200, reply.body
    return [one["id"] for one in reply.json.get("objects", [])]


def pages(door: Door, path: str, limit: int, **filters: Any) -> list[Reply]:
    """Every page, by `next`."""
    out = [door.get(path, {"limit": limit, **filters})]
    while out[-1].json.get("more"):
        out.append(door.get(path, {"limit": limit, "next": out[-1].json["next"], **filters}))
        assert len(out) < 100
    return out
