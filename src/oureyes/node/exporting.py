"""A state hands over a file: STIX, MISP or CSV, and nothing in it that its reader may not have.

For a member, every object passes `release.decide` with the one who exports as its author, so what needs two people is
refused here and goes by `release`; what went is remembered as released, and a correction finds its holder. For a
reader at this node, the same rules decide for a person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from oureyes import record
from oureyes.errors import InvalidObject, NotHeld
from oureyes.model.markings import TLP, Marking
from oureyes.model.objects import StixObject
from oureyes.model.sharing import Kind, Recipient
from oureyes.node.context import Context
from oureyes.node.releasing import decided_of
from oureyes.storage import Connection, desk, objects

__all__ = ["FORMATS", "Export", "export"]

_Writer = Callable[[list[StixObject], list[Marking]], bytes]
FORMATS: Mapping[str, _Writer] = {
    "stix": record.export_bundle,
    "misp": lambda found, _: record.to_misp(found),
    "csv": lambda found, _: record.export_csv(found),
}
_BY_FILE = "file"  # stands where a statement's id stands for what went by the channel


@dataclass(frozen=True, slots=True)
class Export:
    """The file's bytes, how many objects are in it, and what was left out with the reason."""

    body: bytes
    count: int
    refused: tuple[tuple[str, str], ...]


def export(ctx: Context, ids: Iterable[str], form: str, *, by: str, purpose: str, to: str = "") -> Export:
    """Objects as one file for the member `to`, or for `by` who reads at this node."""
    if form not in FORMATS:
        raise InvalidObject(f"format {form[:20]}", " or ".join(FORMATS), "another")
    ctx.require_purpose(by, purpose, "export")
    reader = ctx.recipient(to) if to else Recipient(by, "analyst", TLP.RED)
    wanted = tuple(dict.fromkeys(ids))
    made = desk.Draft("export", by, ctx.now(), purpose, str(Kind.RELEASE), "", (to,), wanted, (), "proposed", {})
    with ctx.db.read() as connection:
        missing = [one for one in wanted if one not in objects.latest(connection, wanted)]
        if missing:
            raise NotHeld(missing[0], "objects that are held", f"{len(missing)} that are not", "`oureyes search`")
        pairs = decided_of(ctx, connection, made, frozenset({by}), reader)[reader.id]
    going = [(held.object.id, said.object, said.marking) for held, said in pairs if said.object and said.marking]
    body = FORMATS[form]([obj for _, obj, _ in going], [marking for *_, marking in going])
    refused = tuple((held.object.id, said.reason) for held, said in pairs if not said.allowed)

    def write(connection: Connection) -> None:
        if to:
            _remember(ctx, connection, to, [(identifier, obj) for identifier, obj, _ in going])
        ctx.audit(
            connection, by, "export", "", purpose, to=to or by, count=len(going), refused=len(refused), format=form
        )

    ctx.db.write(write)
    return Export(body, len(going), refused)


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
