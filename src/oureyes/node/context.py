"""What every verb of a node works with: its settings, keys, roster and store, the clock and the maker of ids.

This is the only place that asks the time or makes an id. Rules get both handed in.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from uuid import uuid4

from oureyes.config import Config
from oureyes.correlate.blind.filters import Filter
from oureyes.correlate.standing import Standing
from oureyes.correlate.warninglists import BUILT_IN, WarningLists
from oureyes.errors import ConfigError, Refused
from oureyes.exchange.keys import SealKey, SignKey
from oureyes.model.instants import nanoseconds, of_datetime
from oureyes.model.markings import TLP, Marking
from oureyes.model.merkle import Frontier
from oureyes.model.ports import Embedder
from oureyes.model.sharing import Channel, Recipient, Roster
from oureyes.oversee import audit
from oureyes.release import PURPOSES, Policy
from oureyes.storage import Connection, Database, desk, objects

__all__ = ["Context", "Keyring", "utc_now"]


def utc_now() -> datetime:
    """The clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Keyring:
    """The node's private keys, and the secret its extracts' ids come from."""

    sign: SignKey
    seal: SealKey
    extract: bytes = field(repr=False)


@dataclass
class Context:
    """One open node. `listeners` are told, after the commit, that a channel grew or a statement was taken in."""

    config: Config
    db: Database
    keys: Keyring
    roster: Roster
    clock: Callable[[], datetime] = utc_now
    make_id: Callable[[], str] = field(default=lambda: str(uuid4()))
    random: Callable[[], float] = field(default=lambda: int.from_bytes(os.urandom(4)) / 2**32)
    listeners: list[Callable[[str, str], None]] = field(default_factory=list)
    load_warninglists: Callable[[], WarningLists] = lambda: WarningLists(BUILT_IN)
    embedder: Embedder | None = None  # of the extra oureyes[semantic]
    definitions: dict[str, Marking] = field(default_factory=dict)
    standing: Standing | None = None
    frontiers: dict[tuple[str, Channel], Frontier] = field(default_factory=dict)  # only of what is durable
    names: object = None  # those held, by sound (node/screening.py), once a name was asked about
    # partners', open: of a partner and kind those of its list when it was last looked in, by digest
    filters: dict[tuple[str, str], dict[str, Filter]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    publishing: threading.Lock = field(default_factory=threading.Lock)  # filters of private questions: one at a time

    @property
    def me(self) -> str:
        return self.config.member

    @cached_property
    def warninglists(self) -> WarningLists:
        """Read when the first match asks: a quarter of a million entries take most of a second."""
        return self.load_warninglists()

    def now(self) -> str:
        """The present as a STIX instant."""
        return of_datetime(self.clock())

    def now_ms(self) -> int:
        return nanoseconds(self.now()) // 1_000_000

    def now_us(self) -> int:
        return nanoseconds(self.now()) // 1_000

    def in_days(self, days: int) -> str:
        """A day from now, without its hour: markings that differ by seconds would each be a label of their own."""
        return (self.clock() + timedelta(days=days)).strftime("%Y-%m-%dT00:00:00Z")

    def new_id(self, kind: str) -> str:
        return f"{kind}--{self.make_id()}"

    def policy(self) -> Policy:
        return Policy(
            me=self.me,
            two_person_from=TLP.of(self.config.text("two_person_from")),
            extract_key=self.keys.extract,
            definitions=self.definitions,
        )

    def recipient(self, member: str) -> Recipient:
        """A partner as policy sees it; ConfigError when the roster does not name it."""
        found = self.roster.members.get(member)
        if found is None:
            raise ConfigError(f"member {member[:20]}", "a member of the roster", "none by that id", "`oureyes roster`")
        return Recipient(member, "member", found.ceiling)

    def default_marking(self) -> Marking:
        """What is recorded without a word about it: only this node, and looked at again within a year."""
        return Marking(
            tlp=TLP.of(self.config.text("default_tlp")),
            originator=self.me,
            purpose=self.config.text("default_purpose"),
            review=self.in_days(self.config.number("review_days")),
        )

    def require_purpose(self, by: str, purpose: str, what: str) -> None:
        """Nobody reads, asks or releases without saying who they are and what for."""
        if not by:
            raise Refused(what, "the name of who asks", "none", "give --by")
        if purpose not in PURPOSES:
            raise Refused(what, f"a purpose: {', '.join(sorted(PURPOSES))}", purpose[:30] or "none", "give --purpose")

    def audit(
        self,
        connection: Connection,
        by: str,
        verb: str,
        subject: str = "",
        purpose: str = "",
        **detail: str | int | bool | tuple[str, ...],
    ) -> None:
        """Append one line to the audit log, in the transaction that does the thing: ids, counts and digests."""
        frontier = self.audit_frontier(connection)
        row = audit.Row(frontier.size, self.now(), by, verb, subject, purpose, detail)
        sealed, grown = audit.seal(row, frontier)
        line = desk.AuditLine(row.seq, row.at, by, verb, subject, purpose, sealed.leaf, sealed.leaf_hash)
        desk.put_audit(connection, [line])
        desk.put_setting(connection, "audit_frontier", _text(grown))

    def audit_frontier(self, connection: Connection) -> Frontier:
        """The audit log's right edge."""
        return _frontier(desk.get_setting(connection, "audit_frontier"))

    def labels(self, connection: Connection) -> dict[int, Marking]:
        """Every marking in use, by label."""
        return objects.markings(connection)

    def tell(self, what: str, subject: str) -> None:
        """Arrange that listeners hear of it once it is durable; called from inside a write."""
        if self.listeners:
            self.db.after_commit(lambda: self.heard(what, subject))

    def heard(self, what: str, subject: str) -> None:
        """Tell the listeners now."""
        for listener in tuple(self.listeners):
            listener(what, subject)


def _frontier(text: str | None) -> Frontier:
    if not text:
        return Frontier()
    size, nodes = text.split(":")
    raw = bytes.fromhex(nodes)
    return Frontier(int(size), tuple(raw[place : place + 32] for place in range(0, len(raw), 32)))


def _text(frontier: Frontier) -> str:
    return f"{frontier.size}:{b''.join(frontier.nodes).hex()}"
