"""What comes in on one channel: what is next, what was had, what cannot be true.

The log and what its entries say are judged apart, so that one bad entry never stops a channel (CVE-2025-30355 was a
malformed event that stopped a federation):

* `Inbox.offer` looks at the log alone: the right channel, the next number, a sealed part that fits its header.
* `Inbox.settle` holds what was offered against the origin's signed head. Until then an entry is a claim of whoever
  is at the other end of the line. The node then commits the entries and the inbox in one transaction, and only after
  that signs a receipt (`log.cosign(inbox.head, …)`). A crash before the commit leaves nothing to undo.
* `open_entry` reads an entry that is already safe. What it cannot read is `Poison`: kept, receipted, shown to people.

An inbox is a value: keep the old one until the new one is durable.

A header that differs from one already settled is evidence against whoever is at the other end: the partner itself
on a connection its key authenticates. Two heads that contradict each other carry the partner's own signature, and
convince anybody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from oureyes.errors import Equivocation, OurEyesError, VerificationError
from oureyes.exchange.envelope import open_, open_statement
from oureyes.exchange.keys import ALG, SealKey
from oureyes.exchange.log import entry_of, info_of, origin_line, read_header, verify_checkpoint
from oureyes.model.merkle import Frontier
from oureyes.model.sharing import Channel, Checkpoint, Entry, Statement

__all__ = ["MAX_PENDING", "Accepted", "Duplicate", "Inbox", "Opened", "Poison", "open_entry"]

MAX_PENDING = 256  # entries a sender may send before a checkpoint; senders keep to 64


@dataclass(frozen=True, slots=True)
class Accepted:
    """The next entry, not yet settled; `inbox` is the state with it."""

    entry: Entry
    inbox: Inbox


@dataclass(frozen=True, slots=True)
class Duplicate:
    """An entry already had, byte for byte: nothing to do, and the receipt may be sent again."""

    seq: int


@dataclass(frozen=True, slots=True)
class Inbox:
    """One channel as received: the tree so far, the last verified head, and why it is quarantined, if it is."""

    channel: Channel
    frontier: Frontier = field(default_factory=Frontier)
    head: Checkpoint | None = None
    quarantine: str = ""

    @property
    def next(self) -> int:
        """The number expected."""
        return self.frontier.size

    @property
    def settled(self) -> int:
        """How many entries the origin has signed for: what may be committed."""
        return self.head.size if self.head else 0

    def offer(self, header: bytes, sealed: bytes, held: Callable[[int], bytes]) -> Accepted | Duplicate:
        """One entry. `held` gives the header already had (pending or stored) at a number below `next`."""
        self._refuse_quarantined()
        entry = entry_of(header, sealed)
        if entry.channel != self.channel:
            raise VerificationError(self.channel.name, "an entry of this channel", f"one of {entry.channel.name}")
        if entry.seq < self.next:
            return self._again(entry, held(entry.seq))
        if entry.seq > self.next:
            raise self._gap(f"entry {self.next}", str(entry.seq))
        if self.next - self.settled >= MAX_PENDING:
            raise VerificationError(self.channel.name, f"a checkpoint after {MAX_PENDING} entries", "none", _RECONNECT)
        return Accepted(entry, replace(self, frontier=self.frontier.append(entry.leaf)))

    def settle(self, note: bytes, origin_key: bytes, root_at: Callable[[int], bytes] | None = None) -> Inbox:
        """The inbox with everything offered so far under the origin's signed head. `root_at(n)`, our root over the
        first n entries, tells a late head, which changes nothing, from one that contradicts what we hold."""
        self._refuse_quarantined()
        head = verify_checkpoint(note, origin_line(self.channel), origin_key)
        if self.head and head.size <= self.head.size:
            return self._not_newer(self.head, head, root_at)
        if head.size > self.next:
            raise self._gap(f"a checkpoint of {self.next} entries", str(head.size))
        if head.size < self.next or head.root != self.frontier.root():
            found = f"one of {head.size} with root {head.root.hex()[:16]}"
            raise VerificationError(
                self.channel.name, f"a checkpoint of our {self.next} entries", found, self._differs()
            )
        return replace(self, head=head)

    def quarantined(self, reason: str) -> Inbox:
        """After an Equivocation: nothing more is taken until people have spoken."""
        return replace(self, quarantine=reason)

    def _again(self, entry: Entry, had: bytes) -> Duplicate:
        if had == entry.header:
            return Duplicate(entry.seq)
        subject = f"{self.channel.name} entry {entry.seq}"
        if entry.seq >= self.settled:  # no one signed for either yet
            raise VerificationError(subject, "the entry sent before", "another", _RECONNECT)
        notes = (self.head.note,) if self.head else ()
        raise Equivocation(subject, "the entry we receipted", "another", (had, entry.header, *notes))

    def _not_newer(self, mine: Checkpoint, theirs: Checkpoint, root_at: Callable[[int], bytes] | None) -> Inbox:
        if theirs.size < mine.size and root_at is None:
            expected, found = f"a checkpoint of at least the {mine.size} entries we receipted", f"one of {theirs.size}"
            raise VerificationError(self.channel.name, expected, found, _OLD_BACKUP)
        ours = mine.root if theirs.size == mine.size or root_at is None else root_at(theirs.size)
        if ours == theirs.root:
            return self
        expected, found = f"root {ours.hex()[:16]}", f"root {theirs.root.hex()[:16]}, signed as well"
        raise Equivocation(f"{self.channel.name} at {theirs.size}", expected, found, (mine.note, theirs.note))

    def _gap(self, expected: str, found: str) -> VerificationError:
        remedy = f"ask the partner to resend from {self.next}"
        return VerificationError(self.channel.name, expected, f"got {found}", remedy)

    def _differs(self) -> str:
        if self.settled == 0:
            return "ask the partner to resend from 0"
        return f"ask the partner to resend from {self.settled}, then from 0: a line that differs is the evidence"

    def _refuse_quarantined(self) -> None:
        if self.quarantine:
            raise VerificationError(self.channel.name, "a channel in good standing", self.quarantine, _PEOPLE)


@dataclass(frozen=True, slots=True)
class Opened:
    """What an entry says. `envelope` carries the origin's signature: keep it as proof."""

    statement: Statement
    envelope: bytes


@dataclass(frozen=True, slots=True)
class Poison:
    """An entry that cannot be read. `reason` is where it failed: key, sealed, statement, or unforeseen. The first may
    be tried again once the key is restored."""

    reason: str
    error: OurEyesError


def open_entry(
    entry: Entry, seal_keys: Mapping[str, SealKey], sign_keys: Mapping[str, bytes], me: str
) -> Opened | Poison:
    """Decrypted, verified and parsed. `seal_keys` are our own by key id, old ones too; `sign_keys` the members'."""
    stage = "key"
    try:
        key = _key_for(entry, seal_keys)
        stage = "sealed"
        envelope = open_(entry.sealed, key, info_of(entry.channel, entry.seq))
        stage = "statement"
        return Opened(_from_origin(open_statement(envelope, sign_keys, me), entry), envelope)
    except OurEyesError as error:
        return Poison(stage, error)
    except Exception as error:  # whatever hostile bytes bring up: one entry must not stop the channel
        subject = f"{entry.channel.name} entry {entry.seq}"
        return Poison("unforeseen", VerificationError(subject, "a readable entry", type(error).__name__))


def _key_for(entry: Entry, seal_keys: Mapping[str, SealKey]) -> SealKey:
    header, subject = read_header(entry.header), f"{entry.channel.name} entry {entry.seq}"
    if header.alg != ALG:
        raise VerificationError(subject, ALG, header.alg, "update this node")
    if header.kid not in seal_keys:
        raise VerificationError(subject, "one of our keys", header.kid, "restore the key, or ask to send it anew")
    return seal_keys[header.kid]


def _from_origin(statement: Statement, entry: Entry) -> Statement:
    """A channel carries its origin's own words only, so a statement has one place it can come from."""
    if statement.origin != entry.channel.origin:
        subject = f"{entry.channel.name} entry {entry.seq}"
        raise VerificationError(subject, f"a statement of {entry.channel.origin}", f"one of {statement.origin}"[:80])
    return statement


_OLD_BACKUP = "the origin may be restored from an old backup: send it our receipt; it must re-import its entries"
_RECONNECT = "drop what is pending and connect again"
_PEOPLE = "people decide: compare logs with the partner, then open a new epoch"
