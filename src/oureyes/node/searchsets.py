"""Private search sets: what the front line may check without a line, made here and taken from others.

A set is made for an audience that markings name (`--hit border-police`), by two people, for some days. It is signed,
and can be revoked: whoever checks needs the maker's key from the roster, the day, and the newest list of revocations,
and no node. Its key goes into a file of its own and is not kept.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from oureyes.correlate import blind, observables
from oureyes.correlate.blind import searchsets as form
from oureyes.errors import ConfigError, InvalidObject, NotHeld, Refused, VerificationError
from oureyes.exchange.envelope import pack, unpack
from oureyes.model.accounts import two_people
from oureyes.model.instants import is_instant, nanoseconds
from oureyes.model.objects import digest
from oureyes.model.sharing import Recipient, Roster
from oureyes.node import revoking
from oureyes.node.context import Context
from oureyes.release import CRIME_PURPOSES, silence
from oureyes.storage import Connection, filters
from oureyes.storage import searchsets as kept
from oureyes.storage.searchsets import SearchSet

__all__ = ["Checked", "SearchSet", "check", "check_taken", "make", "revocations", "revoke", "sets", "take"]

_CHANCE = 1e-9  # a false hit at a border is a person who is stopped
_MOST_DAYS = 31
_KINDS = set(blind.KINDS) - {blind.NAMES}  # a name on a device without limits and without context stops strangers
_LARGEST = 1 << 30


@dataclass(frozen=True, slots=True)
class Checked:
    """A set that was found good, and which of the values it holds. `listed` is the date of the list of revocations
    that it went by, "" where nobody looked; `standing` says it in words."""

    set: str
    origin: str
    expires: str
    hits: tuple[bool, ...]
    listed: str
    standing: str


def make(
    ctx: Context,
    folder: Path,
    *,
    audience: str,
    kinds: Sequence[str],
    days: int,
    by: str,
    approver: str,
    purpose: str,
    description: str = "",
) -> SearchSet:
    """Write a set into a new folder, and its key beside it. Only what may answer the audience is in it."""
    ctx.require_purpose(by, purpose, "search set")
    _two_people(by, approver)
    _askable(audience, kinds, days, purpose)
    if folder.exists() or _key_file(folder).exists():
        raise ConfigError(folder.name, "a folder that does not exist yet", "one that does", "choose another name")
    values = _answerable(ctx, audience, kinds, purpose)
    key, identifier = os.urandom(32), ctx.new_id("search-set")
    size = blind.padded_size(len(values))
    fillers = (one.hex() for one in blind.fillers(key, len(values), size))
    bloom = form.Bloom.of([*(form.digest_of("HMAC-SHA-256", key, value) for value in values), *fillers], _CHANCE)
    described = form.Described.made(
        description or f"{', '.join(kinds)} of {ctx.me} for {audience}", digest(key).hex()[:16], ctx.now_ms() // 1000,
        bloom.capacity, _CHANCE,
    )  # fmt: skip
    made = SearchSet(identifier, folder.name, ctx.me, audience, ctx.now(), ctx.in_days(days))
    _write(ctx, folder, made, {form.DESCRIPTION: described.raw, form.BLOOM: bloom.raw}, key)

    def write(connection: Connection) -> None:
        kept.put_set(connection, made)
        ctx.audit(
            connection, by, "search-set", identifier, purpose,
            state="made", count=len(values), to=audience, approver=approver, expires=made.expires,
        )  # fmt: skip

    ctx.db.write(write)
    return made


def _two_people(by: str, approver: str) -> None:
    if not two_people(by, approver):
        raise Refused("search set", f"somebody else than {by} who approves", approver or "nobody", "give --approved-by")


def _askable(audience: str, kinds: Sequence[str], days: int, purpose: str) -> None:
    if purpose not in CRIME_PURPOSES or not audience or not kinds or set(kinds) - _KINDS:
        known = f"a crime purpose, an audience, and kinds out of {', '.join(sorted(_KINDS))}"
        raise InvalidObject("search set", known, "others")
    if not 0 < days <= _MOST_DAYS:
        raise InvalidObject("search set", f"1 to {_MOST_DAYS} days", f"{days}", "make a new one when it ends")


def _answerable(ctx: Context, audience: str, kinds: Sequence[str], purpose: str) -> list[str]:
    to, policy, at = Recipient(audience, "account"), ctx.policy(), ctx.now()
    with ctx.db.read() as connection:
        known = ctx.labels(connection)
        labels = [n for n, one in known.items() if silence(one, to, purpose, at=at, policy=policy) is None]
        values = filters.own_values(connection, ctx.me, labels, observables.NAME)
    return [value for value in values if blind.kind_of_key(value) in kinds]


def _key_file(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.key")


def _write(ctx: Context, folder: Path, made: SearchSet, files: Mapping[str, bytes], key: bytes) -> None:
    digests = {name: digest(raw).hex() for name, raw in files.items()}
    signed = form.Signed(1, made.id, made.origin, made.audience, made.made, made.expires, digests)
    folder.mkdir(parents=True, mode=0o700)
    for name, raw in files.items():
        (folder / name).write_bytes(raw)
    (folder / form.SIGNATURE).write_bytes(pack(form.SIGNED_TYPE, msgspec.json.encode(signed), (ctx.keys.sign,)))
    _key_file(folder).touch(mode=0o600)
    _key_file(folder).write_text(key.hex() + "\n", "ascii")


# --- checking --------------------------------------------------------------------------------------------------------


def check(
    folder: Path,
    kind: str,
    values: Sequence[str],
    key: bytes,
    roster: Roster,
    *,
    at: str,
    revoked: bytes | None = None,
    country: str = "",
) -> Checked:
    """Look values up in a set, offline, once it is whole, signed by a member, in force and not revoked by its maker's
    list `revoked`. VerificationError when it is not, or the list is too old to tell."""
    signed, files = _verified(folder, roster)
    if nanoseconds(signed.expires) <= nanoseconds(at):
        raise VerificationError(signed.id, "a set in force", f"one that expired on {signed.expires}", "get the newest")
    listed = revoking.read(revoked, roster, signed.origin) if revoked is not None else None
    if listed is not None:
        revoking.refuse(listed, signed.id, signed.at, at)
    found = _looked_up(files[form.DESCRIPTION], files[form.BLOOM], key, kind, values, country)
    return _checked(signed.id, signed.origin, signed.expires, found, listed.at if listed else "")


def _checked(identifier: str, origin: str, expires: str, hits: tuple[bool, ...], listed: str) -> Checked:
    return Checked(identifier, origin, expires, hits, listed, revoking.standing(origin, listed))


def _verified(folder: Path, roster: Roster) -> tuple[form.Signed, dict[str, bytes]]:
    body, signers = unpack(_read(folder, form.SIGNATURE), form.SIGNED_TYPE, roster.sign_keys)
    try:
        signed = msgspec.json.decode(body, type=form.Signed)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise InvalidObject(form.SIGNATURE, "a signed search set", "another form") from None
    if signed.origin not in signers:
        raise VerificationError(signed.id[:60], f"the signature of {signed.origin[:20]}", "none that holds")
    if not is_instant(signed.at) or not is_instant(signed.expires):
        raise InvalidObject(signed.id[:60], "the instants it was made and ends at", "another form")
    if set(signed.files) != {form.DESCRIPTION, form.BLOOM}:
        raise VerificationError(signed.id[:60], f"{form.DESCRIPTION} and {form.BLOOM}", "other files")
    files = {name: _read(folder, name) for name in signed.files}
    for name, raw in files.items():
        if digest(raw).hex() != signed.files[name]:
            raise VerificationError(name, "the file that was signed", "another", "get the set again")
    return signed, files


def _read(folder: Path, name: str) -> bytes:
    file = folder / name
    if not file.is_file() or file.stat().st_size > _LARGEST:
        raise NotHeld(name, "a file of the set", "none, or one too large", "check the folder")
    return file.read_bytes()


def _looked_up(
    description: bytes, bloom: bytes, key: bytes, kind: str, values: Sequence[str], country: str
) -> tuple[bool, ...]:
    described, filter_ = form.Described.read(description), form.Bloom.read(bloom)
    return tuple(
        form.digest_of(described.algorithm, key, _text(described, kind, value, country)) in filter_ for value in values
    )


def _text(described: form.Described, kind: str, value: str, country: str) -> str:
    """The value as the set has it: our normal form in ours; in others' as it stands, or in lower case."""
    if described.canonicalization_format == "canon/1":
        return blind.selector(kind, value, country or None).text
    return value.lower() if "lower" in described.canonicalization_format else value


# --- sets of others, and revoking ours -------------------------------------------------------------------------------


def take(
    ctx: Context, folder: Path, name: str, key: bytes, *, by: str, unsigned: bool = False, revoked: bytes | None = None
) -> SearchSet:
    """Take a set of others, to be checked here by its name, and with it its maker's list `revoked`. One that nobody
    signed only where that is said."""
    signed, files = _unsigned(ctx, folder, revoked) if unsigned else _verified(folder, ctx.roster)
    described = form.Described.read(files[form.DESCRIPTION])
    form.Bloom.read(files[form.BLOOM])
    if revoked is not None:
        revoking.refuse(revoking.take(ctx, revoked, by=by, of=signed.origin), signed.id, signed.at, ctx.now())
    secret = key or described.keyid.encode()  # as the project's own tool does where there is no other key
    made = SearchSet(
        signed.id, name, signed.origin, signed.audience, signed.at, signed.expires, "",
        files[form.DESCRIPTION], files[form.BLOOM], secret,
    )  # fmt: skip

    def write(connection: Connection) -> None:
        _refuse_known(connection, made)
        kept.put_set(connection, made)
        origin = made.origin or "unsigned"
        ctx.audit(connection, by, "search-set", made.id, "", state="taken", origin=origin, count=0)

    ctx.db.write(write)
    return made


def _unsigned(ctx: Context, folder: Path, revoked: bytes | None) -> tuple[form.Signed, dict[str, bytes]]:
    if revoked is not None:
        raise _no_maker()
    files = {one: _read(folder, one) for one in (form.DESCRIPTION, form.BLOOM)}
    return form.Signed(1, ctx.new_id("search-set"), "", "", ctx.now(), "", {}), files


def _no_maker() -> InvalidObject:
    return InvalidObject("revocations", "none for a set that nobody signed", "a list", "leave it out")


def _refuse_known(connection: Connection, made: SearchSet) -> None:
    """Its name may not be in use, and it may not have been revoked, here or by its maker."""
    held = kept.sets(connection)
    if any(one.name == made.name for one in held):
        raise ConfigError(f"search set {made.name[:40]}", "a name that is not taken", "one that is", "choose another")
    if made.id in revoking.named(connection, made.origin) or any(one.id == made.id and one.revoked for one in held):
        raise VerificationError(made.id, "a set in force", "one that was revoked", "get the newest")


def check_taken(
    ctx: Context,
    name: str,
    kind: str,
    values: Sequence[str],
    *,
    by: str,
    purpose: str,
    country: str = "",
    revoked: bytes | None = None,
) -> Checked:
    """Look values up in a set that was taken; logged by number, never by content. It goes by the newest list of its
    maker that was seen here, such as `revoked`."""
    ctx.require_purpose(by, purpose, "search set")
    found = _taken(ctx, name)
    if revoked is not None:
        if not found.origin:
            raise _no_maker()
        revoking.take(ctx, revoked, by=by, of=found.origin)
        found = _taken(ctx, name)
    if found.revoked or (found.expires and nanoseconds(found.expires) <= nanoseconds(ctx.now())):
        raise VerificationError(found.id, "a set in force", "one that expired or was revoked", "get the newest")
    listed = _listed(ctx, found)
    met = _looked_up(found.description, found.bloom, found.key, kind, values, country or ctx.config.country)

    def write(connection: Connection) -> None:
        ctx.audit(
            connection, by, "search-set", found.id, purpose,
            state="checked", count=len(values), hits=sum(met), listed=listed,
        )  # fmt: skip

    ctx.db.write(write)
    return _checked(found.id, found.origin, found.expires, met, listed)


def _taken(ctx: Context, name: str) -> SearchSet:
    found = next((one for one in sets(ctx) if one.name == name and one.bloom), None)
    if found is None:
        raise NotHeld(f"search set {name[:40]}", "one that was taken", "none by that name", "`oureyes pss list`")
    return found


def _listed(ctx: Context, found: SearchSet) -> str:
    """The date of the list that a taken set stands by, "" without one; of ours this node knows at once."""
    if found.origin == ctx.me:
        return ctx.now()
    with ctx.db.read() as connection:
        newest = revoking.newest(connection, found.origin)
    if newest is not None:
        revoking.refuse(newest, found.id, found.made, ctx.now())
    return newest.at if newest else ""


def revoke(ctx: Context, identifier: str, *, by: str) -> SearchSet:
    """A set holds no longer: of ours it goes on the list of revocations, of others it is checked no more."""

    def write(connection: Connection) -> SearchSet:
        found = next((one for one in kept.sets(connection) if identifier in (one.id, one.name)), None)
        if found is None:
            raise NotHeld(identifier[:60], "a search set", "none by that id", "`oureyes pss list`")
        done = replace(found, revoked=found.revoked or ctx.now())
        kept.put_set(connection, done)
        ctx.audit(connection, by, "search-set", found.id, "", state="revoked", count=0)
        return done

    return ctx.db.write(write)


def revocations(ctx: Context) -> bytes:
    """The signed list of our sets that hold no longer; those that expired by themselves need not be on it."""
    ids = tuple(sorted(one.id for one in sets(ctx) if one.origin == ctx.me and one.revoked and one.expires > ctx.now()))
    body = msgspec.json.encode(form.Revoked(1, ctx.me, ctx.now(), ids))
    return pack(form.REVOKED_TYPE, body, (ctx.keys.sign,))


def sets(ctx: Context) -> list[SearchSet]:
    """Every set that was made or taken here, newest first."""
    with ctx.db.read() as connection:
        return kept.sets(connection)
