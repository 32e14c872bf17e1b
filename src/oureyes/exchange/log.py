"""A channel's log on the wire: headers, frames, checkpoints and receipts, each to the letter of a published format.

Header   JSON in RFC 8785 form, the leaf of the Merkle tree, readable by a relay:
         {"alg","ch":"ID/SG","ct":sha256 of the sealed part,"ep":1,"kid","n":its length,"seq","v":1}
Frame    u32 length of what follows, u8 kind, body, all big-endian; media type application/vnd.oureyes.frames
         kind 0 heartbeat   (no body)
         kind 1 entry       u16 length of the header, header, sealed part
         kind 2 checkpoint  the signed note
Head     C2SP signed-note and tlog-checkpoint: origin line `oureyes/ch/ID/SG/1`, size, root
Receipt  C2SP tlog-cosignature/v1 on that note by `oureyes/member/SG`: "up to here I hold it durably"
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

import msgspec

from oureyes.errors import InvalidObject, VerificationError
from oureyes.exchange.envelope import MAX_ENVELOPE, padded, seal
from oureyes.exchange.keys import ALG, SEALING_COST, SignKey, key_id, verify
from oureyes.model.merkle import Frontier
from oureyes.model.sharing import Channel, Checkpoint, Entry, Receipt

__all__ = [
    "MAX_FRAME",
    "MAX_HEADER",
    "MAX_NOTE",
    "MAX_SEALED",
    "MEDIA_TYPE",
    "Frames",
    "Header",
    "Heartbeat",
    "Sent",
    "SentCheckpoint",
    "checkpoint_frame",
    "cosign",
    "entry_frame",
    "entry_of",
    "heartbeat_frame",
    "info_of",
    "is_member_id",
    "make_entry",
    "make_header",
    "member_line",
    "origin_line",
    "read_checkpoint",
    "read_header",
    "receipt_time",
    "sign_checkpoint",
    "verify_checkpoint",
    "verify_log",
    "verify_receipt",
]

MEDIA_TYPE = "application/vnd.oureyes.frames"
MAX_HEADER = 1 << 10
MAX_SEALED = padded(MAX_ENVELOPE + (64 << 10)) + SEALING_COST  # incompressible data grows a little
MAX_NOTE = 16 << 10
MAX_FRAME = 3 + MAX_HEADER + MAX_SEALED
_MAX_SEQ = (1 << 53) - 1  # what JSON numbers carry exactly (RFC 8785 §3.2.2.3)

_MEMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
_CHANNEL = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]{0,31})/([A-Za-z0-9][A-Za-z0-9._-]{0,31})")
_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
_HEX = re.compile(r"[0-9a-f]{64}")


def is_member_id(text: str) -> bool:
    """Letters, digits, `._-`, at most 32: safe in a URL, a header and a note."""
    return _MEMBER.fullmatch(text) is not None


# --- headers and entries ---------------------------------------------------------------------------------------------


class _Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    alg: str
    ch: str
    ct: str
    ep: int
    kid: str
    n: int
    seq: int
    v: int


_READ_HEADER = msgspec.json.Decoder(_Header)
_ENCODE = msgspec.json.Encoder(order="sorted").encode


@dataclass(frozen=True, slots=True)
class Header:
    """What anyone on the way may know of an entry. `kid` names the recipient's key; `size` is a padded one."""

    channel: Channel
    seq: int
    alg: str
    kid: str
    size: int
    digest: bytes


def info_of(channel: Channel, seq: int) -> bytes:
    """What sealing binds, so that no ciphertext can be moved to another place or channel."""
    return f"oureyes entry 1\n{ALG}\n{channel.name}\n{seq}".encode()


def make_entry(channel: Channel, seq: int, envelope: bytes, recipient_key: bytes) -> Entry:
    """The envelope sealed to the recipient as line `seq`. Sealing is random: store the entry, never make it twice."""
    sealed = seal(envelope, recipient_key, info_of(channel, seq))
    return Entry(channel, seq, make_header(channel, seq, key_id(recipient_key), sealed), sealed)


def make_header(channel: Channel, seq: int, kid: str, sealed: bytes) -> bytes:
    """All values are ASCII text and whole numbers, for which sorted compact JSON is RFC 8785's form."""
    name, digest = f"{channel.origin}/{channel.recipient}", sha256(sealed).hexdigest()
    return _ENCODE(_Header(ALG, name, digest, channel.epoch, kid, len(sealed), seq, 1))


def read_header(raw: bytes) -> Header:
    """InvalidObject unless it is byte for byte what `make_header` writes."""
    if len(raw) > MAX_HEADER:
        raise InvalidObject("header", f"at most {MAX_HEADER} bytes", f"{len(raw)}")
    try:
        read = _READ_HEADER.decode(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise InvalidObject("header", "JSON with alg, ch, ct, ep, kid, n, seq, v", str(error)[:80]) from None
    if read.v != 1:
        raise InvalidObject("header", "version 1", str(read.v), "update this node")
    if not _well_formed(read) or _ENCODE(read) != raw:
        raise InvalidObject("header", "values in range, in RFC 8785 form", "others")
    origin, recipient = read.ch.split("/")
    return Header(Channel(origin, recipient, read.ep), read.seq, read.alg, read.kid, read.n, bytes.fromhex(read.ct))


def _well_formed(read: _Header) -> bool:
    numbers = 0 <= read.seq <= _MAX_SEQ and 1 <= read.ep <= _MAX_SEQ and 0 <= read.n <= MAX_SEALED
    names = _NAME.fullmatch(read.alg) and _NAME.fullmatch(read.kid)
    return bool(numbers and names and _CHANNEL.fullmatch(read.ch) and _HEX.fullmatch(read.ct))


def entry_of(header: bytes, sealed: bytes) -> Entry:
    """The two parts as one entry, once they belong together."""
    read = read_header(header)
    subject = f"{read.channel.name} entry {read.seq}"
    if len(sealed) != read.size:
        raise VerificationError(subject, f"{read.size} sealed bytes", f"{len(sealed)}", _RESEND)
    if sha256(sealed).digest() != read.digest:
        raise VerificationError(subject, "sealed bytes with the header's digest", "others", _RESEND)
    return Entry(read.channel, read.seq, header, sealed)


def verify_log(channel: Channel, lines: Iterable[tuple[bytes, bytes]], heads: Iterable[Checkpoint | Receipt]) -> int:
    """The number of lines, once each belongs in its place and every head (its signature verified before) fits. The
    error names the line, or the lines between two heads when only a header was changed."""
    waiting, frontier, good = sorted(heads, key=lambda head: head.size), Frontier(), 0
    for header, sealed in lines:
        while waiting and waiting[0].size <= frontier.size:
            good = _fits(channel, frontier, waiting.pop(0), good)
        entry = entry_of(header, sealed)
        if (entry.channel, entry.seq) != (channel, frontier.size):
            found = f"{entry.channel.name} entry {entry.seq}"
            raise VerificationError(channel.name, f"entry {frontier.size}", found, "restore the line from the partner")
        frontier = frontier.append(entry.leaf)
    for head in waiting:
        good = _fits(channel, frontier, head, good)
    return frontier.size


def _fits(channel: Channel, frontier: Frontier, head: Checkpoint | Receipt, good: int) -> int:
    if head.size > frontier.size:
        remedy = f"restore from the partner from entry {frontier.size}"
        raise VerificationError(channel.name, f"{head.size} entries", f"{frontier.size}", remedy)
    if head.root != frontier.root():
        where = f"entry {good}" if head.size - good == 1 else f"entries {good} to {head.size - 1}"
        raise VerificationError(f"{channel.name} {where}", "what was signed", "something else", "restore it")
    return head.size


# --- frames ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Nothing new; the line is alive."""


@dataclass(frozen=True, slots=True)
class Sent:
    """An entry as it came, nothing verified yet."""

    header: bytes
    sealed: bytes


@dataclass(frozen=True, slots=True)
class SentCheckpoint:
    """A checkpoint as it came, nothing verified yet."""

    note: bytes


def heartbeat_frame() -> bytes:
    return b"\x00\x00\x00\x01\x00"


def entry_frame(header: bytes, sealed: bytes) -> bytes:
    length = 3 + len(header) + len(sealed)
    return b"".join((length.to_bytes(4, "big"), b"\x01", len(header).to_bytes(2, "big"), header, sealed))


def checkpoint_frame(note: bytes) -> bytes:
    return b"".join(((1 + len(note)).to_bytes(4, "big"), b"\x02", note))


class Frames:
    """Bytes in as they arrive, events out. Holds at most one frame; a length beyond the limit is refused at once."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, received: bytes) -> list[Heartbeat | Sent | SentCheckpoint]:
        """The frames now complete. After an error the connection is of no more use."""
        rest, events, at = self._rest, [], 0
        rest += received
        while len(rest) - at >= 4:
            length = int.from_bytes(rest[at : at + 4], "big")
            if not 1 <= length <= MAX_FRAME:
                raise InvalidObject("frame", f"1 to {MAX_FRAME} bytes", f"{length}", _RESEND)
            if len(rest) - at - 4 < length:
                break
            events.append(_event(bytes(rest[at + 4 : at + 4 + length])))
            at += 4 + length
        del rest[:at]
        return events

    def close(self) -> None:
        """InvalidObject when the stream ended inside a frame."""
        if self._rest:
            raise InvalidObject("frame", "a whole frame", f"{len(self._rest)} bytes of one", "connect again")


def _event(frame: bytes) -> Heartbeat | Sent | SentCheckpoint:
    kind, body = frame[0], frame[1:]
    if kind == 0 and not body:
        return Heartbeat()
    if kind == 1 and len(body) >= 2:
        end = 2 + int.from_bytes(body[:2], "big")
        if 2 < end <= min(len(body), 2 + MAX_HEADER):
            return Sent(body[2:end], body[end:])
    if kind == 2 and 0 < len(body) <= MAX_NOTE:
        return SentCheckpoint(body)
    raise InvalidObject("frame", "a heartbeat, an entry or a checkpoint", f"kind {kind} of {len(body)} bytes", _RESEND)


# --- checkpoints and receipts ----------------------------------------------------------------------------------------

_ED25519, _COSIGNATURE = b"\x01", b"\x04"  # signature types (C2SP signed-note; tlog-cosignature)
_SIGNATURE = re.compile(r"— ([^\s+]{1,255}) ([A-Za-z0-9+/]{8,8192}={0,2})")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_MAX_SIGNATURES = 64


def origin_line(channel: Channel) -> str:
    """The name of a channel's log."""
    return f"oureyes/ch/{channel.name}"


def member_line(member: str) -> str:
    """The name a member cosigns under."""
    return f"oureyes/member/{member}"


def sign_checkpoint(origin: str, size: int, root: bytes, key: SignKey) -> Checkpoint:
    """The head of the log `origin` (see `origin_line`; other logs have names of their own), signed."""
    body = f"{origin}\n{size}\n{_base64(root)}\n".encode()
    signature = _note_key(origin, _ED25519, key.public) + key.sign(body)
    return Checkpoint(origin, size, root, body + b"\n" + _signature_line(origin, signature))


def read_checkpoint(note: bytes) -> Checkpoint:
    """What a note says. Nobody has signed for it yet."""
    body, _ = _split(note)
    lines = body.decode().split("\n")[:-1]
    if len(lines) < 3 or not all(lines) or not _SIZE.fullmatch(lines[1]):
        raise InvalidObject("checkpoint", "an origin, a size, a root", "other lines")
    root = _from_base64(lines[2])
    if len(root) != 32 or _base64(root) != lines[2]:
        raise InvalidObject("checkpoint", "a root of 32 bytes in base64", "another")
    return Checkpoint(lines[0], int(lines[1]), root, note)


def verify_checkpoint(note: bytes, origin: str, public: bytes) -> Checkpoint:
    """The head, once it names the log and the log's owner signed it."""
    found = read_checkpoint(note)
    if found.origin_line != origin:
        raise VerificationError(origin, "a checkpoint of this log", found.origin_line[:120], _RESEND)
    body, signatures = _split(note)
    key = _note_key(origin, _ED25519, public)
    mine = [signature[4:] for name, signature in signatures if name == origin and signature[:4] == key]
    if not mine or not all(verify(public, signature, body) for signature in mine):
        raise VerificationError(origin, "a checkpoint signed by its owner", "one that is not", _RESEND)
    return found


def cosign(checkpoint: Checkpoint, channel: Channel, key: SignKey, time: int) -> Receipt:
    """The recipient's receipt, `time` in POSIX seconds: give it only once all `checkpoint.size` entries are durable."""
    body, _ = _split(checkpoint.note)
    name = member_line(channel.recipient)
    signature = time.to_bytes(8, "big") + key.sign(_cosigned(time, body))
    line = _signature_line(name, _note_key(name, _COSIGNATURE, key.public) + signature)
    return Receipt(channel, checkpoint.size, checkpoint.root, checkpoint.note + line)


def verify_receipt(note: bytes, channel: Channel, public: bytes) -> Receipt:
    """The receipt, once it is for this channel and its recipient (whose key is `public`) cosigned it."""
    found, (body, _) = read_checkpoint(note), _split(note)
    if found.origin_line != origin_line(channel):
        raise VerificationError(channel.name, "a receipt for this channel", found.origin_line[:120], _RESEND)
    stamps = _cosignatures(note, channel, public)
    if not stamps or not all(verify(public, signature, _cosigned(time, body)) for time, signature in stamps):
        raise VerificationError(channel.name, f"a receipt signed by {channel.recipient}", "one that is not", _RESEND)
    return Receipt(channel, found.size, found.root, note)


def receipt_time(receipt: Receipt, public: bytes) -> int:
    """When the recipient says it signed, POSIX seconds; advisory, like every time."""
    return max(time for time, _ in _cosignatures(receipt.note, receipt.channel, public))


def _cosignatures(note: bytes, channel: Channel, public: bytes) -> list[tuple[int, bytes]]:
    name = member_line(channel.recipient)
    key = _note_key(name, _COSIGNATURE, public)
    found = [signature[4:] for at, signature in _split(note)[1] if at == name and signature[:4] == key]
    return [(int.from_bytes(signature[:8], "big"), signature[8:]) for signature in found]


def _cosigned(time: int, body: bytes) -> bytes:
    return b"cosignature/v1\ntime %d\n" % time + body


def _note_key(name: str, kind: bytes, public: bytes) -> bytes:
    """The key id of a note signature (C2SP signed-note, Signatures): a hint, four bytes."""
    return sha256(name.encode() + b"\n" + kind + public).digest()[:4]


def _signature_line(name: str, signature: bytes) -> bytes:
    return f"— {name} {_base64(signature)}\n".encode()


def _split(note: bytes) -> tuple[bytes, list[tuple[str, bytes]]]:
    """A note's text and its signatures, none verified (C2SP signed-note, Format)."""
    body, blank, tail = note[:MAX_NOTE].rpartition(b"\n\n")
    try:
        lines = tail.decode().split("\n")
        printable = all(letter >= " " or letter == "\n" for letter in body.decode())
    except UnicodeDecodeError:
        lines, printable = [], False
    found = [_SIGNATURE.fullmatch(line) for line in lines[:-1]]
    if len(note) > MAX_NOTE or not blank or not printable or not 0 < len(found) <= _MAX_SIGNATURES or lines[-1]:
        raise InvalidObject("note", f"a signed note (C2SP signed-note) of at most {MAX_NOTE} bytes", "something else")
    if not all(found):
        raise InvalidObject("note", "signature lines `— name base64`", "others")
    return body + b"\n", [(match[1], _from_base64(match[2])) for match in found if match]


def _base64(raw: bytes) -> str:
    return binascii.b2a_base64(raw, newline=False).decode()


def _from_base64(text: str) -> bytes:
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except ValueError:
        raise InvalidObject("note", "base64 (RFC 4648 §4)", "something else") from None


_RESEND = "ask the partner to send it again"
