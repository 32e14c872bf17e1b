"""Filters of private questions: what we hold that may answer, its outputs, the filters made of them, and what changed
since: a record that was published and may answer no more is to be taken out at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from oureyes.storage.dialect import insert_many, next_numbers, rows, run, select_in

__all__ = ["Listed", "Stored"]

_LIVE = "h.state = 'held' AND h.last"


# --- what we hold, and its outputs -----------------------------------------------------------------------------------


def own_values(connection: Connection, me: str, labels: Iterable[int], matcher: str, value: str = "") -> list[str]:
    """Every value that a standing, whole object of ours under one of the labels holds. An object of which parts are
    marked apart, or before which a gate stands, is not among them: its label does not tell all. With a `value`, that
    alone where it is held so."""
    found = select_in(
        connection,
        "SELECT DISTINCT k.value FROM holding h JOIN key k ON k.holding = h.n JOIN object o ON o.n = h.object"
        f" WHERE h.label IN (:in) AND h.origin = ? AND {_LIVE} AND o.whole AND k.matcher = ?"
        f"{' AND k.value = ?' if value else ''} ORDER BY k.value",
        labels,
        me,
        matcher,
        *([value] if value else []),
    )
    return list(dict.fromkeys(str(value) for (value,) in found))


def own_bodies(connection: Connection, me: str, labels: Iterable[int], types: Sequence[str]) -> list[bytes]:
    """The STIX 2.1 forms of standing, whole objects of ours of some types under one of the labels."""
    marks = ", ".join("?" * len(types))
    found = select_in(
        connection,
        "SELECT o.body, o.upgraded FROM holding h JOIN object o ON o.n = h.object"
        f" WHERE h.label IN (:in) AND h.origin = ? AND {_LIVE} AND o.whole AND o.body IS NOT NULL"
        f" AND o.type IN ({marks}) ORDER BY h.n",
        labels,
        me,
        *types,
    )
    return [bytes(upgraded or body) for body, upgraded in found]


def tags(connection: Connection, epoch: str) -> dict[str, bytes]:
    """Value → its output in this epoch, of all that were computed."""
    return {
        str(value): bytes(tag)
        for value, tag in rows(connection, "SELECT value, tag FROM hit_tag WHERE epoch = ?", [epoch])
    }


def tags_of(connection: Connection, epoch: str, values: Iterable[str]) -> dict[str, bytes]:
    """As `tags`, of some values."""
    found = select_in(connection, "SELECT value, tag FROM hit_tag WHERE value IN (:in) AND epoch = ?", values, epoch)
    return {str(value): bytes(tag) for value, tag in found}


def drop_tags(connection: Connection, before: str) -> int:
    """Forget outputs of epochs before one."""
    return run(connection, "DELETE FROM hit_tag WHERE epoch < ?", [before])


def drop_values(connection: Connection, values: Iterable[str]) -> None:
    """Forget the outputs of values, in every epoch: what may answer nobody any more, erased content among it."""
    epochs = [str(epoch) for (epoch,) in rows(connection, "SELECT DISTINCT epoch FROM hit_tag")]
    for value in values:
        for epoch in epochs:
            run(connection, "DELETE FROM hit_tag WHERE epoch = ? AND value = ?", [epoch, value])


def put_tags(connection: Connection, epoch: str, found: Mapping[str, bytes]) -> None:
    """Keep outputs."""
    insert_many(
        connection, "hit_tag", "epoch, value, tag", [(epoch, value, tag) for value, tag in found.items()], ignore=True
    )


def value_of(connection: Connection, epoch: str, tag: bytes) -> str:
    """The value behind an output; "" when none of ours is."""
    found = rows(connection, "SELECT value FROM hit_tag WHERE tag = ? AND epoch = ?", [tag, epoch])
    return str(found[0][0]) if found else ""


# --- filters ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stored:
    """A filter as it is kept; `held` is how many of its outputs stand for something, which only its origin knows."""

    kind: str
    seq: int
    epoch: str
    size: int
    held: int
    digest: str


def parts(connection: Connection, origin: str, audience: str) -> list[Stored]:
    """The filters of one holder for one asker, without their bodies."""
    found = rows(
        connection,
        "SELECT kind, seq, epoch, size, held, digest FROM hit_part WHERE origin = ? AND audience = ?"
        " ORDER BY kind, seq",
        [origin, audience],
    )
    return [Stored(str(r[0]), int(r[1]), str(r[2]), int(r[3]), int(r[4]), str(r[5])) for r in found]


def body(connection: Connection, origin: str, audience: str, digest: str) -> bytes | None:
    """A filter."""
    found = rows(
        connection,
        "SELECT body FROM hit_part WHERE origin = ? AND audience = ? AND digest = ?",
        [origin, audience, digest],
    )
    return bytes(found[0][0]) if found else None


def put_part(connection: Connection, origin: str, audience: str, part: Stored, raw: bytes, at: str) -> None:
    """Keep a filter in its place."""
    run(
        connection,
        "DELETE FROM hit_part WHERE origin = ? AND audience = ? AND kind = ? AND seq = ?",
        [origin, audience, part.kind, part.seq],
    )
    columns = "origin, audience, kind, seq, epoch, size, held, digest, body, at"
    values = (origin, audience, part.kind, part.seq, part.epoch, part.size, part.held, part.digest, raw, at)
    insert_many(connection, "hit_part", columns, [values])


def drop_parts(connection: Connection, origin: str, audience: str, digests: Sequence[str]) -> None:
    """Forget these filters."""
    for digest in digests:
        run(
            connection,
            "DELETE FROM hit_part WHERE origin = ? AND audience = ? AND digest = ?",
            [origin, audience, digest],
        )


@dataclass(frozen=True, slots=True)
class Listed:
    """A signed list, and when it was made or last looked for. Of ours also: up to which change the filters were looked
    through (-1 when they must be in any case), and when the first marking they rest on expires (0 for never)."""

    serial: int
    body: bytes
    at_us: int
    seen: int = 0
    until_us: int = 0


_LISTED = "serial, body, at_us, seen, until_us"


def listed(connection: Connection, origin: str, audience: str) -> Listed | None:
    """The newest list; the place that is kept for the first (`outdate`) is none."""
    sql = f"SELECT {_LISTED} FROM hit_list WHERE origin = ? AND audience = ? AND serial > 0"
    for serial, raw, at_us, seen, until_us in rows(connection, sql, [origin, audience]):
        return Listed(int(serial), bytes(raw), int(at_us), int(seen), int(until_us))
    return None


def outdate(connection: Connection, origin: str, audience: str) -> None:
    """What was published is to be looked through in any case. Where nothing was yet, a place is kept for it: what
    changes while the first filters are made, which may take minutes, is noted like what changes later."""
    if not run(connection, "UPDATE hit_list SET seen = -1 WHERE origin = ? AND audience = ?", [origin, audience]):
        put_list(connection, origin, audience, Listed(0, b"", 0, -1))


def put_list(connection: Connection, origin: str, audience: str, one: Listed) -> None:
    """Keep the newest list."""
    run(connection, "DELETE FROM hit_list WHERE origin = ? AND audience = ?", [origin, audience])
    values = (origin, audience, one.serial, one.body, one.at_us, one.seen, one.until_us)
    insert_many(connection, "hit_list", f"origin, audience, {_LISTED}", [values])


# --- what changed since ----------------------------------------------------------------------------------------------


def note_changed(connection: Connection, holdings: Iterable[int]) -> None:
    """Remember holdings that may answer fewer than before, and the label by which they did; those alone of whom filters
    are published. In the transaction that changes them, before they have another label: there is no moment at which it
    is forgotten."""
    found = select_in(
        connection,
        "SELECT n, label FROM holding WHERE n IN (:in) AND origin IN"
        " (SELECT l.origin FROM hit_list l JOIN hit_agreement a ON a.partner = l.audience AND a.state <> 'ended')",
        holdings,
    )
    if found:
        first = next_numbers(connection, "hit_changed")
        made = [(first + at, n, before) for at, (n, before) in enumerate(found)]
        insert_many(connection, "hit_changed", "n, holding, label", made)


def newest_change(connection: Connection) -> int:
    """The number of the last one."""
    return next_numbers(connection, "hit_changed") - 1


def labels_changed(connection: Connection, seen: int) -> set[int]:
    """The labels that holdings had when they changed after a number."""
    return {int(n) for (n,) in rows(connection, "SELECT DISTINCT label FROM hit_changed WHERE n > ?", [seen])}


def changed_since(connection: Connection, seen: int, labels: Iterable[int]) -> list[int]:
    """Holdings that changed after a number, and had one of the labels."""
    sql = "SELECT DISTINCT holding FROM hit_changed WHERE label IN (:in) AND n > ?"
    return sorted({int(n) for (n,) in select_in(connection, sql, labels, seen)})


def drop_changes(connection: Connection, before: int) -> None:
    """Forget those before a number. The last one stays: numbers must not come back."""
    run(connection, "DELETE FROM hit_changed WHERE n < ?", [min(before, newest_change(connection))])


def values_of(connection: Connection, holdings: Iterable[int], matcher: str) -> dict[int, list[str]]:
    """Holding → the values it was found by; nothing for one of which no value is left."""
    out: dict[int, list[str]] = {}
    sql = "SELECT holding, value FROM key WHERE holding IN (:in) AND matcher = ?"
    for n, value in select_in(connection, sql, holdings, matcher):
        out.setdefault(int(n), []).append(str(value))
    return out


def bodies_of(connection: Connection, holdings: Iterable[int]) -> dict[int, tuple[str, bytes]]:
    """Holding → its object's type and STIX 2.1 form, "" where that was erased: also where somebody else still holds the
    same object, since the holding's own keys are gone."""
    sql = (
        "SELECT h.n, h.state, o.type, o.body, o.upgraded FROM holding h JOIN object o ON o.n = h.object"
        " WHERE h.n IN (:in)"
    )
    return {
        int(n): (str(t), b"" if state == "erased" else bytes(up or raw or b""))
        for n, state, t, raw, up in select_in(connection, sql, holdings)
    }
