"""What an export is made of: things with their markings, and the single values among them that a machine can act on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from oureyes.model.instants import is_instant, nanoseconds
from oureyes.model.markings import PAP, TLP, Marking
from oureyes.model.objects import StixObject
from oureyes.model.observables import Observable

__all__ = ["Left", "Sheet", "Thing", "Value", "Written"]


@dataclass(frozen=True)
class Thing:
    """An object, and what it travels under."""

    object: StixObject
    marking: Marking

    @cached_property
    def until(self) -> str:
        """When it is no longer to be used: the earlier of its marking's end and its own; "" where neither is said."""
        own = self.object.content.get("valid_until")
        ends = [end for end in (self.marking.expires, own) if is_instant(end)]
        return min(map(str, ends), key=nanoseconds) if ends else ""


@dataclass(frozen=True, slots=True)
class Value:
    """One value, by itself enough to tell what `thing` is about."""

    observable: Observable
    thing: Thing


@dataclass(frozen=True, slots=True)
class Left:
    """What is not in an export, by id, and why; never the value."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is to be written. `things` are all of it, `values` what stands alone among them; `at` is its date, `origin`
    the member that gives it out, `to` for whom; `outside` says that those are not its own people."""

    at: str
    origin: str
    to: str
    outside: bool = True
    things: tuple[Thing, ...] = ()
    values: tuple[Value, ...] = ()

    def of(self, values: Iterable[Value]) -> Sheet:
        """The same with these values alone."""
        return replace(self, values=tuple(values))

    @property
    def tlp(self) -> TLP:
        """The tightest of it: how the whole must be handled."""
        return max((thing.marking.tlp for thing in self._used), default=TLP.CLEAR)

    @property
    def pap(self) -> PAP:
        """The tightest of it."""
        return max((thing.marking.pap for thing in self._used), default=PAP.CLEAR)

    @property
    def until(self) -> str:
        """When the first of it ends, and the whole must be fetched again; "" where nothing ends."""
        return min((thing.until for thing in self._used if thing.until), key=nanoseconds, default="")

    @property
    def _used(self) -> Sequence[Thing]:
        return self.things or [value.thing for value in self.values]


@dataclass(frozen=True, slots=True)
class Written:
    """The bytes; the ids of what is in them; what the format has no place for."""

    body: bytes
    ids: frozenset[str]
    left: tuple[Left, ...] = ()
