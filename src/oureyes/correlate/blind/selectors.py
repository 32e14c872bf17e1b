"""What may be asked without showing it: kinds of selectors, each in the one form both sides must agree on.

The form is protocol (`canon/1`, see `model.observables`; vectors in interop/canon-1.json and interop/hitno-1.json). It
is the very key by which records meet in the open, so what matches openly matches blindly. Names are asked by sound keys
together with a year of birth and never alone: without the year half of all innocent questions hit something.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from oureyes.correlate import observables
from oureyes.errors import ConfigError, InvalidObject
from oureyes.model.observables import CANON, normalise

__all__ = ["KINDS", "NAMES", "Selector", "kind_of_key", "name_keys", "selector"]

# Kind of selector → the kinds of observables it may be. One key of the function serves one kind.
KINDS: Mapping[str, tuple[str, ...]] = {
    "phone": ("phone-number",),
    "wallet": ("cryptocurrency-wallet",),
    "document": ("passport",),
    "account": ("iban", "bank-account"),
    "email": ("email-addr",),
    "media": ("hash:md5", "hash:sha1", "hash:sha256", "hash:sha512"),
}
NAMES = "name"  # asked by (name, year of birth); see `name_keys`
_OF = {observable: kind for kind, some in KINDS.items() for observable in some}
_LOOSE = {"media": "hash", "account": "bank-account"}  # the word that finds the observable's kind by its form

# What gives the sound keys of a name.
NameKeys = Callable[[str], tuple[str, ...]]


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
    if kind == NAMES:
        raise ConfigError("name", "the matcher of names, and a year of birth", "a name alone", "ask by another kind")
    if kind not in KINDS:
        raise InvalidObject(f"kind {kind[:20]}", f"one of {', '.join(KINDS)}", "another")
    for observable_kind in (_LOOSE.get(kind, KINDS[kind][0]), *KINDS[kind]):
        found = normalise(observable_kind, value, country)
        if found is not None and found.kind in KINDS[kind]:
            return Selector(kind, observables.keys_of_named((found,))[0].value)
    raise InvalidObject(f"the {kind} asked about", f"a valid one ({', '.join(KINDS[kind])})", "another", "correct it")


def name_keys(name: str, born: int, keys: NameKeys | None = None) -> tuple[Selector, ...]:
    """The selectors of a name and a year of birth, the years before and after included."""
    if keys is None:
        raise ConfigError("name", "the matcher of names", "none at work in this node", "ask by another kind")
    if not 1900 <= born <= 2100:
        raise InvalidObject("year of birth", "a year from 1900 to 2100", "another")
    years = (born - 1, born, born + 1)
    return tuple(Selector(NAMES, f"name:{key}:{year}") for key in keys(name) for year in years)


def kind_of_key(key: str) -> str | None:
    """The kind of selector that a key of the open matcher is; None where it may not be asked about."""
    head = key.split(":", 2)
    return _OF.get(":".join(head[:2]) if head[0] == "hash" else head[0])
