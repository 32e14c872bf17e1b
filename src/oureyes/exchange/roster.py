"""Who takes part, with which keys. No one decides it alone, and no centre does.

A roster is a small text file: one line of signatures, then the members as JSON that officers can read and compare.
Version n is good when at least two thirds of the voting members of version n−1 signed it with the keys they had, and
at least two thirds of its own members with the keys it names (the TUF root rule). The first version has only its own
members; its `fingerprint` is compared by people who meet, and pinned at installation. Observers have no vote.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from hashlib import sha256

import msgspec

from oureyes.errors import InvalidObject, VerificationError
from oureyes.exchange.envelope import pack, refuse_deep, unpack
from oureyes.exchange.keys import SignKey, refuse_weak_public
from oureyes.exchange.log import is_member_id
from oureyes.model.markings import TLP
from oureyes.model.sharing import Keys, Member, Roster

__all__ = ["ROSTER_TYPE", "build", "fingerprint", "installed", "load", "parse", "sign", "signers", "threshold"]

ROSTER_TYPE = "application/vnd.oureyes.roster+json"
_MAX_MEMBERS = 64
_MAX_ROSTER = 1 << 20


class _Member(msgspec.Struct, frozen=True):
    id: str
    name: str
    url: str
    sign: str
    seal: str
    certificate: str
    observer: bool = False
    ceiling: str = TLP.AMBER_STRICT.name


class _Roster(msgspec.Struct, frozen=True):
    v: int
    version: int
    previous: str
    members: list[_Member]


_DECODE = msgspec.json.Decoder(_Roster)


def threshold(members: int) -> int:
    """⌈2n/3⌉."""
    return -(-2 * members // 3)


def build(version: int, members: Iterable[Member], previous: Roster | None = None) -> bytes:
    """A roster nobody has signed yet. It names its forerunner by digest."""
    ordered = sorted(members, key=lambda member: member.id)
    before = fingerprint(previous.raw) if previous else ""
    content = _Roster(1, version, before, [_written(member) for member in ordered])
    return pack(ROSTER_TYPE, msgspec.json.format(msgspec.json.encode(content), indent=1), ())


def sign(raw: bytes, key: SignKey) -> bytes:
    """With one more signature. Signing what one has not read is on the officer."""
    head, _, payload = raw.partition(b"\n")
    added, _, _ = pack(ROSTER_TYPE, payload, (key,)).partition(b"\n")
    content, new = msgspec.json.decode(head), msgspec.json.decode(added)["signatures"]
    kept = [signature for signature in content["signatures"] if signature["keyid"] != key.id]
    return msgspec.json.encode({**content, "signatures": kept + new}) + b"\n" + payload


def fingerprint(raw: bytes) -> str:
    """SHA-256 of the members' part, in hex: the same whoever has signed so far."""
    return sha256(raw.partition(b"\n")[2]).hexdigest()


def signers(raw: bytes, roster: Roster) -> tuple[str, ...]:
    """Which voting members of `roster` have signed these bytes."""
    keys = {member.id: member.keys.sign for member in roster.members.values() if not member.observer}
    return unpack(raw, ROSTER_TYPE, keys)[1]


def load(raw: bytes, previous: Roster | None = None) -> Roster:
    """The roster, once enough members of the previous version and of itself signed it."""
    roster, before = parse(raw)
    subject = f"roster {roster.version}"
    if previous and (roster.version, before) != (previous.version + 1, fingerprint(previous.raw)):
        expected, found = f"the successor of version {previous.version}", f"version {roster.version} of another line"
        raise VerificationError(subject, expected, found, "fetch the versions in between, in order")
    if not previous and (roster.version != 1 or before):
        raise VerificationError(subject, "version 1 first", f"version {roster.version}", "fetch the chain from 1 on")
    for whose in (previous, roster) if previous else (roster,):
        _refuse_too_few(raw, subject, whose)
    return roster


def installed(raw: bytes) -> Roster:
    """A roster checked against its forerunner when it was installed: its own members' signatures are enough now."""
    roster, _ = parse(raw)
    _refuse_too_few(raw, f"roster {roster.version}", roster)
    return roster


def _refuse_too_few(raw: bytes, subject: str, whose: Roster) -> None:
    have, voters = signers(raw, whose), sorted(member.id for member in whose.members.values() if not member.observer)
    need = threshold(len(voters))
    if len(have) < need:
        expected = f"{need} signatures of the {len(voters)} members of version {whose.version}"
        missing = ", ".join(member for member in voters if member not in have)
        raise VerificationError(subject, expected, f"{len(have)}", f"not yet signed by {missing[:200]}")


def parse(raw: bytes) -> tuple[Roster, str]:
    """What a roster says and which one it follows, whoever has signed it: for reading before signing."""
    if len(raw) > _MAX_ROSTER:
        raise InvalidObject("roster", f"at most {_MAX_ROSTER} bytes", f"{len(raw)}")
    payload, _ = unpack(raw, ROSTER_TYPE, {})
    refuse_deep(payload, "roster")
    try:
        read = _DECODE.decode(payload)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise InvalidObject("roster", "JSON with v, version, previous, members", str(error)[:120]) from None
    if read.v != 1 or read.version < 1:
        raise InvalidObject("roster", "form 1, a version from 1 on", f"{read.v}, {read.version}", "update this node")
    members = {entry.id: _member(entry) for entry in read.members}
    _check(read, members)
    return Roster(read.version, members, raw), read.previous


def _check(read: _Roster, members: dict[str, Member]) -> None:
    subject = f"roster {read.version}"
    if len(members) != len(read.members) or len(members) > _MAX_MEMBERS:
        raise InvalidObject(subject, f"at most {_MAX_MEMBERS} members, each named once", f"{len(read.members)}")
    if all(member.observer for member in members.values()):
        raise InvalidObject(subject, "at least one member with a vote", "none")
    for kind in ("sign", "seal"):
        if len({getattr(member.keys, kind) for member in members.values()}) != len(members):
            raise InvalidObject(subject, f"a {kind} key of its own for each member", "one shared")


def _written(member: Member) -> _Member:
    return _Member(
        id=member.id,
        name=member.name,
        url=member.url,
        sign=base64.b64encode(member.keys.sign).decode(),
        seal=base64.b64encode(member.keys.seal).decode(),
        certificate=base64.b64encode(member.keys.certificate).decode(),
        observer=member.observer,
        ceiling=member.ceiling.name,
    )


def _member(read: _Member) -> Member:
    subject = f"roster member {read.id[:32]}"
    if not is_member_id(read.id):
        raise InvalidObject(subject, "an id of at most 32 letters, digits or ._-", "another")
    if not read.url.startswith("https://") or len(read.url) > 2000 or not 1 <= len(read.name) <= 200:
        raise InvalidObject(subject, "a name and a https:// address", "another")
    try:
        sign, seal, certificate = (
            base64.b64decode(text, validate=True) for text in (read.sign, read.seal, read.certificate)
        )
    except ValueError:
        raise InvalidObject(subject, "keys in base64 (RFC 4648 §4)", "something else") from None
    refuse_weak_public(subject, sign, seal)
    return Member(read.id, read.name, read.url, Keys(sign, seal, certificate), read.observer, TLP.of(read.ceiling))
