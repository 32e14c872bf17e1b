"""Making a node's home, and opening it: keys, certificate, roster, database.

home/
├── node.toml      settings
├── database.key   32 bytes, hex; keep a copy away from the machine
├── node.db        everything the node holds, encrypted
├── sign.key seal.key extract.key tls.key   private; readable by the node alone
├── member.json    the public halves, to be put into the roster
├── roster.json    who takes part, as the members signed it
└── rosters/       that and its forerunners, by version
"""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from oureyes.config import Config, load
from oureyes.correlate.warninglists import BUILT_IN, DOCUMENTATION, WarningLists
from oureyes.correlate.warninglists import read as read_warninglist
from oureyes.errors import ConfigError
from oureyes.exchange import roster
from oureyes.exchange.certificates import new_certificate
from oureyes.exchange.keys import load_seal_key, load_sign_key, new_seal_key, new_sign_key
from oureyes.exchange.log import is_member_id
from oureyes.model.markings import TLP
from oureyes.model.sharing import Keys, Member, Roster
from oureyes.node.context import Context, Keyring, utc_now
from oureyes.node.embedding import installed
from oureyes.node.indexing import begin
from oureyes.node.sending import RESTORED, current_channel
from oureyes.storage import Connection, channels, desk, open_database, restore

__all__ = [
    "fingerprint",
    "init",
    "install_roster",
    "member_of",
    "open_context",
    "put_back",
    "read_member",
    "roster_version",
    "secret",
]


def init(
    home: Path, member: str, *, name: str = "", clock: Callable[[], datetime] = utc_now, **settings: Any
) -> Config:
    """Make a home with fresh keys. ConfigError when there is one already: keys are never overwritten."""
    if not is_member_id(member):
        raise ConfigError(f"member {member[:32]}", "letters, digits, dot, dash or underscore, as in ID", "another form")
    if (home / "node.toml").exists():
        raise ConfigError(f"home of {member}", "an empty folder", "a node", "choose another --home")
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise ConfigError(
            f"home of {member}", "an empty folder", "one with other things in it", "choose another --home"
        )
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o700)
    values = {"member": member, **{key: value for key, value in settings.items() if value not in ("", None)}}
    lines = [f"{key} = {msgspec.json.encode(value).decode()}" for key, value in values.items()]
    _write(home / "node.toml", ("\n".join(lines) + "\n").encode())
    sign, seal = new_sign_key(), new_seal_key()
    _write(home / "database.key", os.urandom(32).hex().encode())
    _write(home / "sign.key", sign.seed.hex().encode())
    _write(home / "seal.key", seal.seed.hex().encode())
    _write(home / "extract.key", os.urandom(32).hex().encode())
    config = load(home)
    host = urlsplit(config.public_url).hostname or "localhost"
    key, certificate = new_certificate(member, dict.fromkeys((host, "localhost", "127.0.0.1")), clock())
    _write(home / "tls.key", key)
    _write(home / "tls.der", certificate)
    keys = Keys(sign.public, seal.public, certificate)
    mine = Member(member, name or member, config.public_url, keys)
    _write(home / "member.json", _public(mine), mode=0o644)
    return config


def _public(member: Member) -> bytes:
    return msgspec.json.encode(
        {
            "id": member.id,
            "name": member.name,
            "url": member.url,
            "sign": member.keys.sign,
            "seal": member.keys.seal,
            "certificate": member.keys.certificate,
            "observer": member.observer,
            "ceiling": member.ceiling.name,
        }
    )


def read_member(raw: bytes) -> Member:
    """A member's public halves, from its `member.json`."""

    class Public(msgspec.Struct):
        id: str
        name: str
        url: str
        sign: bytes
        seal: bytes
        certificate: bytes
        observer: bool = False
        ceiling: str = "AMBER_STRICT"

    try:
        read = msgspec.json.decode(raw, type=Public)
    except msgspec.DecodeError as error:
        raise ConfigError("member.json", "the file `oureyes init` made", str(error)[:80]) from None
    keys = Keys(read.sign, read.seal, read.certificate)
    return Member(read.id, read.name, read.url, keys, read.observer, TLP.of(read.ceiling))


def member_of(home: Path) -> Member:
    """The public halves of the node in `home`."""
    return read_member((home / "member.json").read_bytes())


def install_roster(home: Path, raw: bytes) -> Roster:
    """Take a roster: the first by its own members' signatures, each further one by those of the one before."""
    file = home / "roster.json"
    before = roster.installed(file.read_bytes()) if file.exists() else None
    if before is not None and raw == before.raw:
        return before
    found = roster.load(raw, before)
    (home / "rosters").mkdir(exist_ok=True)
    for known in (before, found) if before else (found,):  # the chain, for partners that missed a version
        _write(home / "rosters" / f"{known.version}.json", known.raw, mode=0o644)
    _write(file, raw, mode=0o644)
    return found


def open_context(home: Path, *, clock: Callable[[], datetime] = utc_now, **overrides: Any) -> Context:
    """Open the node in `home`."""
    config = load(home, **overrides)
    if not config.member:
        raise ConfigError(f"home {home.name}", "a node's home", "none", "`oureyes init --member ID`")
    keys = Keyring(
        load_sign_key(secret(home, "sign.key")),
        load_seal_key(secret(home, "seal.key")),
        secret(home, "extract.key"),
    )
    file = home / "roster.json"
    members = trusted_roster(file.read_bytes()) if file.exists() else Roster(0, {config.member: member_of(home)})
    if config.member not in members.members:
        raise ConfigError(
            "roster", f"{config.member} among its members", "none by that id", "ask the members to add it"
        )
    where = config.text("database") or str(home / "node.db")
    db = open_database(where, config.database_key() if not where.startswith("postgresql") else None)
    try:
        ctx = Context(
            config, db, keys, members, clock, load_warninglists=partial(_warninglists, config), embedder=installed()
        )
        _hold_restored(ctx)
        begin(ctx)
    except BaseException:
        db.close()  # else its connections and its writer outlive a node that never opened
        raise
    return ctx


def _hold_restored(ctx: Context) -> None:
    """After a restore partners may hold more of our log than we do: nothing is added to a channel until its recipient
    has shown what it holds, or our log would fork (see `exchanging.recover`)."""

    def write(connection: Connection) -> None:
        for member in ctx.roster.members:
            if member != ctx.me:
                channel = current_channel(ctx, connection, member)
                if channels.open_channel(connection, channel).state == "open":
                    channels.set_state(connection, channel, RESTORED)
        desk.put_setting(connection, "restored", "")

    with ctx.db.read() as connection:
        restored = desk.get_setting(connection, "restored")
    if restored:
        ctx.db.write(write)


def put_back(home: Path, backup: Path) -> None:
    """Put a backup in place of the node's database. The node must not be running."""
    config = load(home)
    if not config.member:
        raise ConfigError(f"home {home.name}", "a node's home", "none", "`oureyes init --member ID`")
    where = config.text("database")
    if where.startswith("postgresql"):
        raise ConfigError("database", "the encrypted file of a node", "PostgreSQL", "use pg_restore")
    if not backup.is_file():
        raise ConfigError(backup.name, "a file `oureyes backup` made", "none", "check the path")
    restore(backup, Path(where) if where else home / "node.db", config.database_key())


def trusted_roster(raw: bytes) -> Roster:
    """A roster that was checked against its forerunner when it was installed."""
    return roster.installed(raw)


def roster_version(home: Path, version: int) -> bytes | None:
    """A version of the roster as it was installed, the present one included."""
    kept = home / "rosters" / f"{version}.json"
    return kept.read_bytes() if kept.exists() else None


def _warninglists(config: Config) -> WarningLists:
    """Our own short lists, the documentation names where a setting says so, and what lies in `warninglists/`."""
    lists = [*BUILT_IN, *(DOCUMENTATION if config.flag("warn_documentation") else ())]
    folder = config.home / "warninglists"
    lists += [read_warninglist(file.read_bytes()) for file in sorted(folder.glob("*.json*"))]
    return WarningLists(lists)


def secret(home: Path, name: str) -> bytes:
    """A private key of the node, from its file."""
    try:
        return bytes.fromhex((home / name).read_text("ascii").strip())
    except (OSError, ValueError):
        raise ConfigError(name, "32 bytes in hex, readable", "none", "restore it from the node's backup") from None


def _write(file: Path, raw: bytes, *, mode: int = 0o600) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(raw)


def fingerprint(member: Member) -> str:
    """What two officers read to each other when a member is put on the roster."""
    return b64encode(member.keys.sign).decode()
