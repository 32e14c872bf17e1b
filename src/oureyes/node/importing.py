"""Files become objects: read in batches, resumed where an import was killed, and never taken in twice.

Nothing about what is held already happens unsaid. A newer version keeps the marking of the one it takes the place of,
as far as nobody says otherwise. What is held as it is keeps its marking, too: that another was asked for is said, and
done where it is asked for in so many words (`remark`). What was taken back stays so, and when and by whom is said,
until a person asks for it `again`.
"""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from oureyes import record
from oureyes.errors import InvalidObject, NotHeld, OurEyesError
from oureyes.model.markings import Marking
from oureyes.model.ports import Options, Record, Rejected
from oureyes.model.zawgyi import NOTE, holds_zawgyi
from oureyes.node.context import Context
from oureyes.node.dating import as_first_recorded
from oureyes.node.recording import Progress, Report, Taken, derive, rare_collection, take_in
from oureyes.node.remarking import Markings, taken_back
from oureyes.storage import Connection, desk, objects

__all__ = ["Order", "import_paths", "import_source", "retry"]

_KEPT_RAW = 1 << 20
_NAMED = 50  # things of one kind that a report names; of the rest it gives the number
_WATCHED = 100_000  # references that an import remembers until its file is read


@dataclass(frozen=True, slots=True)
class Order:
    """Who imports, what for, and what was said of the marking. `again`: also what was taken back before; `remark`: the
    marking is for what is held already, too."""

    by: str
    purpose: str
    marking: Marking | None = None
    again: bool = False
    remark: bool = False

    def __post_init__(self) -> None:
        if self.remark and self.marking is None:
            raise InvalidObject("import", "what the marking is to be", "none", "give --tlp, --to, --grade …")


def import_paths(
    ctx: Context,
    paths: Iterable[Path],
    order: Order,
    *,
    options: Options | None = None,
    progress: Progress | None = None,
) -> Report:
    """Read files and folders; one that cannot be read is put aside and the others go on."""
    started, total = time.monotonic(), Report()
    with rare_collection():
        for source, path in _inputs(paths):
            try:
                total.add(_import_file(ctx, path, source, order, options or Options(), progress))
            except OurEyesError as error:
                total.add(_refused(ctx, path, source, error, order))
    total.seconds = round(time.monotonic() - started, 3)
    return total


def import_source(
    ctx: Context,
    path: Path,
    source: str,
    order: Order,
    *,
    options: Options | None = None,
    progress: Progress | None = None,
) -> Report:
    """Read one file as the source `source`, whatever the file is called."""
    started = time.monotonic()
    with rare_collection():
        report = _import_file(ctx, path, source, order, options or Options(), progress)
    report.seconds = round(time.monotonic() - started, 3)
    return report


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
    ctx: Context, path: Path, source: str, order: Order, options: Options, progress: Progress | None
) -> Report:
    size, most = path.stat().st_size, ctx.config.number("batch")
    digest = _file_digest(path, source, options)
    before = _before(ctx, digest, source, order)
    if before is not None and before.state == "done":
        return _known(ctx, before, order)
    work = _Import(ctx, order, Report(files=1))
    done = work.resume(before) if before is not None else 0
    chosen = replace(
        options,
        country=options.country or ctx.config.country or None,
        source=source,
        now=ctx.now(),
        definitions=_definitions(ctx),
    )
    with record.open_stream(path, ctx.config.number("max_file_mib") << 20) as stream:
        found = islice(record.read(stream, path.name, chosen), done, None)
        for batch, last in _batches(found, most):
            done += len(batch)
            state = "done" if last else "reading"
            at = desk.Original(digest, 0, source, path.suffix, size, ctx.now(), done, state, {})
            work.write(batch, at)
            if progress is not None and batch:
                at_byte = min(size, stream.tell() if stream.seekable() else size)
                progress(source, at_byte, size, work.report.read)
    return work.report


def _batches(found: Iterator[Record | Rejected], most: int) -> Iterator[tuple[list[Record | Rejected], bool]]:
    """(batch, whether it is the last): the last one says so itself, so that a small file is one commit. What breaks off
    the reading is raised once all before it is out."""
    batch, broken = list(islice(found, most)), None
    while True:
        try:
            after = list(islice(found, most)) if len(batch) == most else []
        except OurEyesError as error:
            after, broken = [], error
        yield batch, not after and broken is None
        if broken is not None:
            raise broken
        if not after:
            return
        batch = after


def _before(ctx: Context, digest: bytes, source: str, order: Order) -> desk.Original | None:
    """How far these bytes were read once; None to read them from the start: also a file that is known, where something
    is to be said of what it holds."""
    with ctx.db.read() as connection:
        before = desk.original(connection, digest)
        if before is None or before.state != "done":
            return before
        again = order.again or order.marking is not None or objects.any_taken_back(connection, ctx.me, source)
        return None if again else before


def _known(ctx: Context, before: desk.Original, order: Order) -> Report:
    again = Report(files=1, read=int(before.report["read"]), quarantined=int(before.report["quarantined"]))
    again.unchanged, again.units = again.read - again.quarantined, dict(before.report["units"])
    _audit(ctx, before, order, again, state="known")
    return again


def _audit(ctx: Context, at: desk.Original, order: Order, part: Report, *, state: str) -> None:
    ctx.db.write(lambda connection: _row(ctx, connection, at, order, part, state=state))


def _row(
    ctx: Context, connection: Connection, at: desk.Original, order: Order, part: Report, **more: str | int
) -> None:
    ctx.audit(
        connection,
        order.by,
        "import",
        f"sha256:{at.digest.hex()}",
        order.purpose,
        count=part.stored,
        read=part.read,
        quarantined=part.quarantined,
        **more,
    )


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


class _Import:
    """One file on its way in: a batch is one transaction, and what is said of the whole file is said with the last."""

    def __init__(self, ctx: Context, order: Order, report: Report) -> None:
        self.report, self._ctx, self._order = report, ctx, order
        self._missing: dict[str, str] = {}  # target → what refers to it
        self._back: dict[str, str] = {}

    def resume(self, before: desk.Original) -> int:
        """Go on where it was killed; how many records are read already."""
        for name in set(self.report.__slots__) - {"files", "seconds", "warnings", "errors"}:
            setattr(self.report, name, before.report[name])
        return before.done

    def write(self, batch: Sequence[Record | Rejected], at: desk.Original) -> None:
        self._ctx.db.write(lambda connection: self._write(connection, batch, at))

    def _write(self, connection: Connection, batch: Sequence[Record | Rejected], at: desk.Original) -> None:
        ctx, order, part = self._ctx, self._order, Report(read=len(batch))
        number = objects.source(connection, ctx.me, at.name, "file", at.at[:10])
        kept = _redated(ctx, connection, batch)
        marks = Markings(ctx, connection, kept, order.marking)
        taken = _take(ctx, connection, kept, marks, number, "again" if order.again else "stays")
        _count(part, kept, taken)
        self._put_aside(connection, batch, at, part)
        self._say_again(connection, kept, taken, marks, part)
        self._look_for(connection, kept)
        if at.state == "done":
            self._end(connection, part)
        self.report.add(part)
        desk.put_original(connection, replace(at, source=number, report=_kept(self.report)))
        digest = hashlib.sha256(b"".join(item.object.digest for item in kept)).hexdigest()
        _row(ctx, connection, at, order, part, digest=digest, state=at.state)

    def _put_aside(
        self, connection: Connection, batch: Sequence[Record | Rejected], at: desk.Original, part: Report
    ) -> None:
        for item in batch:
            for unit, units in item.counts:
                part.units[unit] = part.units.get(unit, 0) + units
            if isinstance(item, Rejected):
                part.quarantined += 1
                desk.quarantine(connection, at.name, item.error, item.raw[:_KEPT_RAW], self._ctx.now())
                part.errors.append({"subject": item.subject, "error": str(item.error)})

    def _say_again(
        self, connection: Connection, kept: Sequence[Record], taken: Taken, marks: Markings, part: Report
    ) -> None:
        """What is held already, or was: its marking, and what became of it."""
        ctx, order = self._ctx, self._order
        for item, added in zip(kept, taken.added, strict=True):
            name = item.object.id
            if added.outcome == "retracted" and name not in self._back:
                self._back[name] = taken_back(connection, name) if len(self._back) < _NAMED else ""
            elif added.outcome == "revived":
                objects.set_label(connection, name, ctx.me, marks.own(item), ctx.now_us())
                ctx.audit(connection, order.by, "record", name, order.purpose, digest=item.object.digest.hex())
            elif added.outcome == "unchanged" and marks.differs(item):
                part.remarked += order.remark
                part.other_marking += not order.remark
                if order.remark:
                    marks.give(connection, item, order.by, order.purpose)

    def _look_for(self, connection: Connection, kept: Sequence[Record]) -> None:
        wanted = {
            str(item.object.content[end]): item.object.id
            for item in kept
            if item.object.type in ("relationship", "sighting")
            for end in ("source_ref", "target_ref", "sighting_of_ref")
            if end in item.object.content
        }
        there = objects.existing(connection, wanted)
        room = _WATCHED - len(self._missing)
        self._missing.update([(ref, by) for ref, by in wanted.items() if ref not in there][:room])

    def _end(self, connection: Connection, part: Report) -> None:
        """References that the whole file leaves open resolve when the target arrives."""
        there = objects.existing(connection, self._missing)
        left = [(by, ref) for ref, by in self._missing.items() if ref not in there]
        part.dangling = len(left)
        part.warnings += [{"subject": by, "warning": f"refers to {ref}, not held yet"} for by, ref in left[:_NAMED]]
        part.warnings += [{"subject": name, "warning": why} for name, why in self._back.items() if why]
        for number, what in (
            (len(left), "objects refer to what is not held yet"),
            (len(self._back), "objects were taken back: the file again with --again"),
        ):
            if number > _NAMED:
                part.warnings.append({"subject": "import", "warning": f"{number - _NAMED} more {what}"})


def _take(
    ctx: Context, connection: Connection, kept: Sequence[Record], marks: Markings, source: int, taken_back: str
) -> Taken:
    batch = [
        derive(item.object, marks.of(item), upgraded=item.upgraded, hold=item.hold, tags=item.tags, named=item.named)
        for item in kept
    ]
    return take_in(ctx, connection, batch, source=source, origin=ctx.me, taken_back=taken_back)


def _redated(ctx: Context, connection: Connection, batch: Iterable[Record | Rejected]) -> list[Record]:
    kept = [item for item in batch if isinstance(item, Record)]
    return as_first_recorded(connection, kept, ctx.me, lambda held: not held.posted)


def _count(part: Report, kept: Sequence[Record], taken: Taken) -> None:
    for item, added in zip(kept, taken.added, strict=True):
        if added.outcome in ("unchanged", "retracted"):
            part.unchanged += 1
            part.retracted += added.outcome == "retracted"
        elif item.hold:
            part.quarantined += 1
            part.warnings.append({"subject": item.object.id, "warning": item.hold})
        else:
            part.stored += 1
        if added.conflict:
            part.conflicts += 1
            said = "another content under the same id and version is held; the one with the smaller digest counts"
            part.warnings.append({"subject": item.object.id, "warning": said})
        if holds_zawgyi(item.object.content, item.object.raw):
            part.warnings.append({"subject": item.object.id, "warning": NOTE})
        part.warnings += [{"subject": note.subject, "warning": note.message} for note in item.findings]
    part.matches = len(taken.matched)


def _kept(report: Report) -> dict[str, Any]:
    whole = report.to_json()
    return {**whole, "warnings": len(report.warnings), "errors": len(report.errors)}


def _refused(ctx: Context, path: Path, source: str, error: OurEyesError, order: Order) -> Report:
    with path.open("rb") as stream:
        raw = stream.read(_KEPT_RAW)
    subject = f"sha256:{hashlib.sha256(raw).hexdigest()}"

    def write(connection: Connection) -> None:
        desk.quarantine(connection, source, error, raw, ctx.now())
        ctx.audit(connection, order.by, "quarantine", subject, order.purpose, error=type(error).__name__)

    ctx.db.write(write)
    return Report(files=1, read=1, quarantined=1, errors=[{"subject": source, "error": str(error)}])


def _file_digest(path: Path, source: str, options: Options) -> bytes:
    told = f"{source}|{sorted(options.mapping.items())}|{options.country}|{options.date}|"
    whole = hashlib.sha256(told.encode())
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            whole.update(block)
    return whole.digest()


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
        taken = _take(ctx, connection, kept, Markings(ctx, connection, kept, None), number, "stays")
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
