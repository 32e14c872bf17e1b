"""Channels and their entries, statements, receipts and deliveries: the truth everything else is rebuilt from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from oureyes.model.sharing import Channel, Entry, Statement
from oureyes.storage.dialect import insert_many, next_numbers, rows, run

__all__ = [
    "ChannelRow",
    "EntryRow",
    "append",
    "channels",
    "entries",
    "open_channel",
    "receipt",
    "set_applied",
    "unapplied",
]


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """A channel as it stands. `frontier` is the log's right edge; `note` the newest checkpoint (signed)."""

    n: int
    channel: Channel
    size: int
    frontier: bytes
    note: bytes
    receipted: int
    receipt_note: bytes
    receipt_at: str
    applied: int
    state: str
    evidence: bytes


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry with what became of it."""

    entry: Entry
    leaf: bytes
    statement: str
    state: str
    reason: str
    at: str


_CHANNEL = (
    "SELECT n, origin, recipient, epoch, size, frontier, note, receipted, receipt_note, receipt_at, applied, state,"
    " evidence FROM channel "
)


def _channel(row: tuple[object, ...]) -> ChannelRow:
    n, origin, recipient, epoch, size, frontier, note, receipted, receipt_note, receipt_at, applied, state, ev = row
    return ChannelRow(
        int(str(n)),
        Channel(str(origin), str(recipient), int(str(epoch))),
        int(str(size)),
        bytes(frontier),  # type: ignore[call-overload]  # a BLOB
        bytes(note),  # type: ignore[call-overload]  # a BLOB
        int(str(receipted)),
        bytes(receipt_note),  # type: ignore[call-overload]  # a BLOB
        str(receipt_at),
        int(str(applied)),
        str(state),
        bytes(ev) if ev is not None else b"",  # type: ignore[call-overload]  # a BLOB
    )


def channels(connection: Connection, *, origin: str = "", recipient: str = "") -> list[ChannelRow]:
    """All channels, or those of one origin or to one recipient; the newest epoch last."""
    where, values = ["1 = 1"], []
    for column, value in (("origin", origin), ("recipient", recipient)):
        if value:
            where.append(f"{column} = ?")
            values.append(value)
    return [
        _channel(tuple(row)) for row in rows(connection, _CHANNEL + f"WHERE {' AND '.join(where)} ORDER BY n", values)
    ]


def find(connection: Connection, channel: Channel) -> ChannelRow | None:
    """One channel, or None when nothing was ever written in it."""
    found = rows(
        connection,
        _CHANNEL + "WHERE origin = ? AND recipient = ? AND epoch = ?",
        [channel.origin, channel.recipient, channel.epoch],
    )
    return _channel(tuple(found[0])) if found else None


def open_channel(connection: Connection, channel: Channel) -> ChannelRow:
    """One channel, made empty when it is new."""
    found = find(connection, channel)
    if found is None:
        n = next_numbers(connection, "channel")
        insert_many(
            connection,
            "channel",
            "n, origin, recipient, epoch, size, frontier, note, receipted, receipt_note, receipt_at, applied, state",
            [(n, channel.origin, channel.recipient, channel.epoch, 0, b"", b"", 0, b"", "", 0, "open")],
        )
        found = find(connection, channel)
        assert found is not None
    return found


def append(
    connection: Connection,
    row: ChannelRow,
    new: Iterable[tuple[Entry, bytes, str, str]],
    *,
    frontier: bytes,
    note: bytes,
    at: str,
) -> None:
    """Add (entry, leaf hash, statement id, state) lines, the new right edge and the checkpoint over them."""
    added = [(row.n, e.seq, e.header, e.sealed, leaf, statement, state, at) for e, leaf, statement, state in new]
    insert_many(connection, "entry", "channel, seq, header, sealed, leaf, statement, state, at", added)
    run(
        connection,
        "UPDATE channel SET size = ?, frontier = ?, note = ? WHERE n = ?",
        [row.size + len(added), frontier, note, row.n],
    )


def entries(connection: Connection, channel: Channel, start: int, limit: int) -> list[EntryRow]:
    """Entries from `start`, at most `limit`."""
    found = rows(
        connection,
        "SELECT e.seq, e.header, e.sealed, e.leaf, e.statement, e.state, e.reason, e.at FROM entry e"
        " JOIN channel c ON c.n = e.channel WHERE c.origin = ? AND c.recipient = ? AND c.epoch = ? AND e.seq >= ?"
        " ORDER BY e.seq LIMIT ?",
        [channel.origin, channel.recipient, channel.epoch, start, limit],
    )
    return [
        EntryRow(
            Entry(channel, int(seq), bytes(header), bytes(sealed)), bytes(leaf), str(st), str(state), str(why), str(at)
        )
        for seq, header, sealed, leaf, st, state, why, at in found
    ]


def leaves(connection: Connection, channel: Channel, start: int = 0, end: int = 1 << 53) -> list[bytes]:
    """The leaf hashes of a channel from `start` to before `end`, in order."""
    found = rows(
        connection,
        "SELECT e.leaf FROM entry e JOIN channel c ON c.n = e.channel"
        " WHERE c.origin = ? AND c.recipient = ? AND c.epoch = ? AND e.seq >= ? AND e.seq < ? ORDER BY e.seq",
        [channel.origin, channel.recipient, channel.epoch, start, end],
    )
    return [bytes(leaf) for (leaf,) in found]


def unapplied(connection: Connection, channel: Channel, limit: int = 64) -> list[EntryRow]:
    """Entries received and durable, whose content has not been taken in yet."""
    row = find(connection, channel)
    return [] if row is None else entries(connection, channel, row.applied, min(limit, row.size - row.applied))


def set_applied(
    connection: Connection, row: ChannelRow, seq: int, state: str, statement: str, reason: str = ""
) -> None:
    """The content of entry `seq` was taken in (applied) or put aside (poison); the channel goes on either way."""
    run(
        connection,
        "UPDATE entry SET state = ?, statement = ?, reason = ? WHERE channel = ? AND seq = ?",
        [state, statement, reason, row.n, seq],
    )
    run(connection, "UPDATE channel SET applied = ? WHERE n = ?", [seq + 1, row.n])


def unknown_entries(connection: Connection, row: ChannelRow) -> list[int]:
    """The numbers of entries of ours whose statement this node does not know: it lost them and has them back."""
    found = rows(connection, "SELECT seq FROM entry WHERE channel = ? AND statement = '' ORDER BY seq", [row.n])
    return [int(seq) for (seq,) in found]


def named_entries(connection: Connection, row: ChannelRow) -> set[str]:
    """The statements that entries are known to carry."""
    found = rows(connection, "SELECT statement FROM entry WHERE channel = ? AND statement <> ''", [row.n])
    return {str(statement) for (statement,) in found}


def name_entry(connection: Connection, row: ChannelRow, seq: int, statement: str) -> None:
    """Say which statement an entry carries."""
    run(connection, "UPDATE entry SET statement = ? WHERE channel = ? AND seq = ?", [statement, row.n, seq])


def poison(connection: Connection) -> list[tuple[str, int, str]]:
    """(channel, seq, reason) of entries put aside."""
    found = rows(
        connection,
        "SELECT c.origin, c.recipient, c.epoch, e.seq, e.reason FROM entry e JOIN channel c ON c.n = e.channel"
        " WHERE e.state = 'poison' ORDER BY c.n, e.seq",
    )
    return [(Channel(str(o), str(r), int(e)).name, int(seq), str(reason)) for o, r, e, seq, reason in found]


def receipt(connection: Connection, channel: Channel, size: int, note: bytes, at: str) -> bool:
    """Keep the recipient's newest receipt; False when an equal or newer one is already kept."""
    return (
        run(
            connection,
            "UPDATE channel SET receipted = ?, receipt_note = ?, receipt_at = ?"
            " WHERE origin = ? AND recipient = ? AND epoch = ? AND receipted < ?",
            [size, note, at, channel.origin, channel.recipient, channel.epoch, size],
        )
        > 0
    )


def set_state(connection: Connection, channel: Channel, state: str, evidence: bytes = b"") -> None:
    """Open a channel again, or quarantine it with the evidence why."""
    run(
        connection,
        "UPDATE channel SET state = ?, evidence = ? WHERE origin = ? AND recipient = ? AND epoch = ?",
        [state, evidence, channel.origin, channel.recipient, channel.epoch],
    )


def keep_statement(connection: Connection, statement: Statement, digest: bytes) -> bool:
    """Remember a statement; False when one by that id is known (the digests must then agree)."""
    known = rows(connection, "SELECT digest FROM statement WHERE id = ?", [statement.id])
    if known:
        return False
    insert_many(
        connection,
        "statement",
        "id, origin, kind, audience, digest, at, size",
        [
            (
                statement.id,
                statement.origin,
                str(statement.kind),
                " ".join(statement.audience),
                digest,
                statement.time,
                len(statement.items),
            )
        ],
    )
    return True


def statement_digest(connection: Connection, identifier: str) -> bytes | None:
    """The digest kept for a statement id."""
    known = rows(connection, "SELECT digest FROM statement WHERE id = ?", [identifier])
    return bytes(known[0][0]) if known else None


def set_delivery(
    connection: Connection, partner: str, state: str, attempts: int, next_try: int, error: str, at: str
) -> None:
    """Where delivery to a partner stands."""
    run(connection, "DELETE FROM delivery WHERE partner = ?", [partner])
    insert_many(
        connection,
        "delivery",
        "partner, state, attempts, next_try, error, at",
        [(partner, state, attempts, next_try, error, at)],
    )


def deliveries(connection: Connection) -> dict[str, tuple[str, int, int, str, str]]:
    """partner → (state, attempts, next try in epoch ms, last error, when)."""
    found = rows(connection, "SELECT partner, state, attempts, next_try, error, at FROM delivery")
    return {str(p): (str(s), int(a), int(n), str(e), str(at)) for p, s, a, n, e, at in found}


def remember_nonces(connection: Connection, new: Mapping[str, int]) -> int:
    """Keep nonces until they expire (nonce → epoch s); how many of them were not kept before."""
    sql = "INSERT INTO nonce (nonce, expires) VALUES (?, ?) ON CONFLICT DO NOTHING"
    return sum(run(connection, sql, [nonce, expires]) for nonce, expires in new.items())


def nonces(connection: Connection, now: int) -> list[tuple[str, int]]:
    """(nonce, expires) of all that still count."""
    return [(str(a), int(b)) for a, b in rows(connection, "SELECT nonce, expires FROM nonce WHERE expires >= ?", [now])]


def forget_nonces(connection: Connection, now: int) -> int:
    """Drop those past their time: requests that old are refused by their date."""
    return run(connection, "DELETE FROM nonce WHERE expires < ?", [now])


def receipted_statement(connection: Connection, origin: str, recipient: str, statement: str) -> bool:
    """Whether the recipient has receipted the entry that carried a statement."""
    found = rows(
        connection,
        "SELECT e.seq, c.receipted FROM entry e JOIN channel c ON c.n = e.channel"
        " WHERE c.origin = ? AND c.recipient = ? AND e.statement = ?",
        [origin, recipient, statement],
    )
    return any(int(seq) < int(receipted) for seq, receipted in found)


def postpone(connection: Connection, member: str, statement: str, envelope: bytes, at: str) -> None:
    """Keep a statement for a channel that may not be written to now."""
    n = next_numbers(connection, "postponed")
    insert_many(connection, "postponed", "n, member, statement, envelope, at", [(n, member, statement, envelope, at)])


def take_postponed(connection: Connection, member: str) -> list[tuple[str, bytes, str]]:
    """(statement, envelope, when) of what waits for a member, oldest first; it waits no more."""
    found = rows(connection, "SELECT statement, envelope, at FROM postponed WHERE member = ? ORDER BY n", [member])
    run(connection, "DELETE FROM postponed WHERE member = ?", [member])
    return [(str(a), bytes(b), str(c)) for a, b, c in found]


def count_postponed(connection: Connection) -> dict[str, int]:
    """How many statements wait for each member."""
    return {str(a): int(b) for a, b in rows(connection, "SELECT member, count(*) FROM postponed GROUP BY member")}
