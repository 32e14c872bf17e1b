"""Who says which report, kept in memory and brought up to date by what was placed since: an account's view of events is
asked for again after every write, and nearly all of it is as it was."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from oureyes.storage import Connection, events, views

__all__ = ["REPORT", "Voices"]

REPORT = "report"


class Voices:
    """The reports of one store. `step` grows with each change; whoever uses it from several threads locks it."""

    def __init__(self) -> None:
        self.step = 0
        self._place = -1
        self._said: dict[str, Sequence[events.Voice]] = {}
        self._changed: dict[str, int] = {}  # report → the step it last changed in, the latest last
        self._claims: dict[str, set[str]] = {}  # event → the reports that ever said they are it
        self._uuids: dict[str, set[str]] = {}

    def advance(self, connection: Connection) -> bool:
        """Look at what was placed since the last time. False for a connection that sees less than is known here."""
        newest = views.newest_place(connection)
        if newest <= self._place:
            return newest == self._place
        idents = None
        if self._place >= 0:
            idents = {n: one for n, one in events.touched(connection, self._place) if one.startswith(f"{REPORT}--")}
        if idents is None or idents:
            self._renew(events.standing(connection, REPORT, idents), set(idents.values()) if idents else set())
        self._place = newest
        return True

    def _renew(self, found: Iterable[events.Voice], touched: set[str]) -> None:
        self.step += 1
        fresh: dict[str, list[events.Voice]] = {one: [] for one in touched}
        for voice in found:
            fresh.setdefault(voice.id, []).append(voice)
        self._said.update(fresh)
        for one in fresh:
            self._changed.pop(one, None)
            self._changed[one] = self.step

    def all(self) -> list[events.Voice]:
        """Every voice."""
        return [voice for said in self._said.values() for voice in said]

    def since(self, step: int) -> list[str]:
        """The reports that changed after a step."""
        out = []
        for one in reversed(self._changed):
            if self._changed[one] <= step:
                break
            out.append(one)
        return out

    def claim(self, report: str, uuid: str) -> None:
        """A report says that it is an event: nearly always the one of its own uuid."""
        self._claims.setdefault(uuid, set()).add(report)
        self._uuids.setdefault(report, set()).add(uuid)

    def of(self, reports: Iterable[str]) -> list[events.Voice]:
        """What is said now in some reports."""
        return [voice for one in reports for voice in self._said.get(one, ())]

    def events_of(self, reports: Iterable[str]) -> set[str]:
        """The events that some reports are, or once were."""
        return {uuid for one in reports for uuid in self._uuids.get(one, ())}

    def reports_of(self, uuids: Iterable[str]) -> set[str]:
        """The reports that are, or once were, some events."""
        return {one for uuid in uuids for one in self._claims.get(uuid, ())}
