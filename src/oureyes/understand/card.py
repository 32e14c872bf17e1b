"""What every object must answer on one screen: who says so, how sure, who may see it, until when, what it touches.

Everything shown passes through `reveal`, and stands on one line: a name cannot pretend to be the next line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from oureyes.model.findings import Match
from oureyes.model.instants import day_of, nanoseconds
from oureyes.model.markings import Marking, Onward
from oureyes.model.objects import StixObject
from oureyes.model.ports import Neighbour
from oureyes.model.text import reveal
from oureyes.model.zawgyi import NOTE, holds_zawgyi, to_unicode

__all__ = ["Card", "Held", "PlanUse", "card"]

_ONWARD = {
    Onward.NONE: "not to be passed on",
    Onward.CONSENT: "passed on only with the originator's consent",
    Onward.FREE: "may be passed on",
}


@dataclass(frozen=True, slots=True)
class Held:
    """One origin's holding of the object: where it came from, under which marking, which version, received when.
    `state` is "" while it stands, else retracted, superseded, expired, hidden."""

    origin: str
    source: str
    marking: Marking
    version: str
    at: str
    state: str = ""


@dataclass(frozen=True, slots=True)
class PlanUse:
    """A plan's claim that cites the object, and how it stands."""

    plan: str
    claim: str
    status: str


@dataclass(frozen=True, slots=True)
class Card:
    """The answers, each a few lines of words."""

    id: str
    title: str
    kind: str
    said_by: tuple[str, ...]
    sure: tuple[str, ...]
    readers: tuple[str, ...]
    until: tuple[str, ...]
    touches: tuple[str, ...]
    hypotheses: tuple[str, ...] = ()

    def lines(self) -> tuple[str, ...]:
        """The whole card, a heading before each answer."""
        out = [f"{self.title} ({self.kind})", self.id]
        for heading, answer in (
            ("Who says so", self.said_by),
            ("How sure", self.sure),
            ("Who may see it", self.readers),
            ("Until when", self.until),
            ("What it touches", self.touches),
            *((("What may be the same, and who says so", self.hypotheses),) if self.hypotheses else ()),
        ):
            out += [heading, *(f"  {line}" for line in answer)]
        return tuple(out)


def card(
    obj: StixObject,
    holdings: Iterable[Held],
    links: Iterable[Neighbour] = (),
    matches: Iterable[Match] = (),
    plans: Iterable[PlanUse] = (),
    at: str = "",
    hypotheses: Iterable[str] = (),
) -> Card:
    """The card of one object from what is held about it. `at` is now: what has passed is said so."""
    held = sorted(holdings, key=lambda each: (each.origin, each.source, each.at))
    return Card(
        obj.id,
        _line(to_unicode(obj.name)),
        obj.type,
        (*_said_by(held), *((NOTE,) if holds_zawgyi(obj.content, obj.raw) else ())),
        tuple(_line(f"{each.origin}: {_grade(each.marking)}") for each in held) or ("not graded",),
        tuple(_line(f"{each.origin}: {_audience(each.marking)}") for each in held) or ("nobody",),
        tuple(_line(f"{each.origin}: {_term(each.marking, at)}") for each in held) or ("no date set",),
        _touches(obj.id, tuple(links), tuple(matches), tuple(plans)),
        tuple(_line(one) for one in hypotheses),
    )


def _said_by(held: Sequence[Held]) -> tuple[str, ...]:
    return tuple(_line(_saying(each)) for each in held) or ("nobody that this node may name",)


def _saying(held: Held) -> str:
    source = f", from {held.source}" if held.source else ""
    version = f"version {held.version}" if held.version else "without version"
    state = f"; {held.state}" if held.state else ""
    return f"{held.origin}{source}, {version}, here since {day_of(held.at)}{state}"


def _grade(marking: Marking) -> str:
    kind = f"{marking.fact}, " if marking.fact else ""
    if marking.grade is None:
        return f"{kind}not graded"
    return f"{kind}{marking.grade.text}: {marking.grade.meaning}"


def _audience(marking: Marking) -> str:
    named = ", ".join(sorted(marking.releasable_to)) or "nobody"
    extra = f"; {marking.conditions}" if marking.conditions else ""
    asked = ", ".join(sorted(marking.releasable_to | marking.answers_to)) if marking.hit_no_hit else ""
    answers = f"; says hit or no hit to {asked}" if asked else ""
    return f"{marking.tlp.label}, {marking.handling}, releasable to {named}, {_ONWARD[marking.onward]}{extra}{answers}"


def _term(marking: Marking, at: str) -> str:
    dates = [("embargo ends", marking.embargo), ("review by", marking.review), ("expires", marking.expires)]
    said = [
        f"{word} {day_of(day)}{' (passed)' if at and nanoseconds(day) < nanoseconds(at) else ''}"
        for word, day in dates
        if day
    ]
    return ", ".join(said) or "no date set"


def _touches(
    id_: str, links: Sequence[Neighbour], matches: Sequence[Match], plans: Sequence[PlanUse]
) -> tuple[str, ...]:
    by_link = Counter(f"{step.link} {'→' if step.source == id_ else '←'} {_kind(_other(id_, step))}" for step in links)
    out = [f"{count} × {link}" for link, count in sorted(by_link.items())]
    out += [
        f"match {match.score:.2f} with {match.right if match.left == id_ else match.left}: {match.reason}"
        for match in sorted(matches, key=lambda match: (-match.score, match.left, match.right, match.matcher))
    ]
    out += [
        f"claim {use.claim} of {use.plan}: {use.status}" for use in sorted(plans, key=lambda use: (use.plan, use.claim))
    ]
    return tuple(_line(line) for line in out) or ("nothing known to this node",)


def _other(id_: str, step: Neighbour) -> str:
    return step.target if step.source == id_ else step.source


def _kind(id_: str) -> str:
    return id_.partition("--")[0]


def _line(text: str) -> str:
    return reveal(" ".join(text.split()))[:400]
