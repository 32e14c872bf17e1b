"""Official lists as sources: each edition takes the place of the one before, and what left the list expires.

An entry that is gone is not deleted: it gets a new, revoked version, so that matches fall away, plans that rest on it
say so, and every partner it was released to can be sent the correction.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from oureyes import record
from oureyes.model.markings import Marking
from oureyes.model.objects import StixObject
from oureyes.model.ports import Options, Record
from oureyes.node.context import Context
from oureyes.node.importing import Order, import_source
from oureyes.node.recording import Progress, Report, derive, take_in
from oureyes.record.lists import difference, expired
from oureyes.storage import Connection, objects

__all__ = ["Edition", "import_list"]


@dataclass(frozen=True, slots=True)
class Edition:
    """What a new edition of a list changed, by entry id, and the report of reading it."""

    name: str
    date: str
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    report: Report

    def to_json(self) -> dict[str, Any]:
        """For `--json`: the report with the difference beside it."""
        found = {"list": self.name, "date": self.date, "added": len(self.added), "changed": len(self.changed)}
        return {**self.report.to_json(), **found, "removed": list(self.removed)}


def import_list(
    ctx: Context,
    path: Path,
    name: str,
    date: str,
    *,
    by: str,
    purpose: str,
    marking: Marking | None = None,
    progress: Progress | None = None,
) -> Edition:
    """Read an edition of the list `name` published on `date` (YYYY-MM-DD), and expire what is on it no more."""
    with ctx.db.read() as connection:
        before = [held.current for held in objects.held_of_source(connection, ctx.me, name) if not held.current.revoked]
    options = Options(date=date, source=name)
    now = _entries(ctx, path, options)
    found = difference(before, now)
    report = import_source(ctx, path, name, Order(by, purpose, marking), options=options, progress=progress)
    gone = expired(found.removed, f"{date}T00:00:00Z" if date else ctx.now())

    def write(connection: Connection) -> None:
        source = objects.source(connection, ctx.me, name, "list", date)
        default = marking or ctx.default_marking()
        take_in(ctx, connection, [derive(obj, default) for obj in gone], source=source, origin=ctx.me)
        for obj in gone:
            ctx.audit(connection, by, "expire", obj.id, purpose)

    if gone:
        ctx.db.write(write)
    return Edition(name, date, _ids(found.added), _ids(found.changed), tuple(obj.id for obj in gone), report)


def _entries(ctx: Context, path: Path, options: Options) -> list[StixObject]:
    chosen = replace(options, now=ctx.now(), country=ctx.config.country or None)
    with record.open_stream(path, ctx.config.number("max_file_mib") << 20) as stream:
        return [item.object for item in record.read(stream, path.name, chosen) if isinstance(item, Record)]


def _ids(found: tuple[StixObject, ...]) -> tuple[str, ...]:
    return tuple(obj.id for obj in found)
