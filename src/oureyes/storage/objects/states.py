"""What becomes of a holding: another state, another marking, other tags, another place in what outsiders read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from random import SystemRandom

from sqlalchemy import Connection

from oureyes.model.markings import Marking
from oureyes.storage.dialect import rows, run, select_in
from oureyes.storage.filters import note_changed
from oureyes.storage.objects.interning import ACCOUNT, label

__all__ = ["lift_hold", "place_anew", "places", "set_label", "set_state", "set_tags", "withdraw"]


_CHANCE = SystemRandom()
_ROOM, _NARROWEST, _STEP = 16, 1_024, 64  # microseconds for each of what is placed together; the least; and by how much


def places(connection: Connection, count: int, at_us: int) -> list[int]:
    """Positions after all that outside readers may have read, for what is placed together, in no order.

    A reader sees the positions of what it may have. Were they counted on, what lies between two of them would be
    counted, too. Drawn at random from a stretch that is as wide for a few as for many (it has three widths up to
    260,000), those that are seen are spread as if there were no others.
    """
    at = max(at_us, int(rows(connection, "SELECT max(placed) FROM holding")[0][0] or 0) + 1)
    if count < 2:
        return [at] * count
    width = _NARROWEST
    while width < _ROOM * count:
        width *= _STEP
    return [at + one for one in _CHANCE.sample(range(width), count)]


def place_anew(connection: Connection, holdings: Iterable[int], at_us: int) -> None:
    """Move holdings to the end of what outside readers read: whoever could not have them and now may has read past
    them."""
    moved = list(holdings)
    for n, at in zip(moved, places(connection, len(moved), at_us), strict=True):
        run(connection, "UPDATE holding SET placed = ? WHERE n = ?", [at, n])


def set_state(connection: Connection, identifier: str, origin: str, state: str, *, erase: bool = False) -> list[int]:
    """Move every live holding that `origin` has of an id to `state`; the numbers of the holdings moved.

    `erase` drops the bytes and the words too, once nobody else holds the object: the digest stays as the tombstone.
    """
    found = rows(
        connection,
        "SELECT h.n, h.object FROM holding h JOIN ident i ON i.n = h.ident"
        " WHERE i.id = ? AND h.origin = ? AND h.state IN ('held', 'held-back', 'superseded', 'hidden')",
        [identifier, origin],
    )
    for n, number in found:
        run(connection, "UPDATE holding SET state = ? WHERE n = ?", [state, n])
        if erase:
            _erase(connection, int(number))
    gone = [int(n) for n, _ in found]
    note_changed(connection, gone)
    place_anew(connection, gone, 0)  # whoever follows along finds that it is gone
    _uncover(connection, identifier, gone)
    return gone


def _uncover(connection: Connection, identifier: str, gone: Sequence[int], at_us: int = 0) -> None:
    """What others say of the same id, and was hidden from outside readers by what goes now, they must find."""
    if gone:
        sql = "SELECT h.n FROM holding h JOIN ident i ON i.n = h.ident WHERE i.id = ? AND h.last AND h.state = 'held'"
        place_anew(connection, [int(n) for (n,) in rows(connection, sql, [identifier]) if int(n) not in gone], at_us)


def _erase(connection: Connection, number: int) -> None:
    alive = rows(
        connection,
        "SELECT count(*) FROM holding WHERE object = ? AND state NOT IN ('retracted', 'withdrawn', 'erased')",
        [number],
    )
    if int(alive[0][0]) == 0:
        run(connection, "UPDATE object SET body = NULL, upgraded = NULL WHERE n = ?", [number])
        run(connection, "DELETE FROM words WHERE rowid = ?", [number])
        run(connection, "DELETE FROM vector WHERE object = ?", [number])
        run(connection, "DELETE FROM edge WHERE object = ?", [number])


def set_label(connection: Connection, identifier: str, origin: str, marking: Marking, at_us: int = 0) -> int:
    """Give every holding that `origin` has of an id another marking; how many were changed. What an outside account
    posted under the same id is another's word, and keeps its marking unless nothing else is held."""
    number = label(connection, marking)
    found = [
        (int(n), int(lab), kind == ACCOUNT)
        for n, lab, kind in rows(
            connection,
            "SELECT h.n, h.label, s.kind FROM holding h JOIN source s ON s.n = h.source"
            " WHERE h.origin = ? AND h.ident = (SELECT n FROM ident WHERE id = ?) ORDER BY h.n",
            [origin, identifier],
        )
    ]
    ours = [one for one in found if not one[2]] or found
    moved = [n for n, before, _ in ours if before != number]
    note_changed(connection, moved)
    for n, *_ in ours:
        run(connection, "UPDATE holding SET label = ? WHERE n = ?", [number, n])
    place_anew(connection, moved, at_us)
    _uncover(connection, identifier, moved, at_us)
    return len(ours)


def lift_hold(connection: Connection, identifier: str, origin: str, at_us: int = 0) -> int:
    """A person has looked: what was held back is held."""
    found = [
        int(n)
        for (n,) in rows(
            connection,
            "SELECT n FROM holding WHERE state = 'held-back' AND origin = ?"
            " AND ident = (SELECT n FROM ident WHERE id = ?)",
            [origin, identifier],
        )
    ]
    for n in found:
        run(connection, "UPDATE holding SET state = 'held', hold = '' WHERE n = ?", [n])
    place_anew(connection, found, at_us)
    return len(found)


def withdraw(connection: Connection, holdings: Sequence[int], at_us: int) -> None:
    """Take back what an account posted: a tombstone; the newest version it leaves is its current one again."""
    wherefrom = {
        (int(ident), int(src))
        for ident, src in select_in(connection, "SELECT ident, source FROM holding WHERE n IN (:in)", holdings)
    }
    for n in holdings:
        run(connection, "UPDATE holding SET state = 'withdrawn', last = ? WHERE n = ?", [False, n])
    note_changed(connection, holdings)
    place_anew(connection, holdings, at_us)
    for ident, src in wherefrom:
        left = rows(
            connection,
            "SELECT h.n, h.last FROM holding h JOIN object o ON o.n = h.object WHERE h.ident = ? AND h.source = ?"
            " AND h.state IN ('held', 'held-back', 'superseded') ORDER BY o.instant DESC, o.digest LIMIT 1",
            [ident, src],
        )
        if left and not left[0][1]:
            run(connection, "UPDATE holding SET state = 'held', last = ? WHERE n = ?", [True, left[0][0]])
            place_anew(connection, [int(left[0][0])], at_us)


def set_tags(connection: Connection, identifier: str, origin: str, tags: Iterable[str]) -> int:
    """Give what `origin` holds of an id these tags."""
    return run(
        connection,
        "UPDATE holding SET tags = ? WHERE origin = ? AND ident = (SELECT n FROM ident WHERE id = ?)",
        ["\n".join(tags), origin, identifier],
    )
