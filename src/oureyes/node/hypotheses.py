"""What states' words on pairs come to: read from the opinions held, as far as the reader may see them.

Nothing of it is stored: an opinion that is taken back takes its hypothesis with it, on every node that held it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Protocol

from oureyes.correlate.judgements import Cluster, clusters, from_stix, latest, opinion_id
from oureyes.model.findings import Judgement, Verdict
from oureyes.model.markings import Marking
from oureyes.model.ports import Neighbour
from oureyes.storage import Connection, index, objects

__all__ = ["Rights", "clusters_of", "is_judged", "steps", "words_on"]

_SIDES = ("left_ref", "right_ref")
_ROUNDS = 12  # how far words of *same* are followed from one thing
_MOST = 20_000  # opinions read for all clusters, newest first


class Rights(Protocol):
    """Whom it is for: what carries a label it may see, and what the label says."""

    def may(self, label: int) -> bool: ...

    @property
    def seen(self) -> list[int]: ...

    def marking(self, label: int) -> Marking: ...


def is_judged(source: str, link: str) -> bool:
    """Whether an edge is one side of a state's word on a pair."""
    return link in _SIDES and source.startswith("opinion--")


def words_on(connection: Connection, rights: Rights, me: str, ids: Iterable[str]) -> tuple[Judgement, ...]:
    """The latest word of each state on every pair that has one of these in it."""
    found = {a for a, link, _, _ in objects.neighbours(connection, list(ids)) if is_judged(a, link)}
    held = [one for some in objects.latest(connection, sorted(found)).values() for one in some]
    return _words(connection, rights, me, held)


def _words(connection: Connection, rights: Rights, me: str, held: Iterable[objects.Held]) -> tuple[Judgement, ...]:
    """Whose word it is, the channel tells it came by: an opinion can name any author."""
    out: list[Judgement] = []
    for one in held:
        if not rights.may(one.label):
            continue
        originator = rights.marking(one.label).originator
        state = one.origin if originator in ("", one.origin) else f"{originator}, says {one.origin},"
        said = from_stix(one.current, state)
        if said is not None:
            out.append(_ours(connection, said) if one.origin == state == me else said)
    return latest(out)


def _ours(connection: Connection, said: Judgement) -> Judgement:
    """A word of ours, with the person who said it. What came in with a file and was judged by nobody here is the
    file's."""
    known = index.judgements(connection, said.left, said.right)
    if known and known[-1].verdict is said.verdict and said.opinion == opinion_id(said.state, said.left, said.right):
        return replace(said, by=known[-1].by)
    return replace(said, state=f"somebody, says a file in {said.state},")


def clusters_of(connection: Connection, rights: Rights, me: str, identifier: str = "") -> tuple[Cluster, ...]:
    """Every cluster this reader may know of, or the one that a thing belongs to."""
    if not identifier:
        held = objects.of_types(connection, ["opinion"], limit=_MOST, labels=rights.seen)
        return clusters(_words(connection, rights, me, held))
    said: dict[tuple[str, str, str], Judgement] = {}
    ring, seen = [identifier], {identifier}
    for _ in range(_ROUNDS):
        for one in words_on(connection, rights, me, ring):
            said[one.left, one.right, one.state] = one
        joined = {end for one in said.values() if one.verdict is Verdict.SAME for end in (one.left, one.right)}
        ring = sorted(joined - seen)
        if not ring:
            break
        seen.update(ring)
    return tuple(one for one in clusters(said.values()) if identifier in one.members)


def steps(words: Sequence[Judgement]) -> Iterator[Neighbour]:
    """Words of *same* as steps of the graph; one that another state contradicts says so."""
    against: dict[tuple[str, str], list[str]] = {}
    for one in words:
        if one.verdict is Verdict.NOT_SAME:
            against.setdefault((one.left, one.right), []).append(one.state)
    for one in words:
        if one.verdict is Verdict.SAME:
            others = against.get((one.left, one.right))
            said = f" (not the same, says {', '.join(others)})" if others else ""
            yield Neighbour(one.left, f"hypothesis: the same{said}", one.right, one.state)
