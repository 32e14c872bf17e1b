"""What the asker and the holder send each other (`hitno/1`). Every size follows from how many are asked, and nothing
else: a question that hits cannot be told from one that does not, nor one for one number from one for eight.

    question   "OEQ1" | a header of 508 bytes, JSON filled up with spaces | n × 32 bytes
    answer     "OEA1" | serial of the filter (8) | questions left (4) | n × 32 bytes | proof (64)
    list       a signed list (DSSE) of the filters there are for one partner, with their digests
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from oureyes.correlate.blind.voprf import ELEMENT, PROOF
from oureyes.errors import InvalidObject
from oureyes.model.instants import is_instant

__all__ = [
    "LEGAL_BASES",
    "LIST_TYPE",
    "MAX_QUESTION",
    "SIZES",
    "Answer",
    "Part",
    "Parts",
    "Question",
    "batch_of",
    "key_info",
    "padded_batch",
    "purpose_of",
    "read_answer",
    "read_parts",
    "read_question",
    "write_parts",
]

SIZES = (8, 16, 64, 512)  # a batch is filled up to one of these
LIST_TYPE = "application/vnd.oureyes.hitno+json"
_HEADER = 508
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_WORD, _EPOCH, _DIGEST = re.compile(r"[a-z0-9-]{1,40}"), re.compile(r"[0-9]{4}-[0-9]{2}"), re.compile(r"[0-9a-f]{64}")
_MOST_PARTS, _MOST_WORDS, _MOST_KEYS, _BIGGEST = 1000, 32, 1 << 24, 1 << 53  # the last: what JSON carries exactly
MAX_QUESTION = 4 + _HEADER + SIZES[-1] * ELEMENT

# By what right it is asked. The word travels; the case it stands in stays with the asker, and only a digest travels.
LEGAL_BASES: Mapping[str, str] = {
    "treaty": "a treaty on mutual legal assistance, such as the ASEAN MLAT",
    "police-cooperation": "an agreement on police cooperation",
    "national-law": "a power of the asking state's own law, exercised in an open case",
    "court-order": "an order of a court",
    "vital-interests": "a life is in danger",
}


class _Header(msgspec.Struct, frozen=True):
    kind: str
    epoch: str
    purpose: str
    basis: str
    case: str


@dataclass(frozen=True, slots=True)
class Question:
    """A batch of blinded selectors of one kind. `case` is a digest that only the asker can open."""

    kind: str
    epoch: str
    purpose: str
    basis: str
    case: str
    elements: tuple[bytes, ...]

    @property
    def raw(self) -> bytes:
        """As it is sent."""
        if len(self.elements) not in SIZES:
            raise InvalidObject("question", f"a batch of {', '.join(map(str, SIZES))}", f"{len(self.elements)}")
        head = msgspec.json.encode(_Header(self.kind, self.epoch, self.purpose, self.basis, self.case))
        if len(head) > _HEADER:
            raise InvalidObject("question", f"a header of at most {_HEADER} bytes", f"{len(head)}")
        return b"OEQ1" + head.ljust(_HEADER) + b"".join(self.elements)


@dataclass(frozen=True, slots=True)
class Answer:
    """The evaluations, one proof for all, the holder's newest list of filters, and how many more may be asked today."""

    serial: int
    left: int
    elements: tuple[bytes, ...]
    proof: bytes

    @property
    def raw(self) -> bytes:
        """As it is sent."""
        head = b"OEA1" + self.serial.to_bytes(8, "big") + max(0, self.left).to_bytes(4, "big")
        return head + b"".join(self.elements) + self.proof


class Part(msgspec.Struct, frozen=True):
    """One filter: all that is held (`seq` 0), or what has come since. `size` counts its outputs, fillers included."""

    kind: str
    seq: int
    size: int
    digest: str


class Parts(msgspec.Struct, frozen=True):
    """What a holder publishes for one partner. `serial` grows with every list, so that an older one is told."""

    v: int
    origin: str
    audience: str
    epoch: str
    serial: int
    at: str
    expires: str
    kinds: tuple[str, ...]
    purposes: tuple[str, ...]
    daily: int
    parts: tuple[Part, ...]


def padded_batch(count: int) -> int:
    """The size a batch of `count` is filled up to."""
    found = next((size for size in SIZES if size >= count), 0)
    if not count or not found:
        raise InvalidObject("question", f"1 to {SIZES[-1]} selectors", f"{count}", "ask them in several questions")
    return found


def read_question(raw: bytes) -> Question:
    """A question as it came; InvalidObject when it is none. Its elements are not looked at yet."""
    elements = _elements(raw[4 + _HEADER :])
    if raw[:4] != b"OEQ1" or len(raw) % ELEMENT or len(elements) not in SIZES:
        raise InvalidObject("question", f"OEQ1 and a batch of {', '.join(map(str, SIZES))}", "another form")
    try:
        head = msgspec.json.decode(raw[4 : 4 + _HEADER], type=_Header)
    except _UNREADABLE:
        raise InvalidObject("question", "a header of the agreed form", "another") from None
    if any(len(text) > 100 or not text.isprintable() for text in msgspec.structs.astuple(head)):
        raise InvalidObject("question", "a header of short words", "others")
    return Question(head.kind, head.epoch, head.purpose, head.basis, head.case, elements)


def batch_of(raw: bytes) -> int:
    """How many keys something counts as that is sent as a question, whatever is in it."""
    count = -(-(len(raw) - 4 - _HEADER) // ELEMENT)
    return next((size for size in SIZES if size >= count), SIZES[-1])


def purpose_of(raw: bytes) -> str:
    """The purpose that something says which is sent as a question; "" where it says none."""
    try:
        return msgspec.json.decode(raw[4 : 4 + _HEADER], type=_Header).purpose
    except _UNREADABLE:
        return ""


def read_answer(raw: bytes, count: int) -> Answer:
    """An answer to a batch of `count`."""
    end = 16 + count * ELEMENT
    if raw[:4] != b"OEA1" or len(raw) != end + PROOF:
        raise InvalidObject("answer", f"OEA1 and {count} evaluations with a proof", "another form")
    serial, left = int.from_bytes(raw[4:12], "big"), int.from_bytes(raw[12:16], "big")
    return Answer(serial, left, _elements(raw[16:end]), raw[end:])


def read_parts(raw: bytes) -> Parts:
    """A list, once its signature has been checked."""
    try:
        found = msgspec.json.decode(raw, type=Parts)
    except _UNREADABLE:
        raise InvalidObject("list of filters", "the agreed form", "another") from None
    if found.v != 1 or len(found.parts) > _MOST_PARTS:
        raise InvalidObject(
            "list of filters", f"version 1, at most {_MOST_PARTS} filters", "another", "update this node"
        )
    # what is kept is read again with every question to anybody: nothing in it may fail there
    words = (*found.kinds, *found.purposes, *(part.kind for part in found.parts))
    if not (is_instant(found.at) and is_instant(found.expires) and _EPOCH.fullmatch(found.epoch)):
        raise InvalidObject("list of filters", "a month and two instants", "others")
    if max(len(found.kinds), len(found.purposes)) > _MOST_WORDS or not all(map(_WORD.fullmatch, words)):
        raise InvalidObject("list of filters", "kinds and purposes in short words", "others")
    if not (0 < found.serial < _BIGGEST and 0 <= found.daily < 1 << 31 and all(map(_sound, found.parts))):
        raise InvalidObject("list of filters", "a number, a budget and sizes within their bounds", "others")
    if len({(part.kind, part.seq) for part in found.parts}) < len(found.parts):
        raise InvalidObject("list of filters", "one filter in each place", "two")
    return found


def _sound(part: Part) -> bool:
    return 0 <= part.seq < 1 << 31 and 0 < part.size <= _MOST_KEYS and bool(_DIGEST.fullmatch(part.digest))


def _elements(raw: bytes) -> tuple[bytes, ...]:
    return tuple(raw[at : at + ELEMENT] for at in range(0, len(raw), ELEMENT))


def write_parts(found: Parts) -> bytes:
    """A list, to be signed."""
    return msgspec.json.encode(found)


def key_info(member: str, epoch: str, kind: str) -> bytes:
    """What a key is derived for: one member, one epoch, one kind of selector."""
    return f"oureyes hitno/1 {member} {epoch} {kind}".encode()
