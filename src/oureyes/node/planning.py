"""States plan: strategies are kept as objects, and their validity follows the evidence with every change."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from oureyes.errors import InvalidObject, NotHeld, Refused
from oureyes.model.findings import Alert
from oureyes.model.identifiers import derived_id
from oureyes.model.instants import nanoseconds
from oureyes.model.markings import Marking
from oureyes.model.objects import StixObject
from oureyes.model.plans import Evidence, EvidenceState, Finding, Plan, Status, Validity, Waiver
from oureyes.node.connecting import put_alert
from oureyes.node.context import Context
from oureyes.node.recording import derive, take_in
from oureyes.plan.changes import Cause, changes
from oureyes.plan.stix import KIND, from_stix, to_stix, with_evidence
from oureyes.plan.validity import assess
from oureyes.storage import Connection, desk, objects

__all__ = ["Standing", "draw", "plans", "reassess", "standing", "waive"]


@dataclass(frozen=True, slots=True)
class Standing:
    """A plan with its evidence as it is held now, and how it stands."""

    plan: Plan
    validity: Validity


def standing(ctx: Context, identifier: str) -> Standing:
    """How one plan stands at this moment."""
    with ctx.db.read() as connection:
        held = objects.latest(connection, [identifier]).get(identifier)
        if not held:
            raise NotHeld(identifier, "a plan", "none by that id", "`oureyes plan list`")
        return _standing(ctx, connection, held[0].current)


def plans(ctx: Context) -> list[Standing]:
    """Every plan held, with how it stands."""
    with ctx.db.read() as connection:
        return [_standing(ctx, connection, obj) for obj, _ in _read_plans(connection)]


def _held_plans(connection: Connection) -> list[StixObject]:
    return [held.current for held in objects.of_type(connection, "x-oureyes-plan")]


def _read_plans(connection: Connection) -> Iterator[tuple[StixObject, Plan]]:
    """The plans that can be read. One that cannot, from a file or a partner, must not keep the others from anything."""
    for obj in _held_plans(connection):
        with contextlib.suppress(InvalidObject):
            yield obj, from_stix(obj)


def _standing(ctx: Context, connection: Connection, obj: StixObject) -> Standing:
    plan = from_stix(obj)
    cited = {piece.object: piece.cited_version for claim in plan.claims for piece in claim.evidence}
    current = with_evidence(plan, _evidence(ctx, connection, cited))
    return Standing(current, assess(current, ctx.now()))


def _evidence(ctx: Context, connection: Connection, cited: Mapping[str, str]) -> dict[str, Evidence]:
    known, now = ctx.labels(connection), nanoseconds(ctx.now())
    held = objects.latest(connection, cited)
    out: dict[str, Evidence] = {}
    for identifier, version in cited.items():
        live = held.get(identifier)
        if live:
            out[identifier] = _as_held(live[0], known[live[0].label], version, now)
            continue
        states = {state for _, _, state, _, _ in objects.states_of(connection, identifier)}
        if states & {"retracted", "erased"}:
            out[identifier] = Evidence(identifier, state=EvidenceState.RETRACTED)
    return out


def _as_held(held: objects.Held, marking: Marking, cited_version: str, now: int) -> Evidence:
    current = held.current
    state = EvidenceState.HELD
    until = current.content.get("valid_until")
    if current.revoked:
        state = EvidenceState.REVOKED
    elif (marking.expires and nanoseconds(marking.expires) <= now) or (
        isinstance(until, str) and nanoseconds(until) <= now
    ):
        state = EvidenceState.EXPIRED
    elif cited_version and current.instant > nanoseconds(cited_version):
        state = EvidenceState.SUPERSEDED
    return Evidence(current.id, cited_version, state=state, grade=marking.grade, seen=current.version)


def reassess(
    ctx: Context, connection: Connection, changed: Iterable[str], *, cause: tuple[str, str] | None = None
) -> list[str]:
    """Look again at every plan that rests on, or is, one of `changed`; alert owners of those that stand otherwise."""
    ids = set(changed)
    moved: list[str] = []
    for obj, plan in _read_plans(connection):
        if plan.id not in ids and not ids & {piece.object for claim in plan.claims for piece in claim.evidence}:
            continue
        now = _standing(ctx, connection, obj)
        kept = desk.standing(connection, plan.id)
        before = _validity(kept) if kept else None
        if before == now.validity:
            continue
        what, by = cause or ("changed", ctx.me)
        causes = [Cause(identifier, what, by, ctx.now()) for identifier in sorted(ids)]
        said = changes(now.plan, before, now.validity, causes) if before else ()
        _keep(ctx, connection, now)
        moved.append(plan.id)
        if said:
            _alert(ctx, connection, now, said)
            ctx.audit(connection, by, "plan", plan.id, "strategy", status=str(now.validity.status))
    return moved


def reassess_all(ctx: Context, connection: Connection, what: str = "aged") -> list[str]:
    """Look again at every plan: time alone makes evidence stale and markings expire."""
    return reassess(ctx, connection, [obj.id for obj in _held_plans(connection)], cause=(what, ctx.me))


def _keep(ctx: Context, connection: Connection, now: Standing) -> None:
    claims = [asdict(finding) for finding in now.validity.claims]
    desk.put_standing(connection, now.plan.id, str(now.validity.status), now.validity.reason, claims, ctx.now())


def _validity(kept: tuple[str, str, list[Mapping[str, str]], str]) -> Validity:
    status, reason, claims, _ = kept
    found = tuple(Finding(one["claim"], Status(one["status"]), one["reason"]) for one in claims)
    return Validity(Status(status), reason, found)


def _alert(ctx: Context, connection: Connection, now: Standing, said: Sequence[str]) -> None:
    for owner in now.plan.owners or ("planners",):
        made = Alert(
            ctx.new_id("alert"),
            f"plan:{now.plan.id}",
            "plan",
            said[0],
            (now.plan.id,),
            ctx.me,
            ctx.now(),
            owner,
            reason="; ".join(said),
            rank=2.0 if now.validity.status is Status.BROKEN else 1.5,
        )
        put_alert(ctx, connection, made)


def draw(ctx: Context, content: Mapping[str, object]) -> StixObject:
    """A plan object from the short form people write: what it cites is fixed at the version and grade held now."""
    claims, measures = content.get("claims"), content.get("measures")
    body = {
        "type": KIND,
        "id": ctx.new_id(KIND),
        **{name: content[name] for name in ("objective", "states", "owners") if name in content},
        "claims": [_claim(one, place) for place, one in enumerate(claims, 1)] if isinstance(claims, list) else claims,
        "measures": measures,
    }
    plan, now = from_stix(StixObject.make(body)), ctx.now()
    with ctx.db.read() as connection:
        cited = [piece.object for claim in plan.claims for piece in claim.evidence]
        held, known = objects.latest(connection, cited), ctx.labels(connection)
    missing = sorted(set(cited) - set(held))
    if missing:
        raise NotHeld(missing[0], "evidence that this node holds", "none by that id", "`oureyes search`")
    fixed = tuple(
        replace(claim, evidence=tuple(_cited(piece, held[piece.object][0], known) for piece in claim.evidence))
        for claim in plan.claims
    )
    author = derived_id("identity", "organization", ctx.me)
    return to_stix(replace(plan, claims=fixed), created=now, modified=now, created_by=author)


def _claim(one: object, place: int) -> object:
    if not isinstance(one, dict):
        return one
    evidence = one.get("evidence")
    pieces = [{"ref": piece} if isinstance(piece, str) else piece for piece in evidence] if evidence else evidence
    return {"id": f"c{place}", **one, "evidence": pieces}


def _cited(piece: Evidence, held: objects.Held, known: Mapping[int, Marking]) -> Evidence:
    version = piece.cited_version or held.current.version
    return replace(piece, cited_version=version, cited_grade=piece.cited_grade or known[held.label].grade)


def waive(ctx: Context, identifier: str, claim: str, until: str, why: str, *, by: str) -> Standing:
    """A named person accepts a gap in a plan of ours until a day: a new version of the plan says so."""
    if not by or not why:
        raise Refused(identifier, "who waives it, and why", "not both", "give --by and --why")

    def write(connection: Connection) -> None:
        held = [one for one in objects.latest(connection, [identifier]).get(identifier, ()) if one.origin == ctx.me]
        if not held:
            raise NotHeld(identifier, "a plan of ours", "none by that id", "`oureyes plan list`")
        obj, marking = held[0].current, ctx.labels(connection)[held[0].label]
        made = _waived(obj, claim, Waiver(by, until, why), ctx.now())
        source = objects.source(connection, ctx.me, held[0].source)
        take_in(ctx, connection, [derive(made, marking)], source=source, origin=ctx.me)
        ctx.audit(connection, by, "waive", identifier, "strategy", until=until, claim=claim)
        reassess(ctx, connection, [identifier])

    ctx.db.write(write)
    return standing(ctx, identifier)


def _waived(obj: StixObject, claim: str, waiver: Waiver, now: str) -> StixObject:
    plan = from_stix(obj)
    if claim not in {one.id for one in plan.claims}:
        named = ", ".join(one.id for one in plan.claims)
        raise NotHeld(f"claim {claim[:30]}", f"a claim of {plan.id}: {named[:100]}", "none by that id")
    claims = tuple(replace(one, waiver=waiver) if one.id == claim else one for one in plan.claims)
    created = str(obj.content.get("created") or now)
    author = obj.created_by or ""
    return to_stix(replace(plan, claims=claims), created=created, modified=now, created_by=author, previous=obj)
