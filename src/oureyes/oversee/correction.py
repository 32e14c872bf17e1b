"""Wrong, put right: everyone who holds it is told, and until each has confirmed it is not over.

Holders are found from deliveries: whom the origin sent it to, and whom they passed it to with consent. Each is told by
the one it had it from, since only they share a channel.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from oureyes.model.instants import nanoseconds, of_datetime, to_datetime

__all__ = ["CONFIRM_WITHIN", "Delivery", "Told", "holders"]

CONFIRM_WITHIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A receipt says: `holder` had this version of the object from `sender` at that time. `confirmed` is when its
    receipt covered the correction, "" while it has not."""

    object: str
    version: str
    sender: str
    holder: str
    at: str
    confirmed: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """One holder who must be told: by whom, which versions it holds, by when it must confirm, and whether it did."""

    holder: str
    teller: str
    versions: tuple[str, ...]
    due: str
    confirmed: str = ""

    def state(self, at: str) -> str:
        """confirmed, waiting or overdue."""
        if self.confirmed and nanoseconds(self.confirmed) <= nanoseconds(at):
            return "confirmed"
        return "overdue" if nanoseconds(at) > nanoseconds(self.due) else "waiting"


def holders(object_id: str, origin: str, deliveries: Iterable[Delivery], corrected: str) -> list[Told]:
    """Everyone who holds the object from `origin`, near or far, the nearest first. A holder reached in several ways is
    told by the nearest, and counts as confirmed only when every delivery to it is."""
    by_sender: dict[str, list[Delivery]] = {}
    for delivery in sorted(deliveries, key=lambda each: (each.holder, each.at, each.version)):
        if delivery.object == object_id:
            by_sender.setdefault(delivery.sender, []).append(delivery)
    teller = _reached(origin, by_sender)
    chain = {origin, *teller}  # another state's own delivery of the same observable is not this state's to correct
    by_sender = {sender: sent for sender, sent in by_sender.items() if sender in chain}
    limit = of_datetime(to_datetime(corrected) + CONFIRM_WITHIN)
    return [_told(holder, told_by, by_sender, limit) for holder, told_by in teller.items()]


def _reached(origin: str, by_sender: dict[str, list[Delivery]]) -> dict[str, str]:
    """Each holder and who tells it, breadth first."""
    teller: dict[str, str] = {}
    waiting = deque([origin])
    while waiting:
        sender = waiting.popleft()
        for delivery in by_sender.get(sender, ()):
            if delivery.holder != origin and delivery.holder not in teller:
                teller[delivery.holder] = sender
                waiting.append(delivery.holder)
    return teller


def _told(holder: str, teller: str, by_sender: dict[str, list[Delivery]], due: str) -> Told:
    had = [each for sent in by_sender.values() for each in sent if each.holder == holder]
    versions = tuple(sorted({each.version for each in had if each.version}))
    open_ones = [each for each in had if not each.confirmed]
    confirmed = "" if open_ones else max((each.confirmed for each in had), key=nanoseconds)
    return Told(holder, teller, versions, due, confirmed)
