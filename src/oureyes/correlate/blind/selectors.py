"""What may be asked without showing it: kinds of selectors, each in the one form both sides must agree on.

The form is protocol (`canon/1`, see `model.observables`; vectors in interop/canon-1.json and interop/hitno-1.json). It
is the very key by which records meet in the open, so what matches openly matches blindly. Names are asked by sound keys
together with a year of birth and never alone: without the year half of all innocent questions hit something.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from oureyes.correlate import observables
from oureyes.errors import InvalidObject
from oureyes.model.observables import CANON, normalise

__all__ = ["KINDS", "NAMES", "Selector", "born_keys", "kind_of_key", "selector", "selectors", "sound_key"]

# Kind of selector → the kinds of observables it may be. One key of the function serves one kind.
KINDS: Mapping[str, tuple[str, ...]] = {
    "phone": ("phone-number",),
    "wallet": ("cryptocurrency-wallet",),
    "document": ("passport",),
    "account": ("iban", "bank-account"),
    "email": ("email-addr",),
    "media": ("hash:md5", "hash:sha1", "hash:sha256", "hash:sha512"),
    "name": (),  # asked by name and year of birth; see `selectors`
}
NAMES = "name"
_OF = {observable: kind for kind, some in KINDS.items() for observable in some}
_LOOSE = {"media": "hash", "account": "bank-account"}  # the word that finds the observable's kind by its form

# Of the keys names meet by in the open: all parts, and the whole unparted. A pair of parts hits too many strangers.
_SOUNDS = ("k", "j")
_NAMED = re.compile(r"(.*\S)[\s,;/(]+((?:19|20)\d\d)\)?\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Selector:
    """One thing that is asked about; `text` is its normal form."""

    kind: str
    text: str

    @property
    def input(self) -> bytes:
        """What the function is computed of."""
        return f"{CANON}\0{self.text}".encode()


def selector(kind: str, value: str, country: str | None = None) -> Selector:
    """The selector of a value as people write it. The error names the kind and never the value."""
    if not KINDS.get(kind):
        raise InvalidObject(f"kind {kind[:20]}", f"one of {', '.join(KINDS)}", "another")
    for observable_kind in (_LOOSE.get(kind, KINDS[kind][0]), *KINDS[kind]):
        found = normalise(observable_kind, value, country)
        if found is not None and found.kind in KINDS[kind]:
            return Selector(kind, observables.keys_of_named((found,))[0].value)
    raise InvalidObject(f"the {kind} asked about", f"a valid one ({', '.join(KINDS[kind])})", "another", "correct it")


def selectors(kind: str, value: str, country: str | None = None) -> tuple[Selector, ...]:
    """All that one thing is asked by. A name is written with its year, `Budi Santoso, 1980`; the years before and after
    are asked as well."""
    if kind != NAMES:
        return (selector(kind, value, country),)
    found = _NAMED.fullmatch(value)
    made = [one for year in (-1, 0, 1) for one in _born(found[1], int(found[2]) + year)] if found else []
    if not made:
        raise InvalidObject("the name asked about", "a name, a comma, and a year of birth", "another form")
    return tuple(Selector(NAMES, text) for text in made)


def born_keys(content: Mapping[str, Any]) -> tuple[str, ...]:
    """The texts by which a record of a person answers: its names with the years of birth it tells, none without."""
    from oureyes.correlate.names.subject import subject_of

    said = subject_of(content)
    if said is None:
        return ()
    return tuple(dict.fromkeys(text for name in said.names for year in said.years for text in _born(name.text, year)))


def _born(name: str, year: int) -> list[str]:
    from oureyes.correlate.names.keys import name_keys  # heavy: tables of the region's scripts

    return [f"{NAMES}:{year}:{key}" for key in name_keys(name) if key.split(":")[1] in _SOUNDS]


def sound_key(text: str) -> str:
    """The key of the open matcher of names in the text of a selector; "" where it is none."""
    return text.split(":", 2)[2] if text.startswith(f"{NAMES}:") else ""


def kind_of_key(key: str) -> str | None:
    """The kind of selector that a key of the open matcher is; None where it may not be asked about."""
    head = key.split(":", 2)
    if head[0] == NAMES:
        return NAMES
    return _OF.get(":".join(head[:2]) if head[0] == "hash" else head[0])
