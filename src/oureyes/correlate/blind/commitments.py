"""What a holder commits to: the public keys of one month. It signs these words, so that whoever was shown them can show
them to a third, and two of one month that differ prove by themselves that it told members apart."""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256

import msgspec

from oureyes.correlate.blind.voprf import refuse_bad_elements
from oureyes.errors import InvalidObject

__all__ = ["KEYS_TYPE", "Commitment", "read_commitment", "write_commitment"]

KEYS_TYPE = "application/vnd.oureyes.hitno-keys+json"
_MOST_KEYS = 32
_EPOCH, _KEY, _WORD = re.compile(r"[0-9]{4}-[0-9]{2}"), re.compile(r"[0-9a-f]{64}"), re.compile(r"[a-z-]{1,20}")


class Commitment(msgspec.Struct, frozen=True):
    """A member's public keys of an epoch, hexadecimal, by kind of selector."""

    v: int
    member: str
    epoch: str
    keys: dict[str, str]

    @property
    def digest(self) -> bytes:
        """What members compare: the same keys give the same digest."""
        return sha256(msgspec.json.encode({"epoch": self.epoch, "keys": dict(sorted(self.keys.items()))})).digest()


def write_commitment(member: str, epoch: str, keys: Mapping[str, str]) -> bytes:
    """The words, to be signed; the same for all to whom they are said."""
    return msgspec.json.encode(Commitment(1, member, epoch, dict(sorted(keys.items()))))


def read_commitment(raw: bytes) -> Commitment:
    """The words, once their signature has been checked."""
    try:
        found = msgspec.json.decode(raw, type=Commitment)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise InvalidObject("keys of private questions", "the agreed form", "another") from None
    if found.v != 1 or not _EPOCH.fullmatch(found.epoch) or not 0 < len(found.keys) <= _MOST_KEYS:
        raise InvalidObject("keys of private questions", "version 1, an epoch and its keys", "another form")
    if not all(_WORD.fullmatch(kind) and _KEY.fullmatch(key) for kind, key in found.keys.items()):
        raise InvalidObject("keys of private questions", "keys of 32 bytes in hexadecimal", "others")
    refuse_bad_elements([bytes.fromhex(key) for key in found.keys.values()])
    return found
