"""What the verbs ask of the world, and what a plug-in must fit. A module that fits is a plug-in; no base class."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol

from oureyes.errors import OurEyesError
from oureyes.model.findings import Alert, Finding, Key, Match
from oureyes.model.markings import Marking
from oureyes.model.objects import StixObject
from oureyes.model.observables import Observable

__all__ = [
    "Embedder",
    "Example",
    "Importer",
    "Matcher",
    "Neighbour",
    "Neighbours",
    "Notifier",
    "Options",
    "Record",
    "Rejected",
]


@dataclass(frozen=True, slots=True)
class Record:
    """One thing an importer read. `object` is as received (or, from a format that is not STIX, as converted);
    `upgraded` is the STIX 2.1 form where the original is older. `counts` is what it was in the source's own terms,
    such as (("attributes", 1),); a record may count for nothing. `marking` is what the source itself demands.
    `hold` is a reason to keep it but let nobody have it until a person has looked. `named` are the observables it
    names, where the importer made it from them; None: they are read from it. `undated`: its source gives it no date,
    so it bears the moment of recording."""

    object: StixObject
    findings: tuple[Finding, ...] = ()
    marking: Marking | None = None
    upgraded: StixObject | None = None
    counts: tuple[tuple[str, int], ...] = ()
    tags: tuple[str, ...] = ()
    hold: str = ""
    named: tuple[Observable, ...] | None = None
    undated: bool = False


@dataclass(frozen=True, slots=True)
class Rejected:
    """One thing that could not be taken: kept as it came, with the reason. `raw` may be cut to its first MiB."""

    subject: str
    error: OurEyesError
    raw: bytes
    counts: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Options:
    """What the person importing decided, and what the node knows: `mapping` maps columns for tables; `country` reads
    national phone numbers; `definitions` are marking definitions already held (None: understood, restricts nothing).
    `date` is the source's, where somebody knows it; `now` is the moment of recording, for what has no other date."""

    source: str = ""
    date: str = ""
    now: str = ""
    country: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    definitions: Mapping[str, Marking | None] = field(default_factory=dict)
    max_bytes: int = 1 << 30
    max_depth: int = 64


class Importer(Protocol):
    """A format. `sniff` sees the first 64 KiB (gunzipped) and the file's name; exactly one importer claims an input.
    `read` yields what it finds in order and never stops at a bad one; it raises InvalidObject only when the whole
    input is unreadable, naming line and column or byte offset."""

    NAME: str

    def sniff(self, head: bytes, name: str) -> bool: ...

    def read(self, stream: BinaryIO, options: Options) -> Iterator[Record | Rejected]: ...


@dataclass(frozen=True, slots=True)
class Example:
    """A pair of objects (as dicts) that a matcher must, or must not, put together."""

    left: Mapping[str, object]
    right: Mapping[str, object]
    matches: bool


class Matcher(Protocol):
    """A way of seeing that two things belong together. What `compare` accepts always shares a key.

    Where keys are equal only nearly, a matcher also has `probes(obj)`: what is looked up besides the keys, and not
    stored; then each side's keys meet the other's keys or probes. Where a key is a part of what is compared (a chunk,
    a band, a feature), it says `PARTIAL = True`: every holder of the key is compared, not one of each source; with
    `MOST = n` besides, for one object the n that share most keys with it. Where only some types of objects have keys,
    it names them in `TYPES` and is not asked about others."""

    NAME: str
    EXAMPLES: Sequence[Example]

    def keys(self, obj: StixObject) -> Iterable[Key]: ...

    def compare(self, left: StixObject, right: StixObject) -> Match | None: ...


class Notifier(Protocol):
    """A way to reach someone. `send` raises on failure; the node keeps the delivery and tries again."""

    NAME: str

    def send(self, alert: Alert, address: str) -> None: ...


class Embedder(Protocol):
    """What makes a vector of a text, so that texts of like meaning lie near each other whatever their language.
    `model` names the model and its version: vectors of two are never compared. A text it cannot read gives None."""

    @property
    def model(self) -> str: ...

    def embed(self, texts: Iterable[str]) -> Iterator[Sequence[float] | None]: ...


@dataclass(frozen=True, slots=True)
class Neighbour:
    """One step in the graph: from `source` by `link` to `target`; `origin` says so."""

    source: str
    link: str
    target: str
    origin: str


class Neighbours(Protocol):
    """What the graph asks: every step that touches any of `ids`, already filtered for the reader."""

    def __call__(self, ids: Sequence[str]) -> Iterable[Neighbour]: ...
