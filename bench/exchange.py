"""(b) Releasing to ten partners and taking in at one, bundled: everything from the decision to the other's store."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import orjson

from bench.figures import Figure, cpu_seconds
from bench.ingest import generated
from bench.nodes import federation
from oureyes.model.markings import PAP, TLP, Marking
from oureyes.model.sharing import Channel
from oureyes.node import Node

__all__ = ["figures"]

_PARTNERS = ("BN", "KH", "LA", "MY", "MM", "PH", "SG", "TH", "TL", "VN")


def figures(_: Path) -> Iterator[Figure]:
    """Entries (objects) a second and core, on each side and together; the peer is signing and sealing alone."""
    count = 5_000
    with tempfile.TemporaryDirectory() as folder:
        nodes = federation(Path(folder), ("ID", *_PARTNERS))
        origin, partner = nodes["ID"], nodes["SG"]
        ids = _record(origin, Path(folder), count)
        released = cpu_seconds(lambda: _release(origin, ids))
        stored = cpu_seconds(lambda: _store(origin, partner))
        applied = cpu_seconds(lambda: _apply(partner))
        for node in nodes.values():
            node.close()
    written = len(ids) * len(_PARTNERS)
    yield Figure("release to ten partners", written / released, "entries/cpu-s", aim="≥ 10,000 with accept")
    yield Figure("accept at a partner, durable and receipted", len(ids) / stored, "entries/cpu-s")
    yield Figure("accept at a partner, read, indexed and correlated", len(ids) / applied, "entries/cpu-s")
    both = written + len(ids)
    yield Figure("release + accept (durable)", both / (released + stored), "entries/cpu-s", aim="≥ 10,000")


def _record(origin: Node, folder: Path, count: int) -> list[str]:
    raw = generated(count)
    file = folder / "case.json"
    file.write_bytes(raw)
    marking = Marking(TLP.GREEN, PAP.GREEN, releasable_to=frozenset(_PARTNERS), purpose="investigation")
    origin.record([file], by="bench", marking=marking)
    return [one["id"] for one in orjson.loads(raw)["objects"]]


def _release(origin: Node, ids: list[str]) -> None:
    draft = origin.propose(ids, _PARTNERS, by="bench")
    origin.approve(draft.id, by="second")


def _store(origin: Node, partner: Node) -> None:
    channel = Channel(origin.member, partner.member)
    while (served := origin.serve(partner.member, partner.next_of(channel))).entries:
        lines = [(entry.header, entry.sealed) for entry in served.entries]
        receipt = partner.receive(channel, lines, served.note)
        assert receipt is not None
        origin.receipted(receipt.note, partner.member, channel)


def _apply(partner: Node) -> None:
    while partner.apply(Channel("ID", partner.member)):
        pass
