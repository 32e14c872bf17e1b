"""What states say to each other, and the logs they say it in.

A `Statement` is what an origin says to named recipients, signed. A `Channel` is the append-only log of one origin
for one recipient; an `Entry` is a line of it, a `Checkpoint` its signed head, a `Receipt` the recipient's
cosignature on that head. A `Roster` says who is a member and with which keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from oureyes.model.markings import TLP, Marking
from oureyes.model.objects import StixObject

__all__ = [
    "Channel",
    "Checkpoint",
    "Decision",
    "Entry",
    "Item",
    "Keys",
    "Kind",
    "Member",
    "Receipt",
    "Recipient",
    "Roster",
    "Statement",
]


class Kind(StrEnum):
    """What a statement does."""

    RELEASE = "release"
    SUPERSEDE = "supersede"
    RETRACT = "retract"
    CONSENT_REQUEST = "consent-request"
    CONSENT = "consent"
    DENY = "deny"
    NOTICE = "notice"
    ACTIVITY = "activity"  # who received, opened and matched what: graded receipts, by agreement
    PLAN_VOTE = "plan-vote"
    HIT_KEYS = "hit-keys"  # the public keys of one epoch's private questions: the same to all members
    HIT_WITNESS = "hit-witness"  # which keys another member showed to us
    HIT_CASE = "hit-case"  # the asker opens a case on a hit; only now does the holder learn of it
    HIT_ANSWER = "hit-answer"  # the holder on such a case: received, answered or refused


@dataclass(frozen=True, slots=True)
class Item:
    """One object in a statement, with the marking it travels under and its origin's tags (`asean-somtc:…`)."""

    object: StixObject
    marking: Marking
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """`audience` is inside the signature, so that a recipient cannot re-address it. `refs` names object ids it
    retracts or supersedes. `time` is advisory: sequence orders, never time."""

    id: str
    origin: str
    audience: tuple[str, ...]
    kind: Kind
    time: str
    items: tuple[Item, ...] = ()
    refs: tuple[str, ...] = ()
    reason: str = ""
    detail: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Channel:
    """One origin, one recipient, one epoch (a new epoch only by two people, after a restore)."""

    origin: str
    recipient: str
    epoch: int = 1

    @property
    def name(self) -> str:
        """`ID/SG/1`; the checkpoint's origin line is `oureyes/ch/ID/SG/1`."""
        return f"{self.origin}/{self.recipient}/{self.epoch}"

    @classmethod
    def of(cls, name: str) -> Channel:
        origin, recipient, epoch = name.split("/")
        return cls(origin, recipient, int(epoch))


@dataclass(frozen=True, slots=True)
class Entry:
    """Line `seq` (from 0) of a channel: a header anyone on the way may read, and what only the recipient can."""

    channel: Channel
    seq: int
    header: bytes
    sealed: bytes

    @property
    def leaf(self) -> bytes:
        """The bytes the log's leaf hash covers; the header holds the digest of `sealed`."""
        return self.header


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log head: `size` entries under `root`. `note` is the signed text (C2SP tlog-checkpoint)."""

    origin_line: str
    size: int
    root: bytes
    note: bytes = b""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The recipient's cosignature on a checkpoint, given after its durable commit (C2SP tlog-cosignature)."""

    channel: Channel
    size: int
    root: bytes
    note: bytes


@dataclass(frozen=True, slots=True)
class Keys:
    """A member's public halves: Ed25519 (32 bytes), X-Wing (1216 bytes), and the SHA-256 of its TLS certificate."""

    sign: bytes
    seal: bytes
    certificate: bytes  # DER


@dataclass(frozen=True, slots=True)
class Member:
    """A state's node as the roster names it."""

    id: str
    name: str
    url: str
    keys: Keys
    observer: bool = False
    ceiling: TLP = TLP.AMBER_STRICT


@dataclass(frozen=True, slots=True)
class Roster:
    """Who takes part. Version n is valid when ⅔ of version n−1's members signed it (TUF root rule)."""

    version: int
    members: Mapping[str, Member]
    raw: bytes = b""

    @property
    def sign_keys(self) -> dict[str, bytes]:
        """The public keys that members' signatures are checked by."""
        return {member.id: member.keys.sign for member in self.members.values()}


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who would get it: a member's node, an outside account, or a reader at one's own. `ceiling` is the tightest TLP
    it may hold; a marking may name an account by its id or by one of its `groups` (agreements)."""

    id: str
    kind: str = "member"  # member | account | analyst | auditor
    ceiling: TLP = TLP.AMBER_STRICT
    groups: frozenset[str] = frozenset()

    @property
    def outside(self) -> bool:
        """Whether giving it to this recipient means that it leaves the node: everybody but the node's own readers."""
        return self.kind not in ("analyst", "auditor")

    @property
    def names(self) -> frozenset[str]:
        """What a marking may call it."""
        return self.groups | {self.id}


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether it may leave, what of it, and why, in words kept for audit."""

    allowed: bool
    reason: str
    object: StixObject | None = None
    marking: Marking | None = None
    removed: tuple[str, ...] = ()
