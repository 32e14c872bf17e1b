"""Names in Latin letters, whatever script they stand in: one to eight readings, from tables, the same on every node.

`VERSION` is part of whatever is derived from a reading (keys cross borders): a table that changes an answer makes a
new version.
"""

from __future__ import annotations

from oureyes.model.romanisation.han import Character, lattice
from oureyes.model.romanisation.readings import VERSION, readings, romanise, script_of
from oureyes.model.romanisation.sounds import fold, skeleton

__all__ = [
    "VERSION", "Character", "fold", "lattice", "readings", "romanise", "script_of", "skeleton",
]  # fmt: skip
