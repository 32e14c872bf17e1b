"""Reports like one report, in whatever language: hypotheses with their reasons, for a person to read.

Where the extra `oureyes[semantic]` is installed every report gets a vector, made in the background; only vectors of one
model are compared. A vector is as secret as the text it was made of: it is read for none but who may see the holding,
what a reader may not see moves neither means nor counts, it goes when the content is erased, and it never leaves the
node. A partner that was given the text makes its own.

Without the extra the matches of the other matchers answer: the same wording, the same wallet, the same name.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable
from dataclasses import dataclass

from oureyes.errors import NotHeld
from oureyes.model.objects import StixObject
from oureyes.model.ports import Embedder
from oureyes.model.zawgyi import to_unicode
from oureyes.node.context import Context
from oureyes.node.understanding import Reader
from oureyes.storage import Connection, desk, index, objects, vectors
from oureyes.understand.languages import NAMES, language_of
from oureyes.understand.likeness import ONE_IN_A_HUNDRED, TYPES, Report, Space, report_text
from oureyes.understand.samplereports import REPORTS

__all__ = ["Alike", "Answer", "similar", "step"]

_MOST = 20_000  # vectors read for one answer, newest first
_AT_ONCE = 16  # texts that become vectors in one step
_IN_ONE_ANSWER = 10  # … steps before an answer is given all the same


@dataclass(frozen=True, slots=True)
class Alike:
    """A report that may be of the same crime: how far above unlike reports it lies (0 without vectors), and why."""

    id: str
    type: str
    name: str
    origin: str
    source: str
    tlp: str
    language: str
    likeness: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """Of one report those alike, best first; how many were compared, by which model, and what the reader must know."""

    id: str
    language: str
    model: str
    compared: int
    alike: tuple[Alike, ...]
    said: str


@dataclass(frozen=True, slots=True)
class _Text:
    """What lies near by its vector, how many were compared, and the language of what was asked."""

    found: dict[str, _Found]
    compared: int = 0
    language: str = ""
    readable: bool = False


@dataclass(frozen=True, slots=True)
class _Found:
    likeness: float
    language: str
    reasons: tuple[str, ...]


def similar(ctx: Context, identifier: str, *, by: str, purpose: str, limit: int = 10) -> Answer:
    """What is like one report, as far as this reader may see."""
    embedder = ctx.embedder
    with ctx.db.read() as connection:
        reader = Reader(ctx, connection, by, purpose)
        asked = _seen(connection, reader, identifier)
    if embedder is not None:
        for _ in range(_IN_ONE_ANSWER):
            if not step(ctx):
                break
        _make(ctx, embedder, [(asked[0], report_text(asked[1].content))], missing_only=True)
    with ctx.db.read() as connection:
        reader = Reader(ctx, connection, by, purpose)
        by_text = _by_text(connection, reader, embedder, identifier, asked[0])
        found = _joined(by_text.found, _by_match(connection, reader, identifier))
        alike = _alike(connection, reader, found)[:limit]
        waits = embedder is not None and bool(_waiting(connection, embedder.model))
    ctx.db.write(lambda c: ctx.audit(c, by, "similar", identifier, purpose, hits=len(alike)))
    model = embedder.model if embedder is not None else ""
    said = _said(embedder, by_text.readable, waits)
    return Answer(identifier, by_text.language, model, by_text.compared, tuple(alike), said)


def step(ctx: Context) -> int:
    """Make vectors of the next reports that have none, and of the samples first; how many texts were read."""
    embedder = ctx.embedder
    if embedder is None:
        return 0
    model = embedder.model
    with ctx.db.read() as connection:
        samples = vectors.samples(connection, model)
        waiting = _waiting(connection, model)
    if waiting and len(samples) < sum(map(len, REPORTS.values())):
        texts = [(language, text) for language, told in REPORTS.items() for text in told]
        _make(ctx, embedder, [(-1 - place, text) for place, (_, text) in enumerate(texts)], [one for one, _ in texts])
    _make(ctx, embedder, [(number, report_text(StixObject.parse(raw).content)) for number, raw in waiting])
    if waiting:
        ctx.db.write(lambda connection: desk.put_setting(connection, _reached(model), str(waiting[-1][0])))
    return len(waiting)


def _waiting(connection: Connection, model: str) -> list[tuple[int, bytes]]:
    reached = int(desk.get_setting(connection, _reached(model)) or 0)
    return vectors.waiting(connection, TYPES, reached, _AT_ONCE)


def _reached(model: str) -> str:
    return f"vectors of {model}"


def _make(
    ctx: Context,
    embedder: Embedder,
    texts: Iterable[tuple[int, str]],
    languages: Iterable[str] = (),
    *,
    missing_only: bool = False,
) -> None:
    """Vectors of numbered texts, kept with their languages: those given, else those told from the text."""
    wanted = [(number, text) for number, text in texts if text]
    if missing_only and wanted:
        with ctx.db.read() as connection:
            wanted = [one for one in wanted if vectors.of(connection, embedder.model, one[0]) is None]
    if not wanted:
        return
    named = list(languages) or [language_of(text) for _, text in wanted]
    made = embedder.embed(text for _, text in wanted)
    rows = [
        (number, language, _body(vector)) for (number, _), language, vector in zip(wanted, named, made, strict=True)
    ]
    model = embedder.model
    ctx.db.submit(lambda connection: vectors.put(connection, model, rows), background=True).result()


def _body(vector: Iterable[float] | None) -> bytes:
    """32-bit floats, little-endian; nothing for a text no vector could be made of."""
    kept = array("f", vector or ())
    if sys.byteorder == "big":
        kept.byteswap()
    return kept.tobytes()


def _vector(body: bytes) -> array[float]:
    found = array("f", body)
    if sys.byteorder == "big":
        found.byteswap()
    return found


def _seen(connection: Connection, reader: Reader, identifier: str) -> tuple[int, StixObject]:
    """The object that stands, with its number, where this reader may see it."""
    for held in objects.latest(connection, [identifier]).get(identifier, ()):
        if reader.may(held.label):
            return vectors.number_of(connection, held.holding), held.current
    raise NotHeld(identifier, "an object this reader may see", "none", "`oureyes search`")


def _by_text(connection: Connection, reader: Reader, embedder: Embedder | None, identifier: str, number: int) -> _Text:
    mine = vectors.of(connection, embedder.model, number) if embedder is not None else None
    if embedder is None or mine is None or not mine[1]:
        return _Text({})
    kept = {one.object: one for one in vectors.held(connection, embedder.model, _MOST, reader.seen)}
    held = {n: Report(one.language, _vector(one.body)) for n, one in kept.items() if one.body}
    space = Space(_samples(connection, embedder.model), held.values())
    asked = space.centred(Report(mine[0], _vector(mine[1])))
    out: dict[str, _Found] = {}
    others = [(kept[n].id, report) for n, report in held.items() if kept[n].id != identifier]
    for other, report in others:
        near = space.likeness(mine[0], asked, report.language, space.centred(report))
        if near >= ONE_IN_A_HUNDRED:
            out[other] = _Found(round(near, 2), report.language, (_reason(mine[0], report.language, near),))
    return _Text(out, len(others), mine[0], True)


def _samples(connection: Connection, model: str) -> dict[str, list[array[float]]]:
    out: dict[str, list[array[float]]] = {}
    for language, body in vectors.samples(connection, model):
        if body:
            out.setdefault(language, []).append(_vector(body))
    return {language: found for language, found in out.items() if len(found) == len(REPORTS[language])}


def _reason(mine: str, theirs: str, near: float) -> str:
    languages = " and ".join(dict.fromkeys(NAMES.get(one, "a language not told") for one in (mine, theirs)))
    return (
        f"they say alike ({languages}): {near:.1f} spreads above unlike reports, of which one in a hundred reaches"
        f" {ONE_IN_A_HUNDRED:g}"
    )


def _by_match(connection: Connection, reader: Reader, identifier: str) -> dict[str, _Found]:
    """Reports that a matcher joined with it, and its reasons."""
    out: dict[str, _Found] = {}
    for one in index.matches(connection, identifier=identifier, labels=reader.seen):
        other = one.match.right if one.match.left == identifier else one.match.left
        if other != identifier and other.partition("--")[0] in TYPES:
            before = out.get(other, _Found(0.0, "", ()))
            out[other] = _Found(0.0, "", (*before.reasons, f"{one.match.matcher}: {one.match.reason}"))
    return out


def _joined(by_text: dict[str, _Found], by_match: dict[str, _Found]) -> dict[str, _Found]:
    """Both, nearest first; what only a matcher found comes after."""
    every = {**by_match, **by_text}
    joined = {
        one: _Found(
            found.likeness, found.language, (*by_text.get(one, _NONE).reasons, *by_match.get(one, _NONE).reasons)
        )
        for one, found in every.items()
    }
    return dict(sorted(joined.items(), key=lambda pair: (-pair[1].likeness, -len(pair[1].reasons), pair[0])))


_NONE = _Found(0.0, "", ())


def _alike(connection: Connection, reader: Reader, found: dict[str, _Found]) -> list[Alike]:
    known = objects.latest(connection, found)
    out = []
    for identifier, one in found.items():
        seen = [held for held in known.get(identifier, ()) if reader.may(held.label)]
        if seen:
            held = seen[0]
            name, tlp = to_unicode(held.current.name), reader.marking(held.label).tlp.label
            said = (identifier, held.current.type, name, held.origin, held.source, tlp)
            out.append(Alike(*said, one.language, one.likeness, one.reasons))
    return out


def _said(embedder: Embedder | None, readable: bool, waits: bool) -> str:
    words = ["hypotheses: read both reports before anything rests on it"]
    if embedder is None:
        words.append("the extra oureyes[semantic] is not installed: only what other matchers found is told")
    elif not readable:
        words.append("no vector could be made of it: too short, no report, or unreadable for the model")
    if waits:
        words.append("some reports are not read yet; ask again")
    return "; ".join(words)
