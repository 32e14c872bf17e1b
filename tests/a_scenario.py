"""The scenarios of the shared data between whole nodes: who holds which file, all of it released, what is found."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from paths import DATA
from simulated import Clock, deliver, federation, for_

from oureyes.node import Node

Held = Mapping[str, Node]


def files(identifier: str) -> dict[str, list[Path]]:
    """Which state holds which files, as `scenarios.json` says."""
    listed = json.loads((DATA / "scenarios/scenarios.json").read_text("utf-8"))
    nodes = next(one for one in listed if one["id"] == identifier)["nodes"]
    return {state: [DATA / name for name in names] for state, names in nodes.items()}


def part(folder: Path, file: Path, *kinds: str) -> Path:
    """A file's objects of these types alone, under its name: what a scenario is about, read in a tenth of the time."""
    raw = file.read_bytes()
    whole = json.loads(gzip.decompress(raw) if file.suffix == ".gz" else raw)
    made = folder / file.name.removesuffix(".gz")
    made.write_text(
        json.dumps({**whole, "objects": [one for one in whole["objects"] if one["type"] in kinds]}), "utf-8"
    )
    return made


def states(folder: Path, *members: str, clock: Clock | None = None) -> dict[str, Node]:
    """Their nodes, with the warninglists loaded. Every file is public, so one officer may release it."""
    nodes = federation(folder / "nodes", members, clock, two_person_from="RED")
    for node in nodes.values():
        for file in sorted((DATA / "misp/warninglists").glob("*.json")):
            node.load_vocabulary(file, by="ayu")
    return nodes


def record(node: Node, *files: Path, to: Iterable[str]) -> list[str]:
    """Read files; an officer looks at what is held back, and says that these states may have all of it, whatever the
    file says. The ids of what was read."""
    report = node.record(files, by="ayu")
    assert not report.errors, report.errors[:3]
    for held in node.held_back():
        node.confirm(held.object.id, by="officer")
    ids = list(dict.fromkeys(one for file in files for one in node.of_source(file.name)))
    node.mark(ids, for_(*to), by="officer")
    return ids


def release(node: Node, ids: Sequence[str], to: Sequence[str]) -> None:
    """Release all of it."""
    outcome = node.approve(node.propose(ids, to, by="ayu").id, by="budi")
    refused = [one for who in to for one in outcome[who]["refused"]]
    assert not refused, refused[:3]


def share(nodes: Held, files: Mapping[str, Sequence[Path]]) -> None:
    """Each state records its own and releases all of it to all the others."""
    for state, mine in files.items():
        others = [one for one in nodes if one != state]
        release(nodes[state], record(nodes[state], *mine, to=others), others)
    deliver(dict(nodes))


def joins(node: Node, *, warned: bool = False) -> Counter[frozenset[str]]:
    """How many values join which two states at a node."""
    return Counter(frozenset((one.left_origin, one.right_origin)) for one in node.matches(warned=warned, limit=100_000))
