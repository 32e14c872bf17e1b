"""Whether two matched things are one is a person's word; what follows from the words of several states is a hypothesis.

A state's word on a pair is a STIX opinion (STIX 2.1 §4.14), one a state and pair, so that it is released like anything
else. Our extension names the two sides by single references: a list of them could be cut to one side on its way out,
and an opinion on half a pair would be another opinion. Who of the state said it stays at home.

A cluster is what words of *same* join. Nothing is merged in it: a *not the same* inside it is shown beside what it
contradicts, and a word taken back leaves everything as it was.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from oureyes.model.findings import Judgement, Verdict
from oureyes.model.identifiers import derived_id
from oureyes.model.instants import nanoseconds
from oureyes.model.objects import EXTENSIONS, StixObject, is_identifier

__all__ = ["Cluster", "clusters", "from_stix", "latest", "opinion_id", "phrase", "to_stix"]

_EXTENSION = EXTENSIONS["judgement"]
_WORDS = {Verdict.SAME: "agree", Verdict.NOT_SAME: "disagree", Verdict.UNSURE: "neutral"}
_SAID = {Verdict.SAME: "the same", Verdict.NOT_SAME: "not the same", Verdict.UNSURE: "unsure whether the same"}


@dataclass(frozen=True, slots=True)
class Cluster:
    """Things that words of *same* join, and every word on two of them: a hypothesis that names whose it is."""

    members: tuple[str, ...]
    same: tuple[Judgement, ...]
    against: tuple[Judgement, ...] = ()
    unsure: tuple[Judgement, ...] = ()

    @property
    def contradicted(self) -> bool:
        """Whether somebody says that two of them are not the same."""
        return bool(self.against)

    @property
    def words(self) -> tuple[str, ...]:
        """Whose hypothesis it is, and why, line by line."""
        return tuple(phrase(one) for one in (*self.same, *self.against, *self.unsure))


def opinion_id(state: str, left: str, right: str) -> str:
    """The id of a state's word on a pair, whichever side is named first."""
    return derived_id("opinion", state, "same", *sorted((left, right)))


def to_stix(said: Judgement, created: str) -> StixObject:
    """A state's word as an opinion. The person who judged is not in it."""
    left, right = sorted((said.left, said.right))
    content = {
        "type": "opinion",
        "spec_version": "2.1",
        "id": opinion_id(said.state, left, right),
        "created": created,
        "modified": said.at,
        "opinion": _WORDS[said.verdict],
        **({"explanation": said.why} if said.why else {}),
        "authors": [said.state],
        "object_refs": [left, right],
        "extensions": {
            _EXTENSION: {
                "extension_type": "property-extension",
                "verdict": str(said.verdict),
                "left_ref": left,
                "right_ref": right,
            }
        },
    }
    return StixObject.make(content)


def from_stix(obj: StixObject, state: str) -> Judgement | None:
    """What an opinion says of a pair, as `state`'s word; None for an opinion on anything else. Whose word it is, is
    told by who sent it: an opinion can name any author."""
    extensions = obj.content.get("extensions")
    said = extensions.get(_EXTENSION) if obj.type == "opinion" and isinstance(extensions, dict) else None
    if not isinstance(said, dict) or said.get("verdict") not in tuple(_WORDS) or obj.revoked:
        return None
    left, right = said.get("left_ref"), said.get("right_ref")
    if not is_identifier(left) or not is_identifier(right) or left == right:
        return None
    first, second = sorted((str(left), str(right)))
    why = obj.content.get("explanation")
    why = why if isinstance(why, str) else ""
    return Judgement(first, second, Verdict(said["verdict"]), "", obj.version, why, state, obj.id)


def latest(words: Iterable[Judgement]) -> tuple[Judgement, ...]:
    """Of each state the latest word on each pair, in the order of pairs and states."""
    found: dict[tuple[str, str, str], Judgement] = {}
    for one in words:
        key = (*sorted((one.left, one.right)), one.state)
        known = found.get((key[0], key[1], key[2]))
        if known is None or _age(known) < _age(one):
            found[key[0], key[1], key[2]] = one
    return tuple(found[key] for key in sorted(found))


def _age(one: Judgement) -> tuple[int, str]:
    return nanoseconds(one.at) if one.at else 0, one.opinion


def clusters(words: Iterable[Judgement]) -> tuple[Cluster, ...]:
    """What hangs together by words of *same*, the largest first, with every word on two of its members."""
    said = latest(words)
    parent: dict[str, str] = {}
    for one in said:
        if one.verdict is Verdict.SAME:
            first, second = _root(parent, one.left), _root(parent, one.right)
            parent[max(first, second)] = min(first, second)
    grouped: dict[str, list[str]] = {}
    for member in sorted(parent):
        grouped.setdefault(_root(parent, member), []).append(member)
    made = [_cluster(tuple(members), said) for members in grouped.values()]
    return tuple(sorted(made, key=lambda one: (-len(one.members), one.members)))


def _root(parent: dict[str, str], member: str) -> str:
    parent.setdefault(member, member)
    while parent[member] != member:
        member = parent[member]
    return member


def _cluster(members: tuple[str, ...], said: Iterable[Judgement]) -> Cluster:
    inside = [one for one in said if one.left in members and one.right in members]
    by_verdict = {verdict: tuple(one for one in inside if one.verdict is verdict) for verdict in _WORDS}
    return Cluster(members, by_verdict[Verdict.SAME], by_verdict[Verdict.NOT_SAME], by_verdict[Verdict.UNSURE])


def phrase(one: Judgement) -> str:
    """One word in words: who says what of which two, and why."""
    person = f" ({one.by})" if one.by else ""
    why = f": {one.why}" if one.why else ""
    return f"{one.state}{person} says {_SAID[one.verdict]}: {one.left} and {one.right}{why}"
