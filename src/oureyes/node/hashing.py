"""A state keeps banks of hashes: pictures, films and documents it has judged, its labels, and what partners say.

A bank is a source of this node's own, `bank NAME`; its members are media objects, its labels their tags. An agreement
is a STIX opinion (STIX 2.1 §4.14), one a state and hash, so that it can be released like anything else and the latest
counts. A hit is an open match on a member.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from oureyes import record
from oureyes.correlate import media
from oureyes.errors import InvalidObject, NotHeld
from oureyes.model.identifiers import derived_id
from oureyes.model.markings import Marking
from oureyes.model.objects import StixObject
from oureyes.model.sharing import Recipient
from oureyes.node.context import Context
from oureyes.node.exporting import Export, Going, handed
from oureyes.node.hypotheses import is_judged
from oureyes.node.importing import Order, import_source
from oureyes.node.recording import Report, derive, take_in
from oureyes.node.understanding import Reader
from oureyes.record import signals
from oureyes.record.exports import Thing, Written
from oureyes.record.exports.wording import terms
from oureyes.record.media import hashed
from oureyes.record.signals_export import export_csv, export_json
from oureyes.storage import Connection, index, objects

__all__ = ["Member", "add", "bank", "banks", "export", "opine", "take"]

_BANK = "bank "
_AGAINST = ("disagree", "strongly-disagree")
_FOR = ("agree", "strongly-agree")
_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Member:
    """A hash of a bank: its labels, how often it was met, and which states agree or disagree with it."""

    object: StixObject
    labels: tuple[str, ...]
    hits: int
    agree: tuple[str, ...]
    disagree: tuple[str, ...]


def add(
    ctx: Context,
    paths: Iterable[Path],
    *,
    by: str,
    purpose: str,
    marking: Marking | None = None,
    into: str = "",
    labels: Sequence[str] = (),
) -> Report:
    """Hash files and folders and record the hashes; in a bank `into`, or each under its file's name. The files are
    not kept; one that cannot be hashed is named in the report and stops nothing."""
    report, default = Report(), marking or ctx.default_marking()
    files = [file for path in paths for file in _files(path)]
    found = iter(zip(files, hashed(files), strict=True))
    while some := list(islice(found, _AT_ONCE)):
        good = [(file, one) for file, one in some if isinstance(one, StixObject)]
        report.files += len(some)
        report.read += len(some)
        report.quarantined += len(some) - len(good)
        report.errors += [{"subject": file.name, "error": str(one)} for file, one in some if (file, one) not in good]
        for source, members in _by_source(good, into):
            _keep(ctx, report, members, source, default, tuple(labels), by, purpose)
    return report


def _files(path: Path) -> Iterator[Path]:
    if not path.exists():
        raise InvalidObject(path.name, "a file or folder", "nothing there", "check the path")
    yield from record.inputs(path)


def _by_source(good: Sequence[tuple[Path, StixObject]], into: str) -> Iterator[tuple[str, list[StixObject]]]:
    """A bank is one source; loose files are a source each, so that they are matched with each other."""
    if into:
        yield f"{_BANK}{into}", [one for _, one in good]
    else:
        yield from ((file.name, [one]) for file, one in good)


def _keep(
    ctx: Context,
    report: Report,
    members: Sequence[StixObject],
    source: str,
    marking: Marking,
    labels: tuple[str, ...],
    by: str,
    purpose: str,
) -> None:
    def write(connection: Connection) -> None:
        number = objects.source(connection, ctx.me, source, "media", ctx.now()[:10])
        batch = [derive(obj, marking, tags=labels) for obj in members]
        taken = take_in(ctx, connection, batch, source=number, origin=ctx.me)
        fresh = sum(one.outcome != "unchanged" for one in taken.added)
        report.stored += fresh
        report.unchanged += len(members) - fresh
        report.matches += len(taken.matched)
        for obj in members:
            ctx.audit(connection, by, "record", obj.id, purpose, digest=obj.digest.hex())

    if members:
        ctx.db.write(write)


def banks(ctx: Context) -> list[tuple[str, int]]:
    """The banks of this node and how many hashes each holds."""
    with ctx.db.read() as connection:
        return [(name.removeprefix(_BANK), number) for name, number in objects.sources_named(connection, ctx.me, _BANK)]


def bank(ctx: Context, name: str, *, by: str, purpose: str) -> list[Member]:
    """The members of a bank that this reader may see."""
    with ctx.db.read() as connection:
        reader = Reader(ctx, connection, by, purpose)
        seen = _seen(ctx, connection, reader, name)
        said = _opinions(connection, reader, [item.current.id for item in seen])
        found = [_member(connection, reader, item, *said.get(item.current.id, ((), ()))) for item in seen]
    ctx.db.write(lambda connection: ctx.audit(connection, by, "search", "", purpose, hits=len(found)))
    return found


def _seen(ctx: Context, connection: Connection, reader: Reader, name: str) -> list[objects.Held]:
    held = objects.held_of_source(connection, ctx.me, f"{_BANK}{name}")
    if not held:
        raise NotHeld(f"bank {name[:40]}", "a bank of this node", "none by that name", "`oureyes media banks`")
    return [item for item in held if reader.may(item.label)]


def take(ctx: Context, name: str, path: Path, order: Order) -> Report:
    """Take a community's list of hashes into a bank of ours, labels and disagreement included. What no hash here can
    be matched by is put aside, as in any import."""
    with path.open("rb") as stream:
        head = stream.read(1 << 16)
    if not signals.sniff(head, path.name):
        raise InvalidObject(path.name, "a list of hashes: CSV, JSON or lines", "another file", "`oureyes import` it")
    return import_source(ctx, path, f"{_BANK}{name}", order)


def _member(
    connection: Connection, reader: Reader, item: objects.Held, agree: tuple[str, ...], disagree: tuple[str, ...]
) -> Member:
    met = index.matches(connection, identifier=item.current.id, warned=True, limit=10_000, labels=reader.seen)
    hits = sum(one.match.matcher == media.NAME for one in met)
    return Member(item.current, item.tags, hits, agree, disagree)


def _opinions(
    connection: Connection, reader: Reader, ids: Sequence[str]
) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """For each id the states that agree and those that disagree, by the latest opinion of each."""
    sides: dict[str, tuple[set[str], set[str]]] = {}
    for target, one in _said_of(connection, reader, ids):
        sides.setdefault(target, (set(), set()))[one.current.content["opinion"] in _AGAINST].add(one.origin)
    return {target: (tuple(sorted(agree)), tuple(sorted(against))) for target, (agree, against) in sides.items()}


def _said_of(connection: Connection, reader: Reader, ids: Sequence[str]) -> Iterator[tuple[str, objects.Held]]:
    """The opinions on hashes that this reader may see."""
    found = objects.neighbours(connection, ids)
    on_pairs = {source for source, link, _, _ in found if is_judged(source, link)}  # of two things, not of the hash
    about = {
        (source, target)
        for source, link, target, _ in found
        if link == "object_refs" and source.startswith("opinion--") and source not in on_pairs
    }
    held = objects.latest(connection, dict.fromkeys(source for source, _ in about))
    for source, target in about:
        for one in held.get(source, ()):
            if reader.may(one.label) and one.current.content.get("opinion") in (*_FOR, *_AGAINST):
                yield target, one


def opine(ctx: Context, identifier: str, agrees: bool, *, why: str, by: str, purpose: str) -> StixObject:
    """Our state's word on a hash, whoever holds it; a later one takes its place. It is recorded, not sent: release it
    to whom it concerns."""
    with ctx.db.read() as connection:
        held = objects.latest(connection, [identifier]).get(identifier, ())
        before = objects.latest(connection, [derived_id("opinion", ctx.me, identifier)])
        marking = ctx.labels(connection)[held[0].label] if held else ctx.default_marking()
    if not held:
        raise NotHeld(identifier, "an object this node holds", "none", "`oureyes media bank`")
    first = next((item.object.content["created"] for items in before.values() for item in items), ctx.now())
    content = {
        "type": "opinion",
        "spec_version": "2.1",
        "id": derived_id("opinion", ctx.me, identifier),
        "created": first,
        "modified": ctx.now(),
        "opinion": "agree" if agrees else "disagree",
        **({"explanation": why} if why else {}),
        "authors": [ctx.me],
        "object_refs": [identifier],
    }
    made = StixObject.make(content)
    ours = marking.but(originator=ctx.me)

    def write(connection: Connection) -> None:
        number = objects.source(connection, ctx.me, "opinions", "desk", ctx.now()[:10])
        take_in(ctx, connection, [derive(made, ours)], source=number, origin=ctx.me)
        ctx.audit(connection, by, "opinion", identifier, purpose, verdict=str(content["opinion"]))

    ctx.db.write(write)
    return made


def export(ctx: Context, name: str, form: str, *, by: str, purpose: str, to: str = "") -> Export:
    """A bank in a form that hash-sharing communities read, for the member `to` or for `by`: what may go, each hash
    under its marking. What a state disagrees with says so where its opinion may go too."""
    put = {"csv": export_csv, "json": export_json}.get(form)
    if put is None:
        raise InvalidObject(f"form {form[:20]}", "csv or json", "another")
    with ctx.db.read() as connection:
        reader = Reader(ctx, connection, by, purpose)
        labels = {item.current.id: item.tags for item in _seen(ctx, connection, reader, name)}
        said = [one for _, one in _said_of(connection, reader, list(labels))]

    def write(going: Going, _: Recipient) -> Written:
        against = frozenset(ref for _, obj, _ in going if obj.type == "opinion" for ref in _disputed(obj))
        marked = {obj.id: terms(marking, Thing(obj, marking).until) for _, obj, marking in going}
        members = ((obj, labels[held], obj.id in against) for held, obj, _ in going if held in labels)
        return put(((obj, [*tags, *(["disagree"] if no else [])]) for obj, tags, no in members), name, marked)

    ids = [*labels, *(one.current.id for one in said if one.current.content["opinion"] in _AGAINST)]
    return handed(ctx, ids, f"hashes-{form}", write, by=by, purpose=purpose, to=to)


def _disputed(opinion: StixObject) -> Sequence[str]:
    refs = opinion.content.get("object_refs") if opinion.content.get("opinion") in _AGAINST else None
    return refs if isinstance(refs, list) else ()
