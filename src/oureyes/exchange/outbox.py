"""What goes out: who gets which items in one statement, the log it is written to, and each partner's delivery.

How far a partner has come is what it says it holds: its signed receipt, or the number it asks for. Whether it pulls (a
stream it dials) or is pushed to (we POST), the next entry to send is number `Delivery.cursor`; sending again is
harmless, since a recipient knows an entry by channel, number and leaf.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from oureyes.errors import InvalidObject, VerificationError
from oureyes.exchange.envelope import MAX_BUNDLE, MAX_ITEMS, marking_bytes
from oureyes.exchange.keys import SignKey
from oureyes.exchange.log import entry_of, make_entry, origin_line, sign_checkpoint
from oureyes.model.merkle import Frontier
from oureyes.model.sharing import Channel, Checkpoint, Entry, Item, Receipt

__all__ = [
    "CHECKPOINT_EVERY",
    "GIVE_UP_AFTER",
    "Delivery",
    "NeedsRecovery",
    "Outbox",
    "Parcel",
    "Resume",
    "State",
    "address",
    "plan_bundles",
    "restored",
]

CHECKPOINT_EVERY = 64  # entries at most between checkpoints on the wire (a recipient bears 256)
GIVE_UP_AFTER = 8  # failed attempts before people are told; trying goes on
_FIRST_WAIT_S, _LONGEST_WAIT_S = 1.0, 300.0
_ITEM_COST = 128  # what the payload adds around an object: its digest, field names


# --- from decisions to statements ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Parcel:
    """What becomes one statement: one signature, one audience, then one entry in each one's channel."""

    audience: tuple[str, ...]
    items: tuple[Item, ...]


def address(wanted: Mapping[str, Sequence[Item]]) -> list[Parcel]:
    """From what each recipient is to get to the fewest statements. Whoever gets the same object under the same
    marking shares a statement; a redacted copy is another object and so another statement."""
    audiences: dict[tuple[bytes, bytes, tuple[str, ...]], tuple[Item, set[str]]] = {}
    for recipient, items in wanted.items():
        for item in items:
            same = (item.object.digest, marking_bytes(item.marking), item.tags)
            audiences.setdefault(same, (item, set()))[1].add(recipient)
    groups: dict[tuple[str, ...], list[Item]] = {}
    for item, recipients in audiences.values():
        groups.setdefault(tuple(sorted(recipients)), []).append(item)
    return [Parcel(who, bundle) for who, items in groups.items() for bundle in plan_bundles(items)]


def plan_bundles(items: Iterable[Item]) -> list[tuple[Item, ...]]:
    """In order, into bundles of at most MAX_ITEMS objects and MAX_BUNDLE bytes."""
    bundles: list[tuple[Item, ...]] = []
    current: list[Item] = []
    weight = 0
    for item in items:
        cost = _cost(item)
        if current and (len(current) == MAX_ITEMS or weight + cost > MAX_BUNDLE):
            bundles.append(tuple(current))
            current, weight = [], 0
        current.append(item)
        weight += cost
    return [*bundles, tuple(current)] if current else bundles


def _cost(item: Item) -> int:
    cost = len(item.object.raw) + len(marking_bytes(item.marking)) + sum(map(len, item.tags)) + _ITEM_COST
    if cost > MAX_BUNDLE:
        remedy = "send the attachment apart, or a redacted extract"
        raise InvalidObject(item.object.id, f"at most {MAX_BUNDLE - _ITEM_COST} bytes", f"{cost}", remedy)
    return cost


# --- our own log -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outbox:
    """Our log for one recipient: a value, to be committed in one transaction with the entries it appended. `hold` says
    why nothing may be appended; see `restored`."""

    channel: Channel
    frontier: Frontier = field(default_factory=Frontier)
    hold: str = ""

    @property
    def size(self) -> int:
        return self.frontier.size

    def append(self, envelope: bytes, recipient_key: bytes) -> tuple[Entry, Outbox]:
        """The next entry, and the outbox with it."""
        if self.hold:
            raise VerificationError(self.channel.name, "a log that may be appended to", self.hold, _RECOVER)
        entry = make_entry(self.channel, self.size, envelope, recipient_key)
        return entry, replace(self, frontier=self.frontier.append(entry.leaf))

    def checkpoint(self, key: SignKey) -> Checkpoint:
        """The signed head. Sign only what is durable: a signed head can never be taken back."""
        return sign_checkpoint(origin_line(self.channel), self.size, self.frontier.root(), key)

    def recovered(self, lines: Iterable[tuple[bytes, bytes]], receipt: Receipt) -> tuple[tuple[Entry, ...], Outbox]:
        """Our own lost entries, from number `size` on, as the recipient holds them; good when they lead to the root
        it receipted. The outbox may then be appended to again."""
        entries, frontier = [], self.frontier
        for header, sealed in lines:
            entry = entry_of(header, sealed)
            if (entry.channel, entry.seq) != (self.channel, frontier.size):
                found = f"{entry.channel.name} entry {entry.seq}"
                raise VerificationError(self.channel.name, f"entry {frontier.size}", found, _RECOVER)
            entries.append(entry)
            frontier = frontier.append(entry.leaf)
        if (frontier.size, frontier.root()) != (receipt.size, receipt.root):
            expected = f"the {receipt.size} entries that were receipted"
            raise VerificationError(self.channel.name, expected, f"{frontier.size} others", _NEW_EPOCH)
        return tuple(entries), replace(self, frontier=frontier, hold="")


@dataclass(frozen=True, slots=True)
class Resume:
    """Our log holds all that was receipted: send from `cursor`."""

    cursor: int


@dataclass(frozen=True, slots=True)
class NeedsRecovery:
    """The recipient holds what our log does not. Store `Outbox.hold = str(error)`; raise `error` on any append."""

    size: int
    receipted: int
    error: VerificationError


def restored(
    channel: Channel, size: int, root_at: Callable[[int], bytes], receipts: Iterable[Receipt]
) -> Resume | NeedsRecovery:
    """At start: does our log still hold what its recipient signed for? `receipts` (verified) are those we kept and,
    above all, the one the recipient keeps; `root_at(n)` is our root over the first n entries."""
    cursor = 0
    for receipt in sorted(receipts, key=lambda receipt: receipt.size):
        if receipt.size > size:
            expected, found = f"the {receipt.size} entries {channel.recipient} receipted", f"{size}"
            error = VerificationError(channel.name, expected, found, _RECOVER)
            return NeedsRecovery(size, receipt.size, error)
        if root_at(receipt.size) != receipt.root:
            expected = f"the {receipt.size} entries {channel.recipient} receipted"
            error = VerificationError(channel.name, expected, "other entries at those numbers", _NEW_EPOCH)
            return NeedsRecovery(size, receipt.size, error)
        cursor = receipt.size
    return Resume(cursor)


_NEW_EPOCH = "open a new epoch; two people sign"
_RECOVER = "restored from an old backup? re-import our entries from the recipient, or " + _NEW_EPOCH


# --- delivery --------------------------------------------------------------------------------------------------------


class State(StrEnum):
    """Where delivery to one partner stands. `failed` still tries, at the longest interval, and people are told."""

    IDLE = "idle"
    SENDING = "sending"
    WAITING = "waiting"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One partner's delivery; times are seconds on any one clock. Every method returns the state after an event."""

    partner: str
    size: int = 0  # of our log
    receipted: int = 0  # the largest receipt: what the partner can never deny
    cursor: int = 0  # what to send next
    state: State = State.IDLE
    attempts: int = 0
    next_try: float = 0.0
    last_error: str = ""

    @property
    def lag(self) -> int:
        """Entries the partner has not receipted, or has lost since. When it has all and only its receipt is missing,
        what is sent is the checkpoint alone."""
        return self.size - min(self.cursor, self.receipted)

    def due(self, now: float) -> bool:
        """Whether to start sending now."""
        return self.lag > 0 and self.state is not State.SENDING and now >= self.next_try

    def grew(self, size: int) -> Delivery:
        """Our log has `size` entries."""
        return replace(self, size=size)

    def started(self) -> Delivery:
        """A POST is on its way, or the partner's stream is open."""
        return replace(self, state=State.SENDING, attempts=self.attempts + 1)

    def got_receipt(self, size: int) -> Delivery:
        """A verified receipt. One older than we have changes nothing; one beyond our log is refused."""
        self._within(size)
        if size <= self.receipted and size <= self.cursor and self.lag:
            return self
        moved = replace(self, receipted=max(size, self.receipted), cursor=max(size, self.cursor))
        state = State.SENDING if self.state is State.SENDING else State.IDLE
        return replace(moved, state=state, attempts=0, next_try=0.0, last_error="")

    def partner_has(self, size: int) -> Delivery:
        """The partner asks for entry `size` (`from=`, or 409 with `have`). Fewer than it receipted: it lost some."""
        self._within(size)
        return replace(self, cursor=size)

    def finished(self) -> Delivery:
        """The attempt ended well."""
        return replace(self, state=State.IDLE, attempts=0, next_try=0.0, last_error="")

    def stopped(self, now: float, error: str, jitter: float) -> Delivery:
        """The attempt failed, or the stream closed. `jitter` in [0, 1) spreads partners that failed together."""
        wait = min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2.0 ** min(max(0, self.attempts - 1), 30)) * (0.5 + jitter / 2)
        state = State.FAILED if self.attempts >= GIVE_UP_AFTER else State.WAITING
        return replace(self, state=state, next_try=now + wait, last_error=error)

    def _within(self, size: int) -> None:
        if size > self.size:
            raise VerificationError(self.partner, f"at most our {self.size} entries", f"{size}", _RECOVER)
