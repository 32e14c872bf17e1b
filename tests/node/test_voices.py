"""What an account is shown of events is brought up to date by what was placed since, and is what it would be anew."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from a_case import an_object
from hypothesis import given, settings
from hypothesis import strategies as st
from misp_callers import UUID, a_caller, an_event
from simulated import federation

from oureyes.errors import OurEyesError
from oureyes.model.accounts import Caller
from oureyes.model.markings import PAP, TLP, Marking
from oureyes.model.objects import EXTENSIONS
from oureyes.node import Node
from oureyes.node.events import Events
from oureyes.node.pushing import Pushing
from oureyes.node.serving import Serving
from oureyes.node.voices import Voices
from oureyes.storage import Connection, events

NAMES = ("ann", "bea", "eve")
ACTS = ("push", "edit", "delete", "record", "mark", "retract", "disguise", "noise", "nothing")


class World:
    """One node, three accounts at its door, and what may happen there."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.node = folder, federation(folder, ("ID",))["ID"]
        self.serving = Serving(self.node.ctx)
        self.known = Events(self.node.ctx, self.serving)
        self.pushing = Pushing(self.node.ctx, self.known)
        self.callers = {name: a_caller(self.node, name, to=("eve",) if name == "ann" else ()) for name in NAMES}
        self.at = 1_700_000_000

    def do(self, act: str, who: str, n: int, to: frozenset[str]) -> None:
        self.at += 1
        caller, content = self.callers[who], an_event(n, value=f"v{self.at}.example", timestamp=str(self.at))
        with suppress(OurEyesError):  # what is refused must change nothing either
            _DONE[act](self, caller, n, content, to)

    def push(self, caller: Caller, n: int, content: dict[str, object], to: frozenset[str]) -> None:
        self.pushing.add(caller, content)

    def edit(self, caller: Caller, n: int, content: dict[str, object], to: frozenset[str]) -> None:
        self.pushing.edit(caller, UUID.format(n), content)

    def delete(self, caller: Caller, n: int, content: dict[str, object], to: frozenset[str]) -> None:
        self.pushing.delete(caller, UUID.format(n))

    def record(self, caller: Caller, n: int, content: dict[str, object], to: frozenset[str]) -> None:
        file = self.folder / f"{self.at}.json"
        file.write_text(json.dumps({"Event": content}))
        self.node.record([file], by="ayu")
        self.mark(caller, n, content, to)

    def mark(self, caller: Caller, n: int, content: dict[str, object], to: frozenset[str]) -> None:
        marking = Marking(TLP.GREEN, PAP.GREEN, releasable_to=to)
        self.node.mark([f"report--{UUID.format(n)}"], marking, by="ayu")

    def retract(self, caller: Caller, n: int, content: dict[str, object], to: frozenset[str]) -> None:
        self.node.retract([f"report--{UUID.format(n)}"], by="ayu", reason="wrong")

    def disguise(self, caller: Caller, n: int, content: dict[str, object], to: frozenset[str]) -> None:
        """A report under an id of its own that says it is another event."""
        origin = {"extension_type": "property-extension", "misp": {"event": UUID.format(n), "timestamp": str(self.at)}}
        made = an_object(
            "report", name="d", published="2026-11-20T08:00:00Z", id=f"report--{UUID.format(n + 50)}",
            object_refs=[f"report--{UUID.format(n)}"], modified=f"2026-11-21T08:00:00.{self.at % 1000:03d}Z",
            extensions={EXTENSIONS["provenance"]: origin},
        )  # fmt: skip
        marking = Marking(TLP.GREEN, PAP.GREEN, releasable_to=to)
        self.node.record_objects([made], by="ayu", marking=marking)

    def noise(self, caller: Caller, n: int, content: dict[str, object], to: frozenset[str]) -> None:
        made = an_object("malware", name=str(self.at), is_family=True)
        self.node.record_objects([made], by="ayu", marking=Marking(TLP.GREEN, releasable_to=to))

    def nothing(self, caller: Caller, n: int, content: dict[str, object], to: frozenset[str]) -> None:
        self.node.of_source("nothing")

    def agrees(self, who: str) -> int:
        """Compare with what is made from nothing; how many events there are."""
        with self.node.ctx.db.read() as connection:
            kept = self.known.heads(connection, self.callers[who])
            anew = Events(self.node.ctx, self.serving).heads(connection, self.callers[who])
        assert {uuid: (one.voice, one.content) for uuid, one in kept.items()} == {
            uuid: (one.voice, one.content) for uuid, one in anew.items()
        }
        return len(kept)

    def close(self) -> None:
        self.serving.notes.close()
        self.node.close()


_DONE: dict[str, Callable[..., None]] = {act: getattr(World, act) for act in ACTS}

steps = st.lists(
    st.tuples(
        st.sampled_from(ACTS),
        st.sampled_from(NAMES),
        st.integers(1, 3),
        st.frozensets(st.sampled_from(NAMES)),
        st.frozensets(st.sampled_from(NAMES), min_size=1),
    ),
    min_size=1,
    max_size=14,
)


@settings(max_examples=12, deadline=None)
@given(steps)
def test_whatever_was_written_retracted_or_marked_it_is_what_it_would_be_anew(
    found: list[tuple[str, str, int, frozenset[str], frozenset[str]]],
) -> None:
    with TemporaryDirectory() as folder:
        world = World(Path(folder))
        try:
            for act, who, n, to, looking in found:
                world.do(act, who, n, to)
                for name in sorted(looking):
                    world.agrees(name)
        finally:
            world.close()


def test_a_case_of_each_act_is_followed(tmp_path: Path) -> None:
    world, seen = World(tmp_path), list[int]()
    everybody = frozenset(NAMES)
    for act, who, n, to in (
        ("push", "ann", 1, everybody),
        ("record", "ann", 2, everybody),
        ("disguise", "ann", 3, everybody),
        ("noise", "ann", 1, everybody),
        ("edit", "ann", 1, everybody),
        ("mark", "ann", 2, frozenset[str]()),
        ("mark", "ann", 2, everybody),
        ("retract", "ann", 2, everybody),
        ("delete", "ann", 1, everybody),
    ):
        world.do(act, who, n, to)
        seen.append(world.agrees("eve"))
    assert seen == [1, 2, 3, 3, 3, 2, 3, 2, 1]
    world.close()


def test_only_what_changed_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(tmp_path)
    for n in range(1, 9):
        world.do("push", "ann", n, frozenset())
    other = Events(world.node.ctx, world.serving)
    asked: list[object] = []
    whole = events.standing

    def standing(connection: Connection, kind: str, idents: Iterable[int] | None = None) -> list[events.Voice]:
        asked.append(None if idents is None else len(list(idents)))
        return whole(connection, kind, idents)

    def look() -> list[object]:
        asked.clear()
        with world.node.ctx.db.read() as connection:
            other.heads(connection, world.callers["ann"])
        return list(asked)

    monkeypatch.setattr(events, "standing", standing)
    assert look() == [None]
    world.do("noise", "ann", 1, frozenset())
    assert look() == []
    world.do("edit", "ann", 3, frozenset())
    assert look() == [1]
    world.close()


def test_a_connection_that_sees_less_than_is_known_is_told_apart(tmp_path: Path) -> None:
    world: World = World(tmp_path)
    node: Node = world.node
    world.do("push", "ann", 1, frozenset())
    voices = Voices()
    with node.ctx.db.read() as early:
        assert voices.advance(early)
        world.do("push", "ann", 2, frozenset())
        with node.ctx.db.read() as late:
            assert voices.advance(late)
            assert len(voices.all()) == 2
        assert not voices.advance(early)
        assert len(Events(node.ctx, world.serving).heads(early, world.callers["ann"])) == 1
    world.close()
