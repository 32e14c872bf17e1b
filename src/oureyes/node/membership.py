"""Who takes part: a roster is put together, signed by each member at home, carried about, and installed everywhere.

None of this opens the database: a new member is on the roster before it has anything to say.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from oureyes.errors import ConfigError, OurEyesError
from oureyes.exchange import roster
from oureyes.exchange.keys import key_id, load_sign_key
from oureyes.model.sharing import Member, Roster
from oureyes.node.opening import install_roster, member_of, read_member, secret

__all__ = ["Standing", "build", "check", "current", "install", "sign", "words_of_key"]


@dataclass(frozen=True, slots=True)
class Standing:
    """A roster, and how far its signing has come. `fault` says why it may not be installed yet."""

    roster: Roster
    fingerprint: str
    signed: tuple[str, ...]
    needed: int
    fault: str


def build(home: Path, files: Iterable[Path]) -> bytes:
    """A roster of the members in these `member.json` files, signed by nobody: the successor of the installed one."""
    members = [read_member(file.read_bytes()) for file in files]
    before = current(home)
    return roster.build(before.roster.version + 1 if before else 1, members, before.roster if before else None)


def sign(home: Path, raw: bytes) -> bytes:
    """With this node's signature. What is no roster is not signed."""
    roster.parse(raw)
    return roster.sign(raw, load_sign_key(secret(home, "sign.key")))


def install(home: Path, raw: bytes) -> Standing:
    """Take it, once enough members signed."""
    install_roster(home, raw)
    return check(home, raw)


def current(home: Path) -> Standing | None:
    """The installed roster, or None before the first."""
    file = home / "roster.json"
    return check(home, file.read_bytes(), installed=True) if file.exists() else None


def check(home: Path, raw: bytes, *, installed: bool = False) -> Standing:
    """Whether a roster could be installed here, and who signed it."""
    parsed, _ = roster.parse(raw)
    kept = None if installed else current(home)
    ours = installed or (kept is not None and kept.fingerprint == roster.fingerprint(raw))
    voters = [member.id for member in parsed.members.values() if not member.observer]
    try:
        if ours:
            roster.installed(raw)
        else:
            roster.load(raw, kept.roster if kept else None)
        fault = ""
    except OurEyesError as error:
        fault = str(error)
    signed = roster.signers(raw, parsed)
    return Standing(parsed, roster.fingerprint(raw), signed, roster.threshold(len(voters)), fault)


def own_member(home: Path) -> Member:
    """The public halves of the node in `home`."""
    if not (home / "member.json").exists():
        raise ConfigError(f"home {home.name}", "a node's home", "none", "`oureyes init --member ID`")
    return member_of(home)


def words_of_key(member: Member) -> str:
    """A key's fingerprint in groups, as two officers read it to each other on the telephone."""
    text = key_id(member.keys.sign)
    return " ".join(text[at : at + 4] for at in range(0, min(len(text), 32), 4))
