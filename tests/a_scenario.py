"""The scenarios of the shared data between whole nodes: who holds which file, all of it released, what is found.

Each is played twice. Every day: in one process, on a wire in memory, with the long lists cut to what matters and a
part of the rest. Among the slow tests: with the files as they are, between processes, over sockets and mutual TLS."""

from __future__ import annotations

import asyncio
import csv
import gzip
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from datetime import datetime
from pathlib import Path

import pytest
from hit_parties import SAID, borne_out, put
from paths import DATA
from processes import Desks
from simulated import Clock, deliver, federation, for_
from wired import until

from oureyes.interfaces.probing import Wanted, ask
from oureyes.node import Node
from oureyes.node.probing import Outcome

FEED = DATA / "misp/feed-tweetfeed"
PLAYS = [
    pytest.param(False, id="in memory"),
    pytest.param(True, id="whole, between processes", marks=pytest.mark.slow),
]


class InMemory(dict[str, Node]):
    """Nodes by state, in this process. `at` is the time it is for all of them."""

    def __init__(self, folder: Path, members: Iterable[str], at: datetime | None = None) -> None:
        clock = Clock()
        clock.at = at or clock.at
        super().__init__(federation(folder, members, clock, two_person_from="RED"))

    def settle(self) -> None:
        deliver(self, rounds=10_000)

    def ask(self, asker: str, holder: str, kind: str, values: Sequence[str]) -> Outcome:
        return put(self[asker], self[holder], kind, values)

    def close(self) -> None:
        for node in self.values():
            node.close()


class BetweenProcesses(Desks):
    """The same, of processes."""

    def ask(self, asker: str, holder: str, kind: str, values: Sequence[str]) -> Outcome:
        asyncio.run(until(borne_out(self[asker], holder), 60.0))
        (outcome,) = ask(self[asker], Wanted(kind, values, (holder,), **SAID))
        return outcome


States = InMemory | BetweenProcesses


class Play:
    """One playing of a scenario: its folder, its size, and its nodes, which are closed at its end."""

    def __init__(self, folder: Path, *, whole: bool) -> None:
        self.folder, self.whole, self._open = folder, whole, ExitStack()

    def __enter__(self) -> Play:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def states(self, *members: str, at: datetime | None = None) -> States:
        """Their nodes, with the warninglists loaded. Every file is public, so one officer may release it."""
        made = BetweenProcesses if self.whole else InMemory
        nodes = self._open.enter_context(closing(made(self.folder / "nodes", members, at)))
        for node in nodes.values():
            for file in sorted((DATA / "misp/warninglists").glob("*.json")):
                node.load_vocabulary(file, by="ayu")
        return nodes

    def part(self, file: Path, *kinds: str) -> Path:
        """A file's objects of these types alone, under its name: what a scenario is about, read in a tenth of the
        time. The whole play reads the file as it is."""
        if self.whole:
            return file
        raw = file.read_bytes()
        all_of_it = json.loads(gzip.decompress(raw) if file.suffix == ".gz" else raw)
        made = self.folder / file.name.removesuffix(".gz")
        kept = [one for one in all_of_it["objects"] if one["type"] in kinds]
        made.write_text(json.dumps({**all_of_it, "objects": kept}), "utf-8")
        return made


def playing(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Play]:
    """For `pytest.fixture(params=PLAYS)`: a play for one test."""
    with Play(tmp_path, whole=request.param) as play:
        yield play


def files(identifier: str) -> dict[str, list[Path]]:
    """Which state holds which files, as `scenarios.json` says."""
    listed = json.loads((DATA / "scenarios/scenarios.json").read_text("utf-8"))
    nodes = next(one for one in listed if one["id"] == identifier)["nodes"]
    return {state: [DATA / name for name in names] for state, names in nodes.items()}


def days() -> list[Path]:
    """The feed's events, one a day."""
    return [file for file in sorted(FEED.glob("*.json")) if file.name != "manifest.json"]


def common(*names: str) -> set[str]:
    """The values that stand in all of these, by the table that was computed from the files themselves."""
    with (DATA / "scenarios/overlaps.csv").open(encoding="utf-8", newline="") as table:
        return {row["value"] for row in csv.DictReader(table) if all(name in row["sources"] for name in names)}


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


def share(nodes: States, files: Mapping[str, Sequence[Path]]) -> None:
    """Each state records its own and releases all of it to all the others."""
    for state, mine in files.items():
        others = [one for one in nodes if one != state]
        release(nodes[state], record(nodes[state], *mine, to=others), others)
    nodes.settle()


def joins(node: Node, *, warned: bool = False) -> Counter[frozenset[str]]:
    """How many matches join which two states at a node."""
    return Counter(frozenset((one.left_origin, one.right_origin)) for one in node.matches(warned=warned, limit=100_000))


def met(node: Node, *, warned: bool = False) -> dict[frozenset[str], set[str]]:
    """Which values join which two states at a node; of one state, its own sources."""
    found: dict[frozenset[str], set[str]] = {}
    for one in node.matches(warned=warned, limit=100_000):
        value = one.match.key.partition(":")[2]
        found.setdefault(frozenset((one.left_origin, one.right_origin)), set()).add(value)
    return found


def plain(value: str) -> tuple[str, str]:
    """A value as it is compared: a link is the same over http and https, and without the slash of an empty path."""
    scheme, _, rest = value.rpartition("://")
    return ("link" if scheme else "host", rest.removesuffix("/") if rest.count("/") == 1 else rest)
