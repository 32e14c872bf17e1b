"""What is to be the marking of what a file gives, of what is held of it already, and what was taken back."""

from __future__ import annotations

from collections.abc import Sequence

from oureyes.model.markings import Marking, strictest
from oureyes.model.ports import Record
from oureyes.node.context import Context
from oureyes.oversee.audit import Row
from oureyes.storage import Connection, desk, objects

__all__ = ["Markings", "completed", "taken_back"]


class Markings:
    """The markings of one batch. `given` is what the person importing said, and is bound by no source; without a word
    a newer version keeps the marking it had, and what is new gets the node's default."""

    def __init__(self, ctx: Context, connection: Connection, kept: Sequence[Record], given: Marking | None) -> None:
        self._ctx, self._given = ctx, given
        self._default = given or ctx.default_marking()
        versioned = [item.object.id for item in kept if not objects.is_observable(item.object.type)]
        held = objects.current_labels(connection, versioned, ctx.me)
        known = ctx.labels(connection) if held else {}
        self._before = {identifier: known[label] for identifier, label in held.items()}
        self._made: dict[tuple[int, int], Marking] = {}

    def of(self, item: Record) -> Marking:
        """The one an item comes in under. Few, and long to hash: told apart by where they are."""
        before = self._before.get(item.object.id)
        if item.marking is None and before is None:
            return self._default
        name = (id(item.marking), id(before))
        made = self._made.get(name)
        if made is None:
            made = self._made[name] = self._make(item.marking, before)
        return made

    def own(self, item: Record) -> Marking:
        """The same, with us as its originator where nobody else is named."""
        made = self.of(item)
        return made if made.originator else made.but(originator=self._ctx.me)

    def differs(self, item: Record) -> bool:
        """Whether what is held is under another marking than the person importing asked for."""
        before = self._before.get(item.object.id)
        if self._given is None or before is None:
            return False
        return before.but(review=None) != self.own(item).but(review=None)

    def give(self, connection: Connection, item: Record, by: str, purpose: str) -> None:
        """Put what is held under the marking asked for, as `mark` does."""
        kept = self.own(item)
        objects.set_label(connection, item.object.id, self._ctx.me, kept, self._ctx.now_us())
        to = tuple(sorted(kept.releasable_to))
        self._ctx.audit(connection, by, "mark", item.object.id, purpose, tlp=kept.tlp.name, to=to)

    def _make(self, said: Marking | None, before: Marking | None) -> Marking:
        default = self._default
        if before is not None and self._given is None:
            default = before
        elif before is not None:
            default = default.but(grade=default.grade or before.grade)
        return default if said is None else completed(said, default, self._given is not None or before is not None)


def completed(said: Marking, default: Marking, given: bool) -> Marking:
    """What the source demands is kept; what it does not speak of comes from the default. Where an officer said how it
    is to be marked (`given`), the source may tighten that and not loosen it: whom it does not name, the officer may."""
    named = said.releasable_to or default.releasable_to
    found = Marking.from_json({**default.to_json(), **said.to_json()})
    if not given:
        return found.but(releasable_to=named)
    both = strictest(said.but(releasable_to=named), default.but(releasable_to=default.releasable_to or named))
    tighter = ("tlp", "pap", "handling", "onward", "releasable_to", "conditions", "embargo", "expires")
    return found.but(**{name: getattr(both, name) for name in tighter})


def taken_back(connection: Connection, identifier: str) -> str:
    """When, by whom, and what to do to have it again."""
    for verb, word in (("retract", "retracted"), ("erase", "erased")):
        for leaf, _ in desk.audit_lines(connection, subject=identifier, verb=verb, limit=1, newest=True):
            row = Row.of(leaf)
            when = f"{word} on {row.at[:10]}, by {row.actor}"
            return f"{when}: not recorded; to record it again import the file with --again"
    return "taken back: not recorded; to record it again import the file with --again"
