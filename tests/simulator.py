"""Several nodes on virtual time, joined by a network that loses, delays, doubles, reorders and parts; nodes crash.

The protocol is the real one (`oureyes.exchange`); only disk, clock and network are played. A node's `Disk` survives a
crash, everything else is lost. A commit takes time, and a crash in between undoes it. One seed, one run.

`Broken` names a fault planted in the players, to show that the invariants would notice (see test_simulator).
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum
from hashlib import sha256
from uuid import UUID

from oureyes.errors import Equivocation, OurEyesError, VerificationError
from oureyes.exchange import log
from oureyes.exchange.envelope import open_, open_statement, pack, sign_statement
from oureyes.exchange.inbox import Accepted, Inbox, Opened, Poison, open_entry
from oureyes.exchange.keys import SealKey, SignKey
from oureyes.exchange.outbox import CHECKPOINT_EVERY, Delivery, NeedsRecovery, Outbox, address, restored
from oureyes.exchange.requests import SeenNonces, sign_request, verify_request
from oureyes.model.markings import TLP, Marking
from oureyes.model.merkle import root
from oureyes.model.objects import StixObject
from oureyes.model.sharing import Channel, Entry, Item, Kind, Receipt, Statement

HEAL, END = 40.0, 400.0  # virtual seconds: when faults stop, when all must be over
MEMBERS = ("ID", "MY", "SG", "TH")
SIGN = {member: SignKey(sha256(b"sign " + member.encode()).digest()) for member in MEMBERS}
SEAL = {member: SealKey(sha256(b"seal " + member.encode()).digest()) for member in MEMBERS}
SIGN_PUBLIC = {member: key.public for member, key in SIGN.items()}
SEAL_PUBLIC = {member: key.public for member, key in SEAL.items()}
AMBER = Marking(tlp=TLP.AMBER, releasable_to=frozenset(MEMBERS))


class Broken(Enum):
    """A fault in a player, each a mistake an implementation could make."""

    NOTHING = "nothing"
    NO_CURSOR = "duplicates are processed again"
    EARLY_ACK = "the receipt leaves before the commit"
    SENDS_UNCOMMITTED = "an entry is sent before it is durable"
    SEALS_AGAIN = "an entry is sealed anew when sent again"
    NO_RETRY = "what was sent counts as receipted"
    NO_AUDIENCE_CHECK = "whoever can decrypt a statement believes it"
    POISON_STOPS = "an unreadable entry stops the channel"
    FORGETS_RESTORE = "a node restored from a backup goes on as if nothing had happened"


class Violation(AssertionError):
    """An invariant does not hold."""


@dataclass
class Disk:
    """What survives a crash. The log of a channel is at both its ends."""

    outboxes: dict[str, Outbox] = field(default_factory=dict)
    sent: dict[str, list[Entry]] = field(default_factory=dict)
    receipts: dict[str, Receipt] = field(default_factory=dict)
    inboxes: dict[str, Inbox] = field(default_factory=dict)
    held: dict[str, list[bytes]] = field(default_factory=dict)
    bodies: dict[str, list[bytes]] = field(default_factory=dict)
    processed: list[tuple[str, str]] = field(default_factory=list)  # (channel, statement id), in order
    poison: list[tuple[str, int]] = field(default_factory=list)

    def copy_of_outgoing(self) -> tuple[dict[str, Outbox], dict[str, list[Entry]]]:
        return dict(self.outboxes), {name: list(entries) for name, entries in self.sent.items()}


@dataclass
class Node:
    id: str
    skew: float
    disk: Disk = field(default_factory=Disk)
    life: int = 0  # grows with each crash; work of an earlier life is void
    up: bool = True
    deliveries: dict[str, Delivery] = field(default_factory=dict)
    nonces: SeenNonces = field(default_factory=SeenNonces)


class Simulation:
    """One run. `play()` raises Violation when an invariant breaks."""

    def __init__(self, seed: int, broken: Broken = Broken.NOTHING, statements: int = 20) -> None:
        self.dice, self.broken, self.statements = random.Random(seed), broken, statements
        self.now, self.events, self.order = 0.0, [], itertools.count()
        self.nodes = {name: Node(name, self.dice.uniform(-140, 140)) for name in MEMBERS}
        self.channels = [Channel(a, b) for a in MEMBERS for b in MEMBERS if a != b]
        self.pulled = {channel.name for channel in self.channels if self.dice.random() < 0.4}
        self.cuts: set[frozenset[str]] = set()
        self.owed: dict[str, set[str]] = defaultdict(set)  # recipient → statement ids addressed to it
        self.author: dict[str, str] = {}  # statement id → its origin
        self.counts: dict[str, int] = defaultdict(int)
        self.refusals: dict[str, int] = defaultdict(int)
        self.backup: dict[str, tuple[dict[str, Outbox], dict[str, list[Entry]]]] = {}

    # --- time ---------------------------------------------------------------------------------------------------

    def at(self, delay: float, action: Callable[[], None]) -> None:
        heapq.heappush(self.events, (self.now + delay, next(self.order), action))

    def play(self) -> Simulation:
        for channel in self.channels:
            origin, recipient = self.nodes[channel.origin], self.nodes[channel.recipient]
            origin.disk.outboxes[channel.name], origin.disk.sent[channel.name] = Outbox(channel), []
            recipient.disk.inboxes[channel.name] = Inbox(channel)
            recipient.disk.held[channel.name], recipient.disk.bodies[channel.name] = [], []
            origin.deliveries[channel.name] = Delivery(channel.recipient)
            self.at(self.dice.random(), lambda channel=channel: self.tick(channel))
        self.plan_faults()
        while self.events and self.now < END and not (self.now > HEAL and self.converged()):
            self.now, _, action = heapq.heappop(self.events)
            action()
        self.check_end()
        return self

    def plan_faults(self) -> None:
        dice = self.dice
        for _ in range(self.statements):
            self.at(dice.uniform(0, HEAL * 0.9), self.publish)
        for _ in range(2):
            self.at(dice.uniform(5, HEAL * 0.9), self.readdress)
            self.at(dice.uniform(0, HEAL * 0.9), self.write_junk)
        for _ in range(5):
            self.at(dice.uniform(0, HEAL * 0.8), lambda: self.crash(dice.choice(MEMBERS), dice.uniform(0.5, 6)))
        for _ in range(3):
            pair = frozenset(dice.sample(MEMBERS, 2))
            start = dice.uniform(0, HEAL * 0.6)
            self.at(start, lambda pair=pair: self.cuts.add(pair))
            self.at(start + dice.uniform(2, 15), lambda pair=pair: self.cuts.discard(pair))
        if dice.random() < 0.5:
            victim = dice.choice(MEMBERS)
            self.at(dice.uniform(5, 15), lambda: self.back_up(victim))
            self.at(dice.uniform(20, 35), lambda: self.restore(victim))

    def crash(self, name: str, down: float) -> None:
        node = self.nodes[name]
        if not node.up:
            return
        self.counts["crashes"] += 1
        node.life, node.up = node.life + 1, False
        self.at(down, lambda life=node.life: self.start(node, life))

    def start(self, node: Node, life: int) -> None:
        """Deliveries are derived from what is durable: our log and the receipts."""
        if node.life != life:
            return
        node.up, node.nonces = True, SeenNonces()
        for name, outbox in node.disk.outboxes.items():
            receipt = node.disk.receipts.get(name)
            done = min(receipt.size, outbox.size) if receipt else 0
            node.deliveries[name] = Delivery(outbox.channel.recipient, outbox.size, done, done)

    def commit(self, node: Node, action: Callable[[], None]) -> None:
        """After the disk has had its time, unless the node crashed meanwhile."""
        life = node.life

        def done() -> None:
            if node.life == life:
                action()

        self.at(self.dice.uniform(0.01, 0.4), done)

    # --- the network --------------------------------------------------------------------------------------------

    def send(self, source: str, target: str, action: Callable[[], None]) -> None:
        dice, faulty = self.dice, self.now < HEAL
        if frozenset((source, target)) in self.cuts or (faulty and dice.random() < 0.12):
            self.counts["lost"] += 1
            return
        for _ in range(2 if faulty and dice.random() < 0.12 else 1):
            delay = dice.uniform(0.02, 0.1) if dice.random() < 0.8 else dice.uniform(0.1, 3)  # late ones are overtaken
            self.at(delay, lambda: action() if self.nodes[target].up else None)

    # --- origin -------------------------------------------------------------------------------------------------

    def publish(self) -> None:
        dice = self.dice
        node = self.nodes[dice.choice(MEMBERS)]
        if not node.up:
            return
        others = [member for member in MEMBERS if member != node.id]
        items = [self.item() for _ in range(dice.randint(1, 3))]
        wanted = dict.fromkeys(dice.sample(others, dice.randint(1, 3)), items)
        for parcel in address(wanted):
            statement = self.statement(node, parcel.audience, parcel.items)
            self.append(node, statement, sign_statement(statement, SIGN[node.id]), parcel.audience)

    def item(self) -> Item:
        number = UUID(int=self.dice.getrandbits(128), version=4)
        content = {"type": "domain-name", "id": f"domain-name--{number}", "value": "case.example.org"}
        return Item(StixObject.make(content), AMBER)

    def statement(self, node: Node, audience: tuple[str, ...], items: tuple[Item, ...]) -> Statement:
        number = str(UUID(int=self.dice.getrandbits(128), version=4))
        second = int(self.now + node.skew + 3600)
        time = f"2026-01-01T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z"
        return Statement(number, node.id, audience, Kind.RELEASE, time, items)

    def append(self, node: Node, statement: Statement, envelope: bytes, recipients: tuple[str, ...]) -> None:
        """One statement, one transaction over all its channels."""

        def work(disk: Disk) -> None:
            for recipient in recipients:
                name = Channel(node.id, recipient).name
                entry, disk.outboxes[name] = disk.outboxes[name].append(envelope, SEAL_PUBLIC[recipient])
                disk.sent[name].append(entry)

        def done() -> None:
            work(node.disk)
            self.author[statement.id] = node.id
            for recipient in recipients:
                self.owed[recipient].add(statement.id)
                name = Channel(node.id, recipient).name
                node.deliveries[name] = node.deliveries[name].grew(node.disk.outboxes[name].size)

        if self.broken is Broken.SENDS_UNCOMMITTED:
            ahead = replace(node.disk, outboxes=dict(node.disk.outboxes))
            ahead.sent = {name: list(entries) for name, entries in node.disk.sent.items()}
            work(ahead)
            for recipient in recipients:
                self.post(Channel(node.id, recipient), ahead)
        self.commit(node, done)

    def readdress(self) -> None:
        """A recipient passes another's statement on to a third, in its own channel, as if meant for it."""
        dice = self.dice
        thief = self.nodes[dice.choice(MEMBERS)]
        found = [
            (channel, entry)
            for channel in self.channels
            if channel.recipient == thief.id and thief.up
            for entry in self.nodes[channel.origin].disk.sent[channel.name][: len(thief.disk.held[channel.name])]
        ]
        if not found:
            return
        channel, entry = dice.choice(found)
        opened = open_entry(entry, {SEAL[thief.id].id: SEAL[thief.id]}, SIGN_PUBLIC, thief.id)
        if isinstance(opened, Poison):
            return
        third = [member for member in MEMBERS if member not in (*opened.statement.audience, channel.origin)]
        for member in third[:1]:
            self.counts["re-addressed"] += 1
            self.write(thief, Channel(thief.id, member), opened.envelope)

    def write_junk(self) -> None:
        """An origin's fault: an entry that is no statement."""
        node = self.nodes[self.dice.choice(MEMBERS)]
        if node.up:
            recipient = self.dice.choice([member for member in MEMBERS if member != node.id])
            self.counts["junk"] += 1
            junk = pack("application/vnd.oureyes.statement+json", b'{"v":1,"id":[[[', (SIGN[node.id],))
            self.write(node, Channel(node.id, recipient), junk)

    def write(self, node: Node, channel: Channel, envelope: bytes) -> None:
        def done() -> None:
            outbox = node.disk.outboxes[channel.name]
            entry, node.disk.outboxes[channel.name] = outbox.append(envelope, SEAL_PUBLIC[channel.recipient])
            node.disk.sent[channel.name].append(entry)
            node.deliveries[channel.name] = node.deliveries[channel.name].grew(entry.seq + 1)

        self.commit(node, done)

    def tick(self, channel: Channel) -> None:
        """Once a second: the origin pushes what is due, or the recipient pulls."""
        self.at(self.dice.uniform(0.8, 1.2), lambda: self.tick(channel))
        origin, recipient = self.nodes[channel.origin], self.nodes[channel.recipient]
        if channel.name in self.pulled:
            if recipient.up:
                wanted = recipient.disk.inboxes[channel.name].next
                self.send(recipient.id, origin.id, lambda: self.asked(channel, wanted))
        elif origin.up and origin.deliveries[channel.name].due(self.now):
            self.post(channel, origin.disk)

    def asked(self, channel: Channel, wanted: int) -> None:
        origin = self.nodes[channel.origin]
        try:
            origin.deliveries[channel.name] = origin.deliveries[channel.name].partner_has(wanted)
        except VerificationError as error:
            raise Violation(f"an honest partner asks for what does not exist: {error}") from error
        if origin.deliveries[channel.name].lag:
            body = self.body(channel, origin.disk)
            self.send(origin.id, channel.recipient, lambda: self.received(channel, body, None))

    def post(self, channel: Channel, disk: Disk) -> None:
        origin, name = self.nodes[channel.origin], channel.name
        delivery = origin.deliveries[name]
        body = self.body(channel, disk)
        origin.deliveries[name] = delivery.started()
        if self.broken is Broken.NO_RETRY:
            origin.deliveries[name] = replace(delivery, cursor=delivery.size, receipted=delivery.size)
        path, life = f"/oe/1/ch/{name}/entries", origin.life
        nonce = f"{self.dice.getrandbits(96):024x}"
        now = int(self.now + origin.skew)
        headers = sign_request(
            "POST", path, "", body, sender=origin.id, to=channel.recipient, key=SIGN[origin.id], now=now, nonce=nonce
        )
        self.send(origin.id, channel.recipient, lambda: self.received(channel, body, (path, headers)))

        def timeout() -> None:
            late = origin.deliveries[name]
            if origin.life == life and late.state.value == "sending" and late.attempts == delivery.attempts + 1:
                origin.deliveries[name] = late.stopped(self.now, "no answer", self.dice.random())

        self.at(4.0, timeout)

    def body(self, channel: Channel, disk: Disk) -> bytes:
        origin, name = self.nodes[channel.origin], channel.name
        start = origin.deliveries[name].cursor
        entries = disk.sent[name][start : start + CHECKPOINT_EVERY]
        if self.broken is Broken.SEALS_AGAIN:
            entries = [self.sealed_again(entry) for entry in entries]
        outbox = Outbox(channel).frontier.extend(entry.leaf for entry in disk.sent[name][: start + CHECKPOINT_EVERY])
        head = replace(disk.outboxes[name], frontier=outbox).checkpoint(SIGN[origin.id])
        frames = [log.entry_frame(entry.header, entry.sealed) for entry in entries]
        return b"".join((log.heartbeat_frame(), *frames, log.checkpoint_frame(head.note)))

    def sealed_again(self, entry: Entry) -> Entry:
        key = SEAL[entry.channel.recipient]
        envelope = log_open(entry, key)
        return log.make_entry(entry.channel, entry.seq, envelope, key.public)

    def back_up(self, name: str) -> None:
        self.backup[name] = self.nodes[name].disk.copy_of_outgoing()

    def restore(self, name: str) -> None:
        """The disk is gone, with receipts and all; our logs are those of the backup. Before the node writes again, what
        is still on its way has arrived, and people have fetched from each partner what the backup lacks."""
        node = self.nodes[name]
        self.counts["restored"] += 1
        node.life, node.up = node.life + 1, False

        def mend() -> None:
            node.disk.outboxes, node.disk.sent = self.backup[name]
            node.disk.receipts = {}
            if self.broken is not Broken.FORGETS_RESTORE:
                for channel in self.channels:
                    if channel.origin == name:
                        self.recover(node, channel)
            self.forget_lost(node)
            self.start(node, node.life)

        self.at(5.0, mend)

    def recover(self, node: Node, channel: Channel) -> None:
        """People see to it that every recipient hands over its receipt, and our entries where we lost them."""
        recipient, outbox = self.nodes[channel.recipient], node.disk.outboxes[channel.name]
        inbox = recipient.disk.inboxes[channel.name]
        if inbox.head is None:
            return
        receipt = log.cosign(inbox.head, channel, SIGN[recipient.id], int(self.now + recipient.skew + 3600))
        verified = log.verify_receipt(receipt.note, channel, SIGN_PUBLIC[recipient.id])
        sent = node.disk.sent[channel.name]
        found = restored(channel, outbox.size, lambda n: root(entry.leaf for entry in sent[:n]), [verified])
        if isinstance(found, NeedsRecovery):
            held = replace(outbox, hold=str(found.error))
            refused(lambda: held.append(b"", SEAL_PUBLIC[recipient.id]))
            kept = zip(recipient.disk.held[channel.name], recipient.disk.bodies[channel.name], strict=True)
            entries, node.disk.outboxes[channel.name] = held.recovered(list(kept)[outbox.size :], verified)
            node.disk.sent[channel.name] = [*sent, *entries]
            self.counts["recovered"] += len(entries)

    def forget_lost(self, node: Node) -> None:
        """Statements that were on the lost disk only are owed to nobody."""
        for channel in self.channels:
            if channel.origin == node.id:
                key = SEAL[channel.recipient]
                found = [
                    open_entry(entry, {key.id: key}, SIGN_PUBLIC, channel.recipient)
                    for entry in node.disk.sent[channel.name]
                ]
                alive = {opened.statement.id for opened in found if isinstance(opened, Opened)}
                owed = self.owed[channel.recipient]
                owed -= {lost for lost in owed if self.author[lost] == node.id and lost not in alive}

    # --- recipient ----------------------------------------------------------------------------------------------

    def received(self, channel: Channel, body: bytes, request: tuple[str, dict[str, str]] | None) -> None:
        node, name = self.nodes[channel.recipient], channel.name
        if request and not self.genuine(node, body, *request):
            return
        try:
            inbox, entries, again = self.read(node, name, body)
        except Equivocation as error:
            raise Violation(f"an honest partner is accused: {error}") from error
        except OurEyesError as error:
            self.refusals[name] += self.now > HEAL
            if self.refusals[name] > 20:
                raise Violation(f"an honest sender is refused again and again: {error}") from error
            wanted = node.disk.inboxes[name].next
            self.send(node.id, channel.origin, lambda: self.answered(channel, None, wanted))
            return
        opened = [open_entry(entry, {SEAL[node.id].id: SEAL[node.id]}, SIGN_PUBLIC, node.id) for entry in entries]
        if self.broken is Broken.NO_AUDIENCE_CHECK:
            opened = [self.believe(entry, found) for entry, found in zip(entries, opened, strict=True)]
        if self.broken is Broken.POISON_STOPS and any(isinstance(found, Poison) for found in opened):
            return
        base = node.disk.inboxes[name]

        def done() -> None:
            if node.disk.inboxes[name] is not base:  # another request was faster; the sender will send again
                return
            self.store(node, name, inbox, entries, opened)
            if self.broken is Broken.NO_CURSOR:
                node.disk.processed += [(name, found.statement.id) for found in again if isinstance(found, Opened)]
            self.acknowledge(node, channel, inbox)

        if self.broken is Broken.EARLY_ACK:
            self.acknowledge(node, channel, inbox)
        self.commit(node, done)

    def genuine(self, node: Node, body: bytes, path: str, headers: dict[str, str]) -> bool:
        """A request doubled by the network is a replay; the copy is refused."""
        now = int(self.now + node.skew)
        try:
            verify_request(
                "POST", path, "", headers, body, me=node.id, keys=SIGN_PUBLIC, now=now, seen_nonces=node.nonces
            )
        except VerificationError:
            self.counts["replays refused"] += 1
            return False
        return True

    def read(self, node: Node, name: str, body: bytes) -> tuple[Inbox, list[Entry], list[Opened | Poison]]:
        inbox, pending, again = node.disk.inboxes[name], [], []
        frames, middle, held = log.Frames(), self.dice.randint(0, len(body)), node.disk.held[name]
        for event in frames.feed(body[:middle]) + frames.feed(body[middle:]):
            if isinstance(event, log.Sent):
                headers = held + [entry.header for entry in pending]
                found = inbox.offer(event.header, event.sealed, headers.__getitem__)
                if isinstance(found, Accepted):
                    inbox = found.inbox
                    pending.append(found.entry)
                elif self.broken is Broken.NO_CURSOR:
                    entry = log.entry_of(event.header, event.sealed)
                    again.append(open_entry(entry, {SEAL[node.id].id: SEAL[node.id]}, SIGN_PUBLIC, node.id))
                else:
                    self.counts["duplicates"] += 1
            elif isinstance(event, log.SentCheckpoint):
                inbox = inbox.settle(event.note, SIGN_PUBLIC[inbox.channel.origin], lambda n: root(held[:n]))
        frames.close()
        return inbox, pending, again

    def believe(self, entry: Entry, found: Opened | Poison) -> Opened | Poison:
        if isinstance(found, Opened):
            return found
        envelope = log_open(entry, SEAL[entry.channel.recipient])
        for member in MEMBERS:
            try:
                return Opened(open_statement(envelope, SIGN_PUBLIC, member), envelope)
            except OurEyesError:
                continue
        return found

    def store(self, node: Node, name: str, inbox: Inbox, entries: list[Entry], opened: list[Opened | Poison]) -> None:
        node.disk.inboxes[name] = inbox
        node.disk.held[name] = node.disk.held[name] + [entry.header for entry in entries]
        node.disk.bodies[name] = node.disk.bodies[name] + [entry.sealed for entry in entries]
        for entry, found in zip(entries, opened, strict=True):
            if isinstance(found, Poison):
                node.disk.poison.append((name, entry.seq))
                continue
            if node.id not in found.statement.audience:
                raise Violation(f"{node.id} believes a statement to {found.statement.audience}")
            node.disk.processed.append((name, found.statement.id))

    def acknowledge(self, node: Node, channel: Channel, inbox: Inbox) -> None:
        if inbox.head is None:
            return
        receipt = log.cosign(inbox.head, channel, SIGN[node.id], int(self.now + node.skew + 3600))
        self.send(node.id, channel.origin, lambda: self.answered(channel, receipt.note, inbox.next))

    # --- origin again -------------------------------------------------------------------------------------------

    def answered(self, channel: Channel, note: bytes | None, has: int) -> None:
        origin, name = self.nodes[channel.origin], channel.name
        delivery = origin.deliveries[name]
        try:
            if note is None:
                moved = delivery.finished().partner_has(has)
                origin.deliveries[name] = moved if moved.cursor < delivery.size else delivery
                return
            receipt = log.verify_receipt(note, channel, SIGN_PUBLIC[channel.recipient])
            moved = delivery.got_receipt(receipt.size)
        except VerificationError as error:
            raise Violation(f"an honest answer is refused: {error}") from error
        self.check_receipt(channel, receipt)
        self.counts["receipts"] += 1
        origin.deliveries[name] = moved.finished()
        have = origin.disk.receipts.get(name)
        if have is None or have.size < receipt.size:
            origin.disk.receipts[name] = receipt

    # --- invariants ---------------------------------------------------------------------------------------------

    def check_receipt(self, channel: Channel, receipt: Receipt) -> None:
        """Each receipted entry is durable at both ends, with an equal leaf."""
        ours = [entry.header for entry in self.nodes[channel.origin].disk.sent[channel.name]][: receipt.size]
        theirs = self.nodes[channel.recipient].disk.held[channel.name][: receipt.size]
        if len(theirs) < receipt.size or ours != theirs or root(ours) != receipt.root:
            raise Violation(f"{channel.name}: receipted {receipt.size}, held {len(theirs)} of {len(ours)}")

    def converged(self) -> bool:
        return all(
            len(self.nodes[channel.recipient].disk.held[channel.name])
            == self.nodes[channel.origin].disk.outboxes[channel.name].size
            and self.receipted(channel) == self.nodes[channel.origin].disk.outboxes[channel.name].size
            for channel in self.channels
        )

    def receipted(self, channel: Channel) -> int:
        receipt = self.nodes[channel.origin].disk.receipts.get(channel.name)
        return receipt.size if receipt else 0

    def check_end(self) -> None:
        if not self.converged():
            raise Violation("after healing, logs do not converge")
        for channel in self.channels:
            ours = [entry.header for entry in self.nodes[channel.origin].disk.sent[channel.name]]
            if ours != self.nodes[channel.recipient].disk.held[channel.name]:
                raise Violation(f"{channel.name}: the two ends differ")
        for node in self.nodes.values():
            had = [statement for _, statement in node.disk.processed]
            if len(set(had)) != len(had):
                raise Violation(f"{node.id} processed a statement twice")
            if set(had) != self.owed[node.id]:
                raise Violation(f"{node.id} has {len(had)} statements, was sent {len(self.owed[node.id])}")


def log_open(entry: Entry, key: SealKey) -> bytes:
    return open_(entry.sealed, key, log.info_of(entry.channel, entry.seq))


def refused(action: Callable[[], object]) -> None:
    try:
        action()
    except VerificationError:
        return
    raise Violation("a log known to be behind was appended to")
