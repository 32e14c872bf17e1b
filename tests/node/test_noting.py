"""What outside readers were given is in the audit log, also when the process is killed before it is written there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from simulated import federation

from oureyes.node import Node
from oureyes.node.noting import Notes


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    made = federation(tmp_path, ("ID",))["ID"]
    yield made
    made.close()


def served(node: Node) -> list[tuple[str, object]]:
    rows = node.audit(by="auditor", verb="serve")
    return [(row.actor, row.detail["count"]) for row in rows]


def files(node: Node) -> list[Path]:
    return list(node.ctx.config.home.glob("notes-*"))


def test_notes_are_written_together_and_their_file_is_gone(node: Node) -> None:
    notes = Notes(node.ctx, after_s=60)
    for count in (1, 2, 3):
        notes.add("ann", "serve", "a", "investigation", count=count)
    assert len(files(node)) == 1
    notes.close()
    assert sorted(served(node)) == [("ann", 1), ("ann", 2), ("ann", 3)]
    assert files(node) == []


def test_what_a_killed_process_left_is_written_by_the_next(node: Node) -> None:
    import os

    killed = Notes(node.ctx, after_s=60)
    killed.add("ann", "serve", "a", "investigation", count=7)
    assert killed._timer is not None
    killed._timer.cancel()
    assert killed._file is not None
    os.close(killed._file.number)  # what the system does with a dead process's files
    with files(node)[0].open("ab") as file:
        file.write(b"\0\0\0\xffcut off")
    Notes(node.ctx).close()
    assert served(node) == [("ann", 7)]
    assert files(node) == []


def test_a_living_process_s_notes_are_left_to_it(node: Node) -> None:
    one = Notes(node.ctx, after_s=60)
    one.add("ann", "serve", "a", "investigation", count=1)
    Notes(node.ctx).close()
    assert served(node) == []
    one.close()
    assert served(node) == [("ann", 1)]


def test_a_note_tells_nobody_without_the_key(node: Node) -> None:
    notes = Notes(node.ctx, after_s=60)
    notes.add("ann", "serve", "the-collection", "investigation", count=1)
    assert b"the-collection" not in files(node)[0].read_bytes()
    notes.close()
