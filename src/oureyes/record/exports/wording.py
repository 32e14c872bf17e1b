"""What every text format says at its head and of each part: how it is marked, of when, and until when.

Only words of ours and checked values stand in these lines: a name or description from outside could end the line and
begin one of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from oureyes.model.instants import is_instant
from oureyes.model.markings import Marking
from oureyes.record.exports.sheet import Sheet, Thing, Value

__all__ = ["groups", "head", "plain", "terms"]

_PLAIN = re.compile(r"[A-Za-z0-9._:+/-]{1,250}")


def plain(text: str) -> str:
    """A word that may stand in a comment or rule; nothing for any other."""
    return text if _PLAIN.fullmatch(text) else ""


def terms(marking: Marking, until: str) -> str:
    """`TLP:AMBER+STRICT PAP:GREEN H2 until 2026-12-31T00:00:00Z`."""
    ends = f"until {until}" if is_instant(until) else "no end set"
    return f"{marking.tlp.label} PAP:{marking.pap.name} {marking.handling} {ends}"


def head(sheet: Sheet, what: str) -> Iterator[str]:
    """The lines at the top, without their comment sign."""
    yield f"{what}: {len(sheet.values)} values, from {plain(sheet.origin)} for {plain(sheet.to)}"
    yield f"as a whole {sheet.tlp.label} PAP:{sheet.pap.name}; of {plain(sheet.at)}"
    yield f"fetch again by {sheet.until}" if sheet.until else "nothing in it has an end set"


def groups(values: Iterable[Value]) -> Iterator[tuple[str, Thing, list[Value]]]:
    """Values by what is to be said of them: (the terms, one thing under them, the values)."""

    def key(value: Value) -> str:
        return terms(value.thing.marking, value.thing.until)

    for said, some in groupby(sorted(values, key=lambda value: (key(value), value.observable.value)), key):
        listed = list(some)
        yield said, listed[0].thing, listed
