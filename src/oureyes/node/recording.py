"""A state records: files become objects, held with their source, marking and everything the index needs.

Each batch is one transaction that also says how far the file has been read, so a killed import goes on where it
stopped, and the same bytes a second time add nothing.
"""

from __future__ import annotations

import gc
import hashlib
import io
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from oureyes import record
from oureyes.correlate import keys_of, observables, probes_of, standing
from oureyes.errors import InvalidObject, NotHeld, OurEyesError
from oureyes.model.markings import Marking
from oureyes.model.objects import StixObject
from oureyes.model.observables import Observable
from oureyes.model.ports import Options, Record, Rejected
from oureyes.node import connecting
from oureyes.node.context import Context
from oureyes.node.dating import as_first_recorded
from oureyes.storage import Connection, desk, objects
from oureyes.understand.tokens import text_of, tokens

__all__ = [
    "Progress",
    "Report",
    "Taken",
    "derive",
    "import_paths",
    "import_source",
    "lift",
    "rare_collection",
    "record_objects",
    "retry",
    "tag",
    "take_in",
]

# name of the input, bytes read, bytes in all, objects so far
Progress = Callable[[str, int, int, int], None]
_KEPT_RAW = 1 << 20


@dataclass(slots=True)
class Report:
    """What came of an import: `read` = `stored` + `unchanged` + `quarantined`. `units` is in the source's own terms."""

    files: int = 0
    read: int = 0
    stored: int = 0
    unchanged: int = 0
    quarantined: int = 0
    conflicts: int = 0
    dangling: int = 0
    matches: int = 0
    seconds: float = 0.0
    units: dict[str, int] = field(default_factory=dict)
    warnings: list[dict[str, str]] = field(default_factory=list)
    errors: list[dict[str, str]] = field(default_factory=list)

    def add(self, other: Report) -> None:
        """Count another input in."""
        for name in ("files", "read", "stored", "unchanged", "quarantined", "conflicts", "dangling", "matches"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for unit, number in other.units.items():
            self.units[unit] = self.units.get(unit, 0) + number
        self.warnings += other.warnings
        self.errors += other.errors

    def to_json(self) -> dict[str, Any]:
        """For `--json` and for the log of what was read."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one batch."""

    added: list[objects.Added]
    matched: list[int]


def import_paths(
    ctx: Context,
    paths: Iterable[Path],
    *,
    by: str,
    purpose: str,
    marking: Marking | None = None,
    options: Options | None = None,
    progress: Progress | None = None,
) -> Report:
    """Read files and folders; one that cannot be read is put aside and the others go on."""
    started, total = time.monotonic(), Report()
    with rare_collection():
        for source, path in _inputs(paths):
            try:
                total.add(_import_file(ctx, path, source, by, purpose, marking, options or Options(), progress))
            except OurEyesError as error:
                total.add(_refused(ctx, path, source, error, by))
    total.seconds = round(time.monotonic() - started, 3)
    return total


def import_source(
    ctx: Context,
    path: Path,
    source: str,
    *,
    by: str,
    purpose: str,
    marking: Marking | None = None,
    options: Options | None = None,
    progress: Progress | None = None,
) -> Report:
    """Read one file as the source `source`, whatever the file is called."""
    started = time.monotonic()
    with rare_collection():
        report = _import_file(ctx, path, source, by, purpose, marking, options or Options(), progress)
    report.seconds = round(time.monotonic() - started, 3)
    return report


@contextmanager
def rare_collection() -> Iterator[None]:
    """Millions of dicts come and go, none in a cycle: looking for cycles every 700 of them cost 8 % of an import."""
    before = gc.get_threshold()
    gc.set_threshold(1_000_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _inputs(paths: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    """(source, file): a MISP feed folder is one source, every other file its own."""
    for path in paths:
        if not path.exists():
            raise InvalidObject(path.name, "a file or folder", "nothing there", "check the path")
        if path.is_file():
            yield path.name, path
            continue
        for file in record.inputs(path):
            feed = record.is_feed(file.parent)
            inside = (file.parent if feed else file).relative_to(path)
            yield (path.name if str(inside) == "." else f"{path.name}/{inside}"), file


def _import_file(
    ctx: Context,
    path: Path,
    source_name: str,
    by: str,
    purpose: str,
    marking: Marking | None,
    options: Options,
    progress: Progress | None,
) -> Report:
    size = path.stat().st_size
    digest = _file_digest(path, source_name, options)
    with ctx.db.read() as connection:
        before = desk.original(connection, digest)
    if before is not None and before.state == "done":
        again = Report(files=1, read=int(before.report["read"]), quarantined=int(before.report["quarantined"]))
        again.unchanged, again.units = again.read - again.quarantined, dict(before.report["units"])
        return again
    report = Report(files=1)
    skip = 0
    if before is not None:
        skip = before.done
        for name in ("read", "stored", "unchanged", "quarantined", "conflicts", "dangling", "matches", "units"):
            setattr(report, name, before.report[name])
    chosen = replace(
        options,
        country=options.country or ctx.config.country or None,
        source=source_name,
        now=ctx.now(),
        definitions=_definitions(ctx),
    )
    with record.open_stream(path, ctx.config.number("max_file_mib") << 20) as stream:
        found = islice(record.read(stream, path.name, chosen), skip, None)
        done = skip
        state = "reading"
        while state == "reading":
            batch = list(islice(found, ctx.config.number("batch")))
            done += len(batch)
            if len(batch) < ctx.config.number("batch"):  # the last one says so itself: small files are one commit each
                state = "done"
            at = desk.Original(digest, 0, source_name, path.suffix, size, ctx.now(), done, state, {})
            ctx.db.write(_writing(ctx, batch, report, at, by, purpose, marking))
            if progress is not None and batch:
                progress(source_name, min(size, stream.tell() if stream.seekable() else size), size, report.read)
    return report


def _definitions(ctx: Context) -> dict[str, Marking | None]:
    """What the marking definitions held so far mean; one that cannot be read is left out, so its users are held."""
    found: dict[str, Marking | None] = {}
    with ctx.db.read() as connection:
        for held in objects.of_type(connection, "marking-definition"):
            try:
                found[held.object.id] = record.of_definition(held.current.content)
            except OurEyesError:
                continue
    return found


def _writing(
    ctx: Context,
    batch: list[Record | Rejected],
    report: Report,
    at: desk.Original,
    by: str,
    purpose: str,
    marking: Marking | None,
) -> Callable[[Connection], None]:
    def write(connection: Connection) -> None:
        number = objects.source(connection, ctx.me, at.name, "file", at.at[:10])
        kept = _redated(ctx, connection, batch)
        part = Report(read=len(batch))
        default = marking or ctx.default_marking()
        taken = take_in(
            ctx,
            connection,
            _all_incoming(kept, default, marking is not None),
            source=number,
            origin=ctx.me,
        )
        _count(part, kept, taken)
        for item in batch:
            for unit, units in item.counts:
                part.units[unit] = part.units.get(unit, 0) + units
            if isinstance(item, Rejected):
                part.quarantined += 1
                desk.quarantine(connection, at.name, item.error, item.raw[:_KEPT_RAW], ctx.now())
                part.errors.append({"subject": item.subject, "error": str(item.error)})
        part.dangling = _dangling(connection, kept)
        report.add(part)
        desk.put_original(connection, replace(at, source=number, report=_kept(report)))
        ctx.audit(
            connection,
            by,
            "import",
            f"sha256:{at.digest.hex()}",
            purpose,
            count=part.stored,
            read=part.read,
            quarantined=part.quarantined,
            digest=hashlib.sha256(b"".join(item.object.digest for item in kept)).hexdigest(),
            state=at.state,
        )

    return write


def _redated(ctx: Context, connection: Connection, batch: Iterable[Record | Rejected]) -> list[Record]:
    kept = [item for item in batch if isinstance(item, Record)]
    return as_first_recorded(connection, kept, ctx.me, lambda held: not held.posted)


def _count(part: Report, kept: list[Record], taken: Taken) -> None:
    for item, added in zip(kept, taken.added, strict=True):
        if added.outcome == "unchanged":
            part.unchanged += 1
        elif item.hold:
            part.quarantined += 1
            part.warnings.append({"subject": item.object.id, "warning": item.hold})
        else:
            part.stored += 1
        if added.conflict:
            part.conflicts += 1
            said = "another content under the same id and version is held; the one with the smaller digest counts"
            part.warnings.append({"subject": item.object.id, "warning": said})
        part.warnings += [{"subject": note.subject, "warning": note.message} for note in item.findings]
    part.matches = len(taken.matched)


def _kept(report: Report) -> dict[str, Any]:
    whole = report.to_json()
    return {**whole, "warnings": len(report.warnings), "errors": len(report.errors)}


def _dangling(connection: Connection, kept: list[Record]) -> int:
    """References of this batch to what the node has never seen: they resolve when the target arrives."""
    wanted = {
        str(item.object.content.get(end))
        for item in kept
        if item.object.type in ("relationship", "sighting")
        for end in ("source_ref", "target_ref", "sighting_of_ref")
        if end in item.object.content
    }
    return len(wanted - objects.existing(connection, wanted)) if wanted else 0


def _refused(ctx: Context, path: Path, source: str, error: OurEyesError, by: str) -> Report:
    with path.open("rb") as stream:
        raw = stream.read(_KEPT_RAW)

    def write(connection: Connection) -> None:
        desk.quarantine(connection, source, error, raw, ctx.now())
        ctx.audit(
            connection, by, "quarantine", f"sha256:{hashlib.sha256(raw).hexdigest()}", "", error=type(error).__name__
        )

    ctx.db.write(write)
    return Report(files=1, read=1, quarantined=1, errors=[{"subject": source, "error": str(error)}])


def _file_digest(path: Path, source: str, options: Options) -> bytes:
    told = f"{source}|{sorted(options.mapping.items())}|{options.country}|{options.date}|"
    whole = hashlib.sha256(told.encode())
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            whole.update(block)
    return whole.digest()


def _incoming(item: Record, default: Marking, known: dict[int, Marking], given: bool) -> objects.Incoming:
    marking = default
    if item.marking is not None:
        found = known.get(id(item.marking))
        marking = known[id(item.marking)] = found or _completed(item.marking, default, given)
    return derive(item.object, marking, upgraded=item.upgraded, hold=item.hold, tags=item.tags, named=item.named)


def _all_incoming(kept: Sequence[Record], default: Marking, given: bool = False) -> list[objects.Incoming]:
    known: dict[int, Marking] = {}
    return [_incoming(item, default, known, given) for item in kept]


def _completed(said: Marking, default: Marking, given: bool) -> Marking:
    """What the source demands is kept; what it does not speak of comes from the default. Where an officer said how it
    is to be marked (`given`), the source may tighten that and not loosen it."""
    found = Marking.from_json({**default.to_json(), **said.to_json()})
    return found.but(tlp=max(said.tlp, default.tlp), pap=max(said.pap, default.pap)) if given else found


def derive(
    obj: StixObject,
    marking: Marking,
    *,
    upgraded: StixObject | None = None,
    hold: str = "",
    tags: tuple[str, ...] = (),
    named: tuple[Observable, ...] | None = None,
) -> objects.Incoming:
    """An object with everything the store indexes of it. `named`, where known, saves reading its observables again;
    what names them is their equality, which stands for nothing more."""
    current = upgraded or obj
    if named is None:
        keys = keys_of(current)
        if standing.standing(current.content):
            keys += (standing.MARK,)
    else:
        keys = observables.keys_of_named(named) + keys_of(current, without=observables)
    words = " ".join(tokens(text_of(current.content)))
    return objects.Incoming(obj, marking, keys, words, upgraded, hold, tags, probes_of(current))


def take_in(
    ctx: Context,
    connection: Connection,
    batch: list[objects.Incoming],
    *,
    source: int,
    origin: str,
    statement: str | None = None,
) -> Taken:
    """Store a batch, find what it connects to, and tell whom it concerns: the one way in, from files and partners."""
    if not batch:
        return Taken([], [])
    batch = _owned(batch, origin)
    added = objects.add(connection, batch, source=source, origin=origin, at_us=ctx.now_us(), statement=statement)
    matched = connecting.connect(ctx, connection, batch, added, source=source)
    return Taken(added, matched)


def _owned(batch: list[objects.Incoming], origin: str) -> list[objects.Incoming]:
    """Who said nothing of the originator is it: without a name, a partner's object would pass for ours to give."""
    known: dict[int, Marking] = {}
    out = []
    for item in batch:
        if item.marking.originator:
            out.append(item)
            continue
        marking = known.get(id(item.marking)) or known.setdefault(id(item.marking), item.marking.but(originator=origin))
        out.append(item._replace(marking=marking))
    return out


def record_objects(
    ctx: Context,
    contents: Iterable[StixObject],
    *,
    by: str,
    purpose: str,
    marking: Marking,
    source: str,
) -> list[str]:
    """Record objects made here (a plan, a notice, an extract …); their ids."""
    made = list(contents)

    def write(connection: Connection) -> None:
        number = objects.source(connection, ctx.me, source, "desk", ctx.now()[:10])
        batch = [derive(obj, marking) for obj in made]
        take_in(ctx, connection, batch, source=number, origin=ctx.me)
        for obj in made:
            ctx.audit(connection, by, "record", obj.id, purpose, digest=obj.digest.hex())

    ctx.db.write(write)
    return [obj.id for obj in made]


def tag(ctx: Context, ids: Iterable[str], tags: Iterable[str], *, by: str, purpose: str) -> int:
    """Put objects of ours under terms of a taxonomy; machine tags travel with a release. How many were tagged."""
    wanted, terms = list(dict.fromkeys(ids)), tuple(dict.fromkeys(tags))

    def write(connection: Connection) -> int:
        held = objects.latest(connection, wanted, states=("held", "held-back"))
        for identifier in wanted:
            mine = [item for item in held.get(identifier, ()) if item.origin == ctx.me]
            if not mine:
                raise NotHeld(identifier, "an object of ours", "none by that id", "`oureyes search`")
            together = tuple(dict.fromkeys((*mine[0].tags, *terms)))
            objects.set_tags(connection, identifier, ctx.me, together)
            ctx.audit(connection, by, "tag", identifier, purpose, count=len(terms))
        return len(wanted)

    return ctx.db.write(write)


def lift(ctx: Context, identifier: str, *, by: str, purpose: str, marking: Marking | None = None) -> None:
    """A person has looked at what was held back: it is held from now on, under `marking` where one is given."""

    def write(connection: Connection) -> None:
        if not objects.lift_hold(connection, identifier, ctx.me, ctx.now_us()):
            raise NotHeld(identifier, "something held back", "nothing by that id", "`oureyes quarantine list`")
        if marking is not None:
            objects.set_label(connection, identifier, ctx.me, marking.but(originator=ctx.me), ctx.now_us())
        connecting.reconnect(ctx, connection, [identifier])
        ctx.audit(connection, by, "confirm", identifier, purpose)

    ctx.db.write(write)


def retry(ctx: Context, n: int, *, by: str, purpose: str, raw: bytes | None = None) -> Report:
    """Read something put aside once more, mended (`raw`) or after an update of the software."""
    with ctx.db.read() as connection:
        found = desk.quarantined(connection, n=n)
    if not found:
        raise NotHeld(f"quarantine {n}", "an item put aside", "none by that number", "`oureyes quarantine list`")
    item = found[0]
    report = Report(files=1)
    stream = io.BytesIO(raw if raw is not None else item.raw)
    chosen = Options(source=item.source, now=ctx.now(), country=ctx.config.country or None)
    read = list(record.read(stream, item.source, chosen))

    def write(connection: Connection) -> None:
        number = objects.source(connection, ctx.me, item.source, "file", ctx.now()[:10])
        kept = _redated(ctx, connection, read)
        default = ctx.default_marking()
        taken = take_in(ctx, connection, _all_incoming(kept, default), source=number, origin=ctx.me)
        report.read = len(read)
        _count(report, kept, taken)
        failed = [one for one in read if isinstance(one, Rejected)]
        report.quarantined += len(failed)
        report.errors += [{"subject": one.subject, "error": str(one.error)} for one in failed]
        if not failed:
            desk.settle_quarantined(connection, n, "taken")
        ctx.audit(connection, by, "retry", f"quarantine:{n}", purpose, taken=not failed)

    ctx.db.write(write)
    return report


def sources(report: Mapping[str, Any]) -> str:
    """One line for people."""
    return f"{report['read']} read, {report['stored']} stored, {report['quarantined']} put aside"
