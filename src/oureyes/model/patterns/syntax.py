"""The tree of a pattern. Values only; what it means is in `correlate.evaluation`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

__all__ = [
    "EVERY",
    "Between",
    "Comparison",
    "Every",
    "Group",
    "Joined",
    "Literal",
    "Observed",
    "Path",
    "Pattern",
    "Qualified",
    "Repeats",
    "Timestamp",
    "Within",
]


class Every(Enum):
    """`[*]`: any element of a list."""

    ELEMENT = "*"


EVERY = Every.ELEMENT


@dataclass(frozen=True, slots=True)
class Timestamp:
    """`t'…'`, as written."""

    text: str


Literal = str | int | float | bool | bytes | Timestamp


@dataclass(frozen=True, slots=True)
class Path:
    """`type:step.step[0].'quoted step'[*]`."""

    type: str
    steps: tuple[str | int | Every, ...]

    @property
    def text(self) -> str:
        """The steps without quotes: `hashes.SHA-256`, `values[*].name`."""
        out = ""
        for step in self.steps:
            out += f".{step}" if isinstance(step, str) else f"[{step.value if isinstance(step, Every) else step}]"
        return out[1:]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One test of one property. `value` is a tuple for IN and None for EXISTS."""

    path: Path
    operator: str  # = != < <= > >= IN LIKE MATCHES ISSUBSET ISSUPERSET EXISTS
    value: Literal | tuple[Literal, ...] | None
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Tests of one object joined by `AND` or `OR`."""

    operator: str
    parts: tuple[Comparison | Group, ...]


Test = Comparison | Group


@dataclass(frozen=True, slots=True)
class Observed:
    """`[ … ]`: one observation in which an object passes the test."""

    test: Test


@dataclass(frozen=True, slots=True)
class Joined:
    """Observations joined by `AND`, `OR` or `FOLLOWEDBY`."""

    operator: str
    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Within:
    """All within so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Repeats:
    """So many times, each by other observations."""

    times: int


@dataclass(frozen=True, slots=True)
class Between:
    """`START … STOP …`, the stop itself excluded."""

    start: str
    stop: str


Qualifier = Within | Repeats | Between


@dataclass(frozen=True, slots=True)
class Qualified:
    """An expression under a qualifier."""

    inner: Expression
    qualifier: Qualifier


Expression = Observed | Joined | Qualified


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern that parsed."""

    text: str
    root: Expression
