"""Whether a node can do its work: what `oureyes doctor` looks at. No partner is called."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from oureyes.config import load
from oureyes.errors import OurEyesError
from oureyes.exchange.roster import fingerprint
from oureyes.model.instants import to_datetime
from oureyes.node import indexing
from oureyes.node.context import Context, utc_now
from oureyes.node.opening import open_context
from oureyes.storage import desk, fault, sqlite_version

__all__ = ["Check", "examine", "sqlite_version"]

_SECRETS = ("database.key", "sign.key", "seal.key", "extract.key", "tls.key")
_LEAST_FREE = 1 << 30
_BUILT = datetime.fromisoformat("2026-01-01T00:00:00+00:00")  # no clock that is right says less


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: whether it is well, what was found, and what to do when it is not."""

    name: str
    good: bool
    found: str
    remedy: str = ""


def examine(home: Path, *, clock: Callable[[], datetime] = utc_now) -> list[Check]:
    """Everything that can be looked at; one failing does not hide the others."""
    version, recent = sqlite_version()
    checks = [Check("SQLite", recent, version, "" if recent else "update sqlcipher3")]
    checks += _settings(home)
    checks += [_secret(home / name) for name in _SECRETS]
    checks.append(_space(home))
    try:
        ctx = open_context(home, clock=clock)
    except OurEyesError as error:
        return [*checks, Check("database", False, f"{error.subject}: {error.found}", error.remedy)]
    try:
        return [*checks, Check("database", True, f"opens, {ctx.db.dialect}"), *_inside(ctx)]
    finally:
        ctx.db.close()


def _settings(home: Path) -> Iterator[Check]:
    try:
        config = load(home)
    except OurEyesError as error:
        yield Check("settings", False, str(error), error.remedy)
        return
    remedy = "" if config.member else "`oureyes init --member ID`"
    yield Check("settings", bool(config.member), config.member or "no node here", remedy)


def _secret(file: Path) -> Check:
    if not file.exists():
        return Check(file.name, False, "missing", "restore it from where you keep copies")
    mode = stat.S_IMODE(file.stat().st_mode)
    return Check(file.name, not mode & 0o077, f"mode {mode:03o}", f"chmod 600 {file.name}" if mode & 0o077 else "")


def _space(home: Path) -> Check:
    where = home if home.exists() else Path(os.sep)
    free = shutil.disk_usage(where).free
    return Check(
        "disk space", free >= _LEAST_FREE, f"{free >> 20} MiB free", "" if free >= _LEAST_FREE else "make room"
    )


def _inside(ctx: Context) -> Iterator[Check]:
    said = fault(ctx.db)
    yield Check("integrity", not said, said or "whole", "restore a backup" if said else "")
    yield _clock(ctx)
    yield _words(ctx)
    version, members = ctx.roster.version, len(ctx.roster.members)
    found = f"version {version}, {members} members, {fingerprint(ctx.roster.raw)[:16]}" if version else "none yet"
    yield Check("roster", bool(version), found, "" if version else "`oureyes roster install FILE`")


def _words(ctx: Context) -> Check:
    found = indexing.state(ctx)
    if found.current:
        return Check("search index", True, f"made with {found.made_with}")
    said = f"{found.done} of {found.total} objects cut anew, with {found.wanted}"
    return Check("search index", False, said, "`oureyes reindex`, or leave it to the running node")


def _clock(ctx: Context) -> Check:
    with ctx.db.read() as connection:
        newest = desk.newest_audit(connection)
    now = ctx.clock()
    behind = now < _BUILT or (bool(newest) and now < to_datetime(newest))
    found = f"{now:%Y-%m-%d %H:%M} UTC" + (", before the newest line of the audit log" if behind else "")
    return Check("clock", not behind, found, "set the clock" if behind else "")
