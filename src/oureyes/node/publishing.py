"""Private questions, the filters: which values may answer a partner, their outputs, and what is published of them.

Once a day what has come since is published as a further filter. What may answer no more is not left until then: the
transaction that takes a record back, marks it otherwise or ends its term is noted (`filters.note_changed`), a partner's
next question is told that there is a newer list, and the list is not given out before the filters were looked through.
They are made anew only where something that stood in them is gone, from outputs that were kept: a record taken out of
a million costs no evaluation. A case is judged by how things stand then (`may_tell`), whatever was published.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from oureyes.correlate import blind, observables
from oureyes.correlate.names import subject as names
from oureyes.errors import StorageError
from oureyes.exchange.envelope import pack, unpack
from oureyes.model.instants import nanoseconds
from oureyes.model.objects import StixObject, digest
from oureyes.model.sharing import Recipient
from oureyes.node.committing import commit, epoch_of, epochs_near, key_of, pass_on
from oureyes.node.context import Context
from oureyes.release import silence
from oureyes.storage import Connection, desk, filters, hits
from oureyes.storage.filters import Listed, Stored
from oureyes.storage.hits import Agreement

__all__ = ["DAY_US", "Published", "epoch_of_list", "keep", "may_tell", "publish", "renew", "stale"]

DAY_US = 86_400_000_000
_PARTS_A_KIND = 32
_LIST_DAYS = 7
_CASE_DAYS = 40  # how long after a question a case may be opened: then both ends forget what it was about
_TRIES = 3
_FORGOTTEN = "hits-forgotten"
_AT_ONCE = 2_000  # outputs computed between two commits
_MANY = 500  # changed holdings that are looked at one by one; of more, all that answers is gone through


@dataclass(frozen=True, slots=True)
class Published:
    """What was published for a partner: filters made anew, filters added, and the bytes of all."""

    partner: str
    anew: int
    added: int
    size: int


@dataclass(frozen=True, slots=True)
class _Basis:
    """What a partner's filters are made from, all of it as it stood in one moment: whatever is otherwise when they are
    to be kept, by another process or by a person, they are made again."""

    agreement: Agreement
    listed: Listed | None
    kept: Sequence[Stored]
    values: Mapping[str, Sequence[str]]
    anew_only: bool  # no further filter of what has come since
    seen: int
    until_us: int
    at_us: int
    forgotten: str


@dataclass(frozen=True, slots=True)
class _Told:
    """What all filters together hold, and the number of each list that says so."""

    values: set[str] = field(default_factory=set)
    serials: dict[str, int] = field(default_factory=dict)


def publish(ctx: Context, *, by: str = "") -> list[Published]:
    """Bring every partner's filters up to date: what has come since as a further filter, all anew where something was
    taken out or the epoch is another."""
    with ctx.publishing:
        partners = _partners(ctx)
        if not partners:
            return []
        epoch, told = commit(ctx), _Told()
        done = _each(partners, lambda partner: _made(ctx, partner, epoch, by or ctx.me, told))
        _forget(ctx, epoch, told)
        return done


def renew(ctx: Context, partner: str = "", *, wait: bool = True) -> list[Published]:
    """Take out at once what stands in published filters and may answer no more; nothing is published of what has come
    since. Of all partners, or of one. StorageError where somebody is at work on them and it must not `wait`."""
    if not ctx.publishing.acquire(blocking=wait):
        raise StorageError(f"filters for {partner}", "nobody at work on them", "somebody", "try again in a minute")
    try:
        some = [one for one in _partners(ctx) if partner in ("", one)]
        return _each(some, partial(_renewed, ctx))
    finally:
        ctx.publishing.release()


def _each(partners: Sequence[str], work: Callable[[str], Published | None]) -> list[Published]:
    """What was made for each; what goes wrong with one partner's filters is said after the others have theirs."""
    done: list[Published] = []
    faults: list[StorageError] = []
    for partner in partners:
        try:
            made = work(partner)
        except StorageError as fault:
            faults.append(fault)
        else:
            done += [made] if made and made.anew + made.added else []
    if faults:
        raise faults[0]
    return done


def stale(ctx: Context, connection: Connection, listed: Listed) -> bool:
    """Whether something changed since by which what was published may answer too much."""
    return _ended(ctx, listed) or bool(_touched(ctx, connection, listed))


def _ended(ctx: Context, listed: Listed) -> bool:
    return listed.seen < 0 or 0 < listed.until_us <= ctx.now_us()


def keep(ctx: Context) -> list[Published]:
    """What comes round: the end of what belonged to an old epoch, filters once a day, and keys of a new epoch. A secret
    lasts a month longer than its epoch: a clock that ran ahead and was set back finds it again."""
    long_ago, last = ctx.in_days(-_CASE_DAYS), epochs_near(ctx.now())[0]

    def write(connection: Connection) -> None:
        hits.drop_seeds(connection, last)
        filters.drop_tags(connection, epoch_of(long_ago))
        hits.drop_found(connection, long_ago)
        hits.drop_shown(connection, ctx.me, last)

    ctx.db.write(write)
    pass_on(ctx)
    return publish(ctx) if _due(ctx) else []


def _due(ctx: Context) -> bool:
    """Whether a partner's filters were not brought up to date for a day, or are dated by a clock that was wrong."""
    epoch, now, partners = epoch_of(ctx.now()), ctx.now_us(), _partners(ctx)
    with ctx.db.read() as connection:
        lists = [filters.listed(connection, ctx.me, one) for one in partners]
        if hits.seed(connection, epoch) is None:
            return True
    return any(one is None or abs(now - one.at_us) >= DAY_US or epoch_of_list(one) != epoch for one in lists)


def _partners(ctx: Context) -> list[str]:
    """Who is answered."""
    with ctx.db.read() as connection:
        return list(_open(ctx, connection))


def _open(ctx: Context, connection: Connection) -> dict[str, Agreement]:
    found = hits.agreements(connection)
    return {name: one for name, one in found.items() if one.state == "open" and name in ctx.roster.members}


# --- which values answer ---------------------------------------------------------------------------------------------


def may_tell(ctx: Context, connection: Connection, partner: str, purpose: str, value: str) -> bool:
    """Whether a partner may learn, for a purpose, that we hold a value, as things stand now."""
    agreement = _open(ctx, connection).get(partner)
    if not value or agreement is None or purpose not in agreement.purposes or _kind(value) not in agreement.kinds:
        return False
    labels, _ = _telling(ctx, connection, partner, [purpose], ctx.now())
    return bool(_held(ctx, connection, labels, {value}))


def _held(ctx: Context, connection: Connection, labels: Sequence[int], values: set[str]) -> set[str]:
    """Of values, those that we hold under labels."""
    named = {value for value in values if _kind(value) == blind.NAMES}
    found = named & set(_named(ctx, connection, labels)) if named else set()
    others = values - named
    return found | {v for v in others if filters.own_values(connection, ctx.me, labels, observables.NAME, v)}


def _telling(
    ctx: Context, connection: Connection, partner: str, purposes: Sequence[str], at: str
) -> tuple[list[int], int]:
    """The labels under which the partner may learn, for each of the purposes, that we hold something; and when the
    first of them expires, in microseconds."""
    to, policy = Recipient(partner), ctx.policy()
    found = {
        n: marking
        for n, marking in ctx.labels(connection).items()
        if not any(silence(marking, to, purpose, at=at, policy=policy) for purpose in purposes)
    }
    ends = [nanoseconds(one.expires) // 1000 for one in found.values() if one.expires]
    return list(found), min(ends, default=0)


def _named(ctx: Context, connection: Connection, labels: Sequence[int]) -> list[str]:
    bodies = filters.own_bodies(connection, ctx.me, labels, sorted(names.TYPES))
    return list(dict.fromkeys(text for raw in bodies for text in blind.born_keys(StixObject.parse(raw).content)))


def _answerable(
    ctx: Context, connection: Connection, labels: Sequence[int], kinds: Iterable[str]
) -> dict[str, list[str]]:
    """Per kind, the values under labels."""
    found: dict[str, list[str]] = {kind: [] for kind in kinds}
    if blind.NAMES in found:
        found[blind.NAMES] = _named(ctx, connection, labels)
    if set(found) - {blind.NAMES}:
        for value in filters.own_values(connection, ctx.me, labels, observables.NAME):
            kind = blind.kind_of_key(value)
            if kind in found:
                found[kind].append(value)
    return found


def _outputs(ctx: Context, epoch: str, values: Sequence[str]) -> dict[str, bytes]:
    """The function's outputs of values, computed once an epoch and kept."""
    with ctx.db.read() as connection:
        known = filters.tags(connection, epoch)
        keys = {kind: key_of(ctx, connection, epoch, kind) for kind in blind.KINDS}
    missing = [value for value in dict.fromkeys(values) if value not in known]
    for at in range(0, len(missing), _AT_ONCE):
        some = {value: _output(keys, value) for value in missing[at : at + _AT_ONCE]}
        ctx.db.write(partial(filters.put_tags, epoch=epoch, found=some))
        known |= some
    return known


def _output(keys: Mapping[str, blind.PrivateKey], value: str) -> bytes:
    kind = _kind(value)
    return blind.evaluate_known(keys[kind], blind.Selector(kind, value).input)[: blind.KEPT]


def _forget(ctx: Context, epoch: str, told: _Told) -> None:
    """Outputs of what may answer nobody go, and changes that all filters were looked through for. Where another process
    published meanwhile, its filters hold what ours do not know of: nothing is forgotten until the next time."""

    def write(connection: Connection) -> None:
        lists = {one: filters.listed(connection, ctx.me, one) for one in _open(ctx, connection)}
        if all(one and one.serial == told.serials.get(partner) for partner, one in lists.items()):
            gone = [value for value in filters.tags(connection, epoch) if value not in told.values]
            filters.drop_values(connection, gone)
            if gone:
                desk.put_setting(connection, _FORGOTTEN, str(int(_forgotten(connection)) + 1))
        filters.drop_changes(connection, min((one.seen if one else 0 for one in lists.values()), default=0))
        for partner in set(hits.agreements(connection)) - set(ctx.roster.members):
            filters.outdate(connection, ctx.me, partner)  # no change is kept for it: if it comes back, all is made anew

    ctx.db.write(write)


def _forgotten(connection: Connection) -> str:
    """How often outputs were forgotten: filters made from outputs that were are not kept."""
    return desk.get_setting(connection, _FORGOTTEN) or "0"


# --- what is gone ----------------------------------------------------------------------------------------------------


def _renewed(ctx: Context, partner: str) -> Published | None:
    with ctx.db.read() as connection:
        listed = filters.listed(connection, ctx.me, partner)
        if listed is None or not (_ended(ctx, listed) or listed.seen < filters.newest_change(connection)):
            return None
    return _made(ctx, partner, commit(ctx), ctx.me)


def _gone(ctx: Context, connection: Connection, agreement: Agreement, listed: Listed, labels: list[int]) -> set[str]:
    """The kinds of which something stands in the partner's filters that may answer it no more; all, where that cannot
    be told of what changed."""
    changed = filters.changed_since(connection, listed.seen, _touched(ctx, connection, listed))
    values = _behind(connection, changed) if len(changed) <= _MANY else None
    if values is None:
        return set(agreement.kinds)
    tags = filters.tags_of(connection, epoch_of_list(listed), values)
    stand = _standing(ctx, connection, agreement.partner, tags)
    return {_kind(value) for value in stand - _held(ctx, connection, labels, stand)}


def _touched(ctx: Context, connection: Connection, listed: Listed) -> list[int]:
    """The labels of what changed since, before it did, under which the partner of a list may have learnt of it. Of what
    changes under others it must not learn even that it did."""
    changed = filters.labels_changed(connection, listed.seen)
    if not changed:
        return []
    said = _said(listed)
    at = max(ctx.now(), said.at, key=nanoseconds)  # a clock that was set back makes nothing untold
    labels, _ = _telling(ctx, connection, said.audience, said.purposes, at)
    return [one for one in labels if one in changed]


def _standing(ctx: Context, connection: Connection, partner: str, tags: Mapping[str, bytes]) -> set[str]:
    """Of values, those that are in the partner's filters."""
    kinds, opened = {blind.kind_of_key(value) for value in tags}, dict[str, list[blind.Filter]]()
    for part in filters.parts(connection, ctx.me, partner):
        if part.kind in kinds:
            raw = filters.body(connection, ctx.me, partner, part.digest) or b""
            opened.setdefault(part.kind, []).append(blind.Filter(raw))
    return {value for value, tag in tags.items() if any(tag in one for one in opened.get(_kind(value), ()))}


def _kind(value: str) -> str:
    return blind.kind_of_key(value) or ""


def _behind(connection: Connection, holdings: Sequence[int]) -> list[str] | None:
    """The values that holdings were found by; None where that cannot be told of one, since it was erased."""
    keyed = filters.values_of(connection, holdings, observables.NAME)
    bodies = filters.bodies_of(connection, holdings)
    if any(n not in keyed and not bodies.get(n, ("", b""))[1] for n in holdings):
        return None
    people = [raw for kind, raw in bodies.values() if kind in names.TYPES and raw]
    born = [text for raw in people for text in blind.born_keys(StixObject.parse(raw).content)]
    return list(dict.fromkeys([*(value for some in keyed.values() for value in some), *born]))


# --- what is published -----------------------------------------------------------------------------------------------


def _made(ctx: Context, partner: str, epoch: str, by: str, told: _Told | None = None) -> Published | None:
    """The partner's next filters and list: of everything, which `told` is given; without it, those of which something
    is gone are made anew and no others. None where nobody is to be answered any more."""
    for _ in range(_TRIES):
        basis = _basis(ctx, partner, epoch, renewing=told is None)
        if basis is None:
            return None
        done = _tried(ctx, basis, epoch, by)
        if done is not None:
            if told is not None:
                told.values.update(value for some in basis.values.values() for value in some)
                told.serials[partner] = basis.listed.serial + 1 if basis.listed else 1
            return done
    raise StorageError(f"filters for {partner}", "nobody else at work on them", "somebody", "try again")


def _basis(ctx: Context, partner: str, epoch: str, *, renewing: bool) -> _Basis | None:
    """For every purpose of the agreement, since one filter serves them all."""
    with ctx.db.read() as connection:
        agreement, listed = _open(ctx, connection).get(partner), filters.listed(connection, ctx.me, partner)
        if agreement is None or (renewing and listed is None):
            return None
        seen, kept = filters.newest_change(connection), filters.parts(connection, ctx.me, partner)
        labels, until_us = _telling(ctx, connection, partner, agreement.purposes, ctx.now())
        kinds, at_us, anew_only = agreement.kinds, ctx.now_us(), False
        if renewing and listed is not None:
            at_us = listed.at_us  # what has come since is still to be published
            if listed.seen >= 0 and epoch == epoch_of_list(listed):
                anew_only = True
                ended = _ended(ctx, listed)  # asked after the labels were: what expires between is gone through
                kinds = kinds if ended else tuple(_gone(ctx, connection, agreement, listed, labels))
        values = _answerable(ctx, connection, labels, kinds)
        return _Basis(agreement, listed, kept, values, anew_only, seen, until_us, at_us, _forgotten(connection))


def _tried(ctx: Context, basis: _Basis, epoch: str, by: str) -> Published | None:
    outputs = _outputs(ctx, epoch, [value for some in basis.values.values() for value in some])
    made = _parts(ctx, basis.agreement.partner, epoch, basis, outputs)
    if basis.anew_only:
        made = [(part, raw) for part, raw in made if not part.seq]
    if basis.anew_only and not made:
        return ctx.db.write(partial(_looked_through, ctx, basis=basis))
    return ctx.db.write(partial(_published, ctx, epoch=epoch, basis=basis, found=made, by=by))


def _parts(
    ctx: Context, partner: str, epoch: str, basis: _Basis, outputs: Mapping[str, bytes]
) -> list[tuple[Stored, bytes]]:
    with ctx.db.read() as connection:
        seed = hits.seed(connection, epoch) or b""
        made = []
        for kind, some in basis.values.items():
            mine = [one for one in basis.kept if one.kind == kind and one.epoch == epoch]
            bodies = [filters.body(connection, ctx.me, partner, one.digest) or b"" for one in mine]
            made.append(_part(kind, epoch, {outputs[value] for value in some}, mine, bodies, seed))
        return made


def _part(
    kind: str, epoch: str, wanted: set[bytes], kept: Sequence[Stored], bodies: Sequence[bytes], seed: bytes
) -> tuple[Stored, bytes]:
    """The next filter of a kind: what is new, or everything where something is there no more (its `seq` is 0)."""
    known = set[bytes]().union(*(blind.Filter(raw).among(wanted) for raw in bodies))
    further = bool(kept) and len(known) == sum(one.held for one in kept) and len(kept) < _PARTS_A_KIND
    fresh = wanted - known if further else wanted
    seq = kept[-1].seq + 1 if further else 0
    secret = hmac.digest(seed, f"fillers {kind} {seq}".encode(), "sha256")
    size = blind.padded_size(len(fresh))
    made = blind.Filter.of([*fresh, *blind.fillers(secret, len(fresh), size)])
    return Stored(kind, seq, epoch, made.size, len(fresh), digest(made.raw).hex()), made.raw


def _stands(ctx: Context, connection: Connection, basis: _Basis) -> bool:
    """Whether the agreement, what is published and the outputs that are kept are still what filters were made from."""
    partner = basis.agreement.partner
    return (
        hits.agreements(connection).get(partner) == basis.agreement
        and filters.listed(connection, ctx.me, partner) == basis.listed
        and filters.parts(connection, ctx.me, partner) == basis.kept
        and _forgotten(connection) == basis.forgotten
    )


def _published(
    ctx: Context,
    connection: Connection,
    *,
    epoch: str,
    basis: _Basis,
    found: Sequence[tuple[Stored, bytes]],
    by: str,
) -> Published | None:
    """None when it must be made again."""
    if not _stands(ctx, connection, basis):
        return None
    agreement, partner = basis.agreement, basis.agreement.partner
    anew = {part.kind for part, _ in found if not part.seq}
    gone = [one for one in basis.kept if one.kind in anew or one.kind not in agreement.kinds or one.epoch != epoch]
    filters.drop_parts(connection, ctx.me, partner, [one.digest for one in gone])
    for part, raw in found:
        filters.put_part(connection, ctx.me, partner, part, raw, ctx.now())
    _put_list(ctx, connection, epoch, basis)
    ctx.audit(connection, by, "publish", partner, "", count=len(found), epoch=epoch)
    return Published(partner, len(anew), len(found) - len(anew), sum(len(raw) for _, raw in found))


def _looked_through(ctx: Context, connection: Connection, *, basis: _Basis) -> Published | None:
    """Nothing that was published is gone: the list stands, and what changed until now need not be looked at again."""
    partner, listed = basis.agreement.partner, basis.listed
    if listed is None or not _stands(ctx, connection, basis):
        return None
    filters.put_list(connection, ctx.me, partner, replace(listed, seen=basis.seen, until_us=basis.until_us))
    return Published(partner, 0, 0, 0)


def _put_list(ctx: Context, connection: Connection, epoch: str, basis: _Basis) -> None:
    agreement, partner, before = basis.agreement, basis.agreement.partner, basis.listed
    kept = filters.parts(connection, ctx.me, partner)
    serial = before.serial + 1 if before else 1
    parts = tuple(blind.Part(one.kind, one.seq, one.size, one.digest) for one in kept)
    made = blind.Parts(
        1, ctx.me, partner, epoch, serial, ctx.now(), ctx.in_days(_LIST_DAYS), agreement.kinds, agreement.purposes,
        agreement.daily, parts,
    )  # fmt: skip
    raw = pack(blind.LIST_TYPE, blind.write_parts(made), (ctx.keys.sign,))
    filters.put_list(connection, ctx.me, partner, Listed(serial, raw, basis.at_us, basis.seen, basis.until_us))


def epoch_of_list(listed: Listed) -> str:
    """The epoch that a list is of."""
    return _said(listed).epoch


def _said(listed: Listed) -> blind.Parts:
    return blind.read_parts(unpack(listed.body, blind.LIST_TYPE, {})[0])
