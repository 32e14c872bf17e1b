"""STIX patterns (STIX 2.1 §9; 2.0 patterns read too): text to a tree, and the observables a pattern names."""

from oureyes.model.patterns.atoms import Atom, atoms, observables_of_pattern
from oureyes.model.patterns.parser import parse
from oureyes.model.patterns.syntax import (
    EVERY,
    Between,
    Comparison,
    Every,
    Group,
    Joined,
    Literal,
    Observed,
    Path,
    Pattern,
    Qualified,
    Repeats,
    Timestamp,
    Within,
)

__all__ = [
    "EVERY",
    "Atom",
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
    "atoms",
    "observables_of_pattern",
    "parse",
]
