"""A state hands over a file in whatever form its reader takes, and nothing in it that its reader may not have.

For a member, every object passes `release.decide` with the one who exports as its author, so what needs two people is
refused here and goes by `release`; what went is remembered as released, and a correction finds its holder. For a
reader at this node, the same rules decide for a person. What may go and is of no use (revoked, no longer valid, on a
warninglist, without a place in the format) is left out, and told by id.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from oureyes.errors import InvalidObject, NotHeld
from oureyes.model.markings import TLP, TLP_IDS, Marking
from oureyes.model.objects import StixObject
from oureyes.model.observables import Observable
from oureyes.model.sharing import Kind, Recipient
from oureyes.node.context import Context
from oureyes.node.releasing import decided_of
from oureyes.record.exports import FORMATS, Left, Sheet, Thing, Written, standing, values_of
from oureyes.storage import Connection, desk, objects

__all__ = ["FORMATS", "Export", "Going", "counted", "definitions_named", "export", "handed", "sheet_of"]

_BY_FILE = "file"  # stands where a statement's id stands for what went by the channel


Going = list[tuple[str, StixObject, Marking]]  # by the id it is held under: what may go, and under which marking


@dataclass(frozen=True, slots=True)
class Export:
    """The file's bytes, how many objects are in it, what may not go and what was left out, each with the reason."""

    body: bytes
    count: int
    refused: tuple[tuple[str, str], ...]
    omitted: tuple[tuple[str, str], ...] = ()


def export(
    ctx: Context, ids: Iterable[str], form: str, *, by: str, purpose: str, to: str = "", whole: bool = False
) -> Export:
    """Objects as one file for the member `to`, or for `by` who reads at this node. `whole` leaves nothing out of a
    document but what may not go."""
    _known(form)

    def write(going: Going, reader: Recipient) -> Written:
        things = [Thing(obj, marking) for _, obj, marking in going]
        sheet, left = sheet_of(ctx, form, things, at=ctx.now(), to=reader, whole=whole)
        written = FORMATS[form].write(sheet)
        return replace(written, left=(*left, *written.left))

    return handed(ctx, ids, form, write, by=by, purpose=purpose, to=to)


def handed(
    ctx: Context,
    ids: Iterable[str],
    form: str,
    write: Callable[[Going, Recipient], Written],
    *,
    by: str,
    purpose: str,
    to: str = "",
) -> Export:
    """What may go of the objects, as `write` puts it; remembered where it went to a member, and on the audit log."""
    ctx.require_purpose(by, purpose, "export")
    reader = ctx.recipient(to) if to else Recipient(by, "analyst", TLP.RED)
    going, refused = _decided(ctx, list(dict.fromkeys(ids)), form, by, purpose, reader)
    written = write(going, reader)
    omitted = tuple((one.id, one.reason) for one in written.left)
    went = [(identifier, obj) for identifier, obj, _ in going if obj.id in written.ids]

    def keep(connection: Connection) -> None:
        if to:
            _remember(ctx, connection, to, went)
        ctx.audit(
            connection, by, "export", "", purpose, to=to or by, count=len(went), refused=len(refused),
            omitted=len(omitted), format=form,
        )  # fmt: skip

    ctx.db.write(keep)
    return Export(written.body, len(went), refused, omitted)


def _known(form: str) -> None:
    if form not in FORMATS:
        raise InvalidObject(f"format {form[:20]}", " or ".join(FORMATS), "another")


def _decided(
    ctx: Context, wanted: list[str], form: str, by: str, purpose: str, reader: Recipient
) -> tuple[Going, tuple[tuple[str, str], ...]]:
    """What the reader may have, by the id it is held under; and what not, with the reason."""
    to = (reader.id,) if reader.outside else ("",)
    with ctx.db.read() as connection:
        held = objects.latest(connection, wanted)
        missing = [one for one in wanted if one not in held]
        if missing:
            raise NotHeld(missing[0], "objects that are held", f"{len(missing)} that are not", "`oureyes search`")
        if form == "stix":
            named = definitions_named(some[0].current for some in held.values())
            wanted = list(dict.fromkeys([*wanted, *objects.latest(connection, named)]))
        made = desk.Draft(
            "export", by, ctx.now(), purpose, str(Kind.RELEASE), "", to, tuple(wanted), (), "proposed", {}
        )
        pairs = decided_of(ctx, connection, made, frozenset({by}), reader)[reader.id]
    going = [(held.object.id, said.object, said.marking) for held, said in pairs if said.object and said.marking]
    return going, tuple((held.object.id, said.reason) for held, said in pairs if not said.allowed)


def definitions_named(found: Iterable[StixObject]) -> list[str]:
    """The marking definitions that objects name, but for TLP's, which everybody has."""
    refs = {ref: None for obj in found for ref in (*obj.marking_refs, *_granular(obj)) if ref not in TLP_IDS}
    return list(refs)


def _granular(obj: StixObject) -> list[str]:
    parts = obj.content.get("granular_markings")
    listed = [one.get("marking_ref") for one in parts if isinstance(one, dict)] if isinstance(parts, list) else []
    return [ref for ref in listed if isinstance(ref, str)]


def counted(omitted: Iterable[tuple[str, str]]) -> dict[str, int]:
    """How many were left out for each reason, the most frequent first."""
    return dict(Counter(reason for _, reason in omitted).most_common())


def sheet_of(
    ctx: Context, form: str, things: Sequence[Thing], *, at: str, to: Recipient, whole: bool = False
) -> tuple[Sheet, list[Left]]:
    """What of the things is of use in a format, and what not, with the reason."""

    def warned(one: Observable) -> str:
        hit = ctx.warninglists.hit(one)
        return hit.listed if hit else ""

    if FORMATS[form].values:
        values, left = values_of(things, at, warned)
        return Sheet(at, ctx.me, to.id, to.outside, values=tuple(values)), left
    kept, left = (list(things), list[Left]()) if whole else standing(things, at, warned)
    return Sheet(at, ctx.me, to.id, to.outside, things=tuple(kept)), left


def _remember(ctx: Context, connection: Connection, to: str, going: list[tuple[str, StixObject]]) -> None:
    numbers = objects.idents(connection, [identifier for identifier, _ in going])
    known = {
        (identifier, sent)
        for identifier, _ in going
        for who, sent, state, *_ in desk.released_to(connection, identifier)
        if who == to and state == "out"
    }
    fresh = [
        (numbers[identifier], to, obj.id, _BY_FILE, obj.digest, ctx.now())
        for identifier, obj in going
        if (identifier, obj.id) not in known
    ]
    desk.put_released(connection, fresh)
