"""Which of those held may bear a name: a person at the desk asks, hypotheses with reasons answer.

The names held lie in the process, by sound (`correlate.names.index`). The index is made when the first name is asked
about, and brought up to date before each answer with what was placed since; it is made anew when the tables that read
names are of another version, or when a third of it is gone. It proposes holdings by number, and nothing else: what
stands, and who may see it, the store says at every answer. So what is taken back, hidden or erased is in no answer
from the moment it is committed, and what a reader may not see moves neither score nor count. No text of a name is
kept in the index; the sounds of what is gone stay in the process's memory until it is made anew.

Memory is bounded: at most a million names, 70 MiB with tantivy. Nobody is matched or merged by this.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from threading import Lock

from oureyes.correlate import names as matcher
from oureyes.correlate.names.circumstances import country_words
from oureyes.correlate.names.index import NameIndex
from oureyes.correlate.names.subject import TYPES, Name, Subject, subject_of
from oureyes.errors import ConfigError, InvalidObject
from oureyes.model.romanisation import VERSION, readings
from oureyes.model.zawgyi import to_unicode
from oureyes.node.context import Context
from oureyes.node.understanding import Reader
from oureyes.storage import Connection, changes, objects

__all__ = ["About", "Answer", "HeldNames", "KINDS", "Screened", "screen"]

KINDS = {"": "", "person": "person", "organization": "organisation"}

_MOST = 1_000_000  # names in memory
_LONGEST = 150  # letters of a name, as the matcher takes them
_BATCH = 10_000  # holdings read at a time
_GONE = 1_000  # holdings that may be gone before it is asked whether they are a third
_COMPARED = 100  # held names weighed for one answer: each costs a millisecond
_WIDTHS = (400, 1_600, 6_400)  # candidates taken from the index, until enough of them are for this reader
_HYPOTHESES = "hypotheses: a name proves nobody; read the objects before anything rests on one"


@dataclass(frozen=True, slots=True)
class About:
    """What is known of who is asked about, beside the name; 0 and "" where nothing is."""

    born: int = 0
    country: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Screened:
    """One who may be meant: whose word, how far the names agree, why, and whether a second sign is needed; `parts` are
    what each value moved the sum by that the names alone come to, as a logarithm of odds."""

    id: str
    type: str
    name: str
    origin: str
    source: str
    tlp: str
    score: float
    second_sign: bool
    reason: str
    parts: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """Those held who may be meant, best first, and what the reader must know."""

    found: tuple[Screened, ...]
    said: str


class HeldNames:
    """The names held, by sound, as far as the store was read; for one process and its threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._empty()

    def _empty(self) -> None:
        self._index, self._read_by, self._placed, self.full = NameIndex(), VERSION, 0, False
        self._known: set[int] = set()
        self._gone: set[int] = set()

    def candidates(self, ctx: Context, name: str, limit: int) -> list[int]:
        """Holdings whose names sound most alike, best first, after all that is committed was read."""
        with self._lock:
            if self._read_by != VERSION or len(self._gone) > max(_GONE, len(self._known) // 3):
                self._empty()
            self._read_on(ctx)
            return self._index.search(name, limit)

    def gone(self, numbers: set[int]) -> None:
        """These were proposed, and stand no more."""
        with self._lock:
            self._gone |= numbers & self._known

    def __len__(self) -> int:
        return len(self._index)

    def _read_on(self, ctx: Context) -> None:
        """Take in what was placed since. All or none: what broke off in the middle would never be asked for again."""
        try:
            self._index.add(self._placed_since(ctx))
        except BaseException:
            self._empty()
            raise

    def _placed_since(self, ctx: Context) -> Iterator[tuple[int, str]]:
        """Names of the holdings that were placed since, in one stream: an index written in one go takes half."""
        more = True
        while more:
            with ctx.db.read() as connection:
                kinds = tuple(sorted(TYPES))
                placed = changes.held(connection, self._placed, _BATCH, kinds=kinds, live=not self._placed)
                new = [one.holding for one in placed if one.stands and one.holding not in self._known]
                held = objects.by_holding(connection, new)
            self._gone |= {one.holding for one in placed if not one.stands} & self._known
            self._gone -= {one.holding for one in placed if one.stands}
            yield from self._names(held[number] for number in new if number in held)
            if placed:
                self._placed = placed[-1].placed
            more = len(placed) == _BATCH

    def _names(self, held: Iterator[objects.Held]) -> Iterator[tuple[int, str]]:
        left = _MOST - len(self._index)
        for one in held:
            subject = subject_of(one.current.content)
            if subject is None:
                continue
            left -= len(subject.names)
            if left < 0:
                self.full = True
                return
            self._known.add(one.holding)
            yield from ((one.holding, name.text) for name in subject.names)


def screen(ctx: Context, name: str, about: About, *, by: str, purpose: str, limit: int = 20) -> Answer:
    """Who of those held, and seen by this reader, may be meant by a name. Audited by purpose and count."""
    ctx.require_purpose(by, purpose, "screen")
    asked = _asked(name, about)
    held = _held_names(ctx)
    found = sorted(_found(ctx, held, asked, by, purpose), key=lambda one: (-one.score, one.id, one.origin))[:limit]
    digest = hmac.digest(ctx.keys.extract, name.encode(), "sha256").hex()  # as of every search: a name could be guessed
    ctx.db.write(lambda connection: ctx.audit(connection, by, "screen", "", purpose, hits=len(found), digest=digest))
    said = f"{_HYPOTHESES}; more names are held than are looked through" if held.full else _HYPOTHESES
    return Answer(tuple(found), said)


def _asked(name: str, about: About) -> Subject:
    text = name.strip()
    if len(text) > _LONGEST or not readings(text):
        raise InvalidObject("name", f"a name in letters, {_LONGEST} at most", f"{len(text)} characters of none")
    if about.kind not in KINDS:
        raise InvalidObject("kind", "person or organization", "another word")
    years = frozenset((about.born,)) if about.born else frozenset[int]()
    countries = country_words(about.country) if about.country else frozenset[str]()
    return Subject(KINDS[about.kind], (Name(text, False),), years, countries=countries)


def _held_names(ctx: Context) -> HeldNames:
    if find_spec("tantivy") is None and find_spec("numpy") is None:
        raise ConfigError("screening of names", "the extra oureyes[names]", "neither tantivy nor numpy", "install it")
    with ctx.lock:
        if not isinstance(ctx.names, HeldNames):
            ctx.names = HeldNames()
        return ctx.names


def _found(ctx: Context, held: HeldNames, asked: Subject, by: str, purpose: str) -> Iterator[Screened]:
    """What the best candidates come to that this reader may see."""
    for place, width in enumerate(_WIDTHS):
        numbers = held.candidates(ctx, asked.names[0].text, width)
        with ctx.db.read() as connection:
            reader = Reader(ctx, connection, by, purpose)
            seen = _seen(connection, reader, held, numbers)
        if len(seen) >= _COMPARED or len(numbers) < width or place == len(_WIDTHS) - 1:
            break
    for one in seen[:_COMPARED]:
        subject = subject_of(one.current.content)
        met = matcher.screen(asked, subject) if subject else None
        if met is not None:
            obj, tlp = one.current, reader.marking(one.label).tlp.label
            said = (obj.id, obj.type, to_unicode(obj.name), one.origin, one.source, tlp)
            yield Screened(*said, met.score, bool(met.quiet), met.reason, met.parts)


def _seen(connection: Connection, reader: Reader, held: HeldNames, numbers: list[int]) -> list[objects.Held]:
    """Of the candidates those that stand and that this reader may see, in their order."""
    found = objects.by_holding(connection, numbers)
    standing = {number: one for number, one in found.items() if one.last and one.state == "held"}
    held.gone({number for number in numbers if number not in found or not found[number].last})
    return [standing[number] for number in numbers if number in standing and reader.may(standing[number].label)]
