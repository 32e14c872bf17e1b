"""The yearly figures a state may publish, from the audit log alone and without personal data.

Counts by act, by partner and by the ground of a refusal. No name, no id, no officer; a partner's counts below
`least` are given together as "others", so that a single case cannot be read off a small number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from oureyes.oversee.audit import Row

__all__ = ["Figures", "figures"]

# Each figure, and the verbs of the audit log that count for it.
_COUNTED: Mapping[str, tuple[str, ...]] = {
    "recorded": ("record", "import"),
    "released": ("release",),
    "received": ("receive",),
    "refused": ("refuse",),
    "retracted": ("retract",),
    "corrected": ("correct", "supersede"),
    "expired": ("expire",),
    "hidden": ("hide",),
    "erased": ("erase",),
    "held back": ("quarantine",),
    "matches found": ("match",),
    "matches judged": ("judge",),
    "opinions said": ("opinion",),
    "alerts": ("alert",),
    "requests made": ("request",),
    "requests answered": ("answer",),
    "answered late": (),  # answers whose detail says late
    "records opened": ("read",),
    "searches": ("search",),
    "exports": ("export",),
    "claims waived": ("waive",),
}
_PARTNER = {"release": "to", "refuse": "to", "send": "to", "receive": "origin", "request": "to"}


@dataclass(frozen=True, slots=True)
class Figures:
    """One year in numbers: `counts` by figure (zeros included), `partners` by figure and state, `grounds` of refusal,
    `verdicts` on matches."""

    year: int
    counts: Mapping[str, int]
    partners: Mapping[str, Mapping[str, int]]
    grounds: Mapping[str, int]
    verdicts: Mapping[str, int]

    def lines(self) -> tuple[str, ...]:
        """As text, a figure a line."""
        out = [f"{self.year}", *(f"{name}: {count}" for name, count in self.counts.items())]
        for name, states in self.partners.items():
            out.append(f"{name} by state: " + ", ".join(f"{state} {count}" for state, count in states.items()))
        for name, counted in (("refused because", self.grounds), ("judged", self.verdicts)):
            out += [f"{name} {word}: {count}" for word, count in counted.items()]
        return tuple(out)


def figures(rows: Iterable[Row], year: int, least: int = 5) -> Figures:
    """The figures of one year (UTC)."""
    verbs: Counter[str] = Counter()
    partners: dict[str, Counter[str]] = {}
    grounds: Counter[str] = Counter()
    verdicts: Counter[str] = Counter()
    late = 0
    for row in rows:
        if row.at[:4] != f"{year:04}":
            continue
        verbs[row.verb] += _weight(row)
        late += row.verb == "answer" and row.detail.get("late") is True
        grounds.update(_said(row, "refuse", "ground"))
        verdicts.update(_said(row, "judge", "verdict"))
        if row.verb in _PARTNER:
            partners.setdefault(row.verb, Counter()).update(_states(row, _PARTNER[row.verb]))
    counts = {name: sum(verbs[verb] for verb in counted) for name, counted in _COUNTED.items()}
    counts["answered late"] = late
    return Figures(
        year,
        counts,
        {verb: _coarse(partners[verb], least) for verb in sorted(partners)},
        dict(sorted(grounds.items())),
        dict(sorted(verdicts.items())),
    )


def _weight(row: Row) -> int:
    """An import counts for its objects, any other act for one."""
    count = row.detail.get("count", 1)
    return count if row.verb == "import" and isinstance(count, int) else 1


def _said(row: Row, verb: str, key: str) -> tuple[str, ...]:
    word = row.detail.get(key)
    return (word,) if row.verb == verb and isinstance(word, str) and word else ()


def _states(row: Row, key: str) -> tuple[str, ...]:
    value = row.detail.get(key, ())
    return value if isinstance(value, tuple) else (value,) if isinstance(value, str) and value else ()


def _coarse(counted: Counter[str], least: int) -> dict[str, int]:
    """Small counts together; one that is small alone takes the next smallest with it, or it could be subtracted."""
    small = [state for state, count in counted.items() if count < least]
    if not small:
        return dict(sorted(counted.items()))
    if sum(counted[state] for state in small) < least or len(small) == 1:
        rest = sorted((state for state in counted if state not in small), key=lambda state: (counted[state], state))
        small += rest[:1]
    kept = {state: count for state, count in sorted(counted.items()) if state not in small}
    return {**kept, "others": sum(counted[state] for state in small)}
