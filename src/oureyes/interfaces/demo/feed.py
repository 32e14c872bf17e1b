"""Any folder of STIX, MISP and CSV, dealt among the eleven nodes: recorded, released, matched and verified.

What the files themselves mark tighter than TLP:GREEN stays where it was recorded.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from oureyes.errors import InvalidObject
from oureyes.interfaces.demo.federation import STATES, Federation
from oureyes.interfaces.demo.proof import Step, Telling, ellipsis, played, shortened
from oureyes.model.markings import PAP, TLP, Marking, Onward
from oureyes.node import Node
from oureyes.node.holding import Linked, ours
from oureyes.node.recording import Report
from oureyes.node.understanding import held_types

__all__ = ["Feed", "feed"]

_AT_ONCE = 500  # objects in one proposal
_PATIENCE_S = 600.0
_MOST = 1_000_000


@dataclass
class Feed:
    """The nodes, the folder, who is told; and what each node took."""

    states: Federation
    path: Path
    tell: Telling
    reports: dict[str, Report] = field(default_factory=lambda: {member: Report() for member in STATES})
    released: int = 0


def feed(work: Feed) -> Iterator[Step]:
    """Deal, record, release, match, verify."""
    return played(work, work.tell, _STEPS)


def _files(path: Path) -> list[Path]:
    """Every file, the largest first; a MISP feed's own lists of its files are none."""
    found = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    wanted = [file for file in found if not file.name.startswith(".") and not _of_feed(file)]
    return sorted(wanted, key=lambda file: (-file.stat().st_size, file.name))


def _of_feed(file: Path) -> bool:
    return file.name in ("manifest.json", "hashes.csv") and (file.parent / "manifest.json").exists()


def _recorded(work: Feed, step: Step) -> None:
    files = _files(work.path)
    if not files:
        raise InvalidObject(work.path.name, "a file or folder with something in it", "nothing", "check the path")
    total, done = sum(file.stat().st_size for file in files) or 1, 0
    members = list(STATES)
    for place, file in enumerate(files):
        member, size = members[place % len(members)], file.stat().st_size

        def told(name: str, read: int, whole: int, count: int, before: int = done) -> None:
            work.tell.progress(name, min(before + read, total - 1), total)

        work.reports[member].add(_record(work.states.nodes[member], file, told))
        done += size
    work.tell.progress("", total, total)
    rows = [
        (STATES[member], one.files, one.read, one.stored, one.unchanged, one.quarantined)
        for member, one in work.reports.items()
        if one.files
    ]
    work.tell.table(("State", "Files", "Read", "Stored", "Unchanged", "Put aside"), rows)
    _show_quarantine(work, step)
    read = sum(row[2] for row in rows)
    whole = all(one.read == one.stored + one.unchanged + one.quarantined for one in work.reports.values())
    step.must("everything read is stored, known already, or put aside", whole, rows)
    step.note(files=len(files), bytes=total, read=read, stored=sum(row[3] for row in rows))


def _record(node: Node, file: Path, told: Callable[[str, int, int, int], None]) -> Report:
    marking = Marking(
        tlp=TLP.GREEN,
        pap=PAP.GREEN,
        releasable_to=frozenset(STATES) - {node.member},
        onward=Onward.NONE,
        originator=node.member,
        purpose="exercise",
        review=node.ctx.in_days(365),
    )
    return node.record([file], by="recorder", purpose="exercise", marking=marking, progress=told)


def _show_quarantine(work: Feed, step: Step) -> None:
    reasons: Counter[str] = Counter()
    for node in work.states.nodes.values():
        reasons.update(f"expected {one.expected}, found {one.found}" for one in node.quarantine())
    if reasons:
        rows = [(count, ellipsis(reason, 120)) for reason, count in reasons.most_common(8)]
        work.tell.table(("Times", "Why"), rows, title="Put aside, for a person to look at")
    step.note(put_aside=dict(reasons.most_common(20)))


def _released(work: Feed, step: Step) -> None:
    started, rows = time.perf_counter(), []
    ids = {member: _releasable(node) for member, node in work.states.nodes.items()}
    total, done = sum(len(some) for some in ids.values()) or 1, 0
    for member, some in ids.items():
        node = work.states.nodes[member]
        partners = [one for one in STATES if one != member]
        for at in range(0, len(some), _AT_ONCE):
            part = some[at : at + _AT_ONCE]
            draft = node.propose(part, partners, by="author", purpose="exercise", reason="demonstration")
            node.approve(draft.id, by="approver")
            done += len(part)
            work.tell.progress(f"{STATES[member]} releases", min(done, total - 1), total)
    work.tell.progress("", total, total)
    ended = work.states.settle(_PATIENCE_S)
    for member, node in work.states.nodes.items():
        held = sum(objects_of(node).values())
        rows.append((STATES[member], len(ids[member]), held))
        lag = sum(partner.lag for partner in node.partners())
        step.must(f"nothing of {member}'s waits", lag == 0, lag)
    work.tell.table(("State", "Released to ten", "Holds now"), rows)
    work.released = done
    took = ended - started
    step.note(objects=done, deliveries=done * (len(STATES) - 1), deliveries_per_s=round(done * 10 / max(took, 1e-9)))
    work.tell.line(
        f"{done:,} objects went to ten states each: {done * 10:,} deliveries, receipted, in {took:.1f} s "
        f"({done * 10 / max(took, 1e-9):,.0f} a second)."
    )


def objects_of(node: Node) -> dict[str, int]:
    """How many objects of each type a node holds."""
    return dict(held_types(node.ctx))


def _releasable(node: Node) -> list[str]:
    """Own objects that stand and are marked no tighter than TLP:GREEN; those marked by their source alone are given
    the demonstration's audience."""
    found: list[str] = []
    unnamed: dict[Marking, list[str]] = {}
    for held, marking in ours(node.ctx, _MOST):
        if marking.tlp > TLP.GREEN:
            continue
        found.append(held.object.id)
        if not marking.releasable_to:
            unnamed.setdefault(marking, []).append(held.object.id)
    for marking, some in unnamed.items():
        audience = frozenset(STATES) - {node.member}
        node.mark(some, marking.but(releasable_to=audience), by="author", purpose="exercise")
    return list(dict.fromkeys(found))


def _matched(work: Feed, step: Step) -> None:
    pairs: Counter[tuple[str, str]] = Counter()
    best: dict[tuple[str, ...], Linked] = {}
    quiet = 0
    for node in work.states.nodes.values():
        for one in node.matches(warned=True, limit=_MOST):
            if one.left_origin == one.right_origin:
                continue
            if one.warned:
                quiet += 1
                continue
            first, second = sorted((one.left_origin, one.right_origin))
            if (first, second, one.match.key) not in best:
                best[(first, second, one.match.key)] = one
                pairs[(first, second)] += 1
    top = sorted(best.values(), key=lambda one: (-one.rank, one.match.key))[:10]
    rows = [
        (*sorted((STATES[one.left_origin], STATES[one.right_origin])), f"{one.rank:.2f}", shortened(one.match.reason))
        for one in top
    ]
    if rows:
        work.tell.table(("One", "Other", "Rank", "Because"), rows, title="The strongest")
    step.must("every match says why", all(one.match.reason for one in best.values()), "one does not")
    rang = sum(len(node.inbox()) for node in work.states.nodes.values())
    work.tell.line(
        f"{sum(pairs.values()):,} values are held by two states or more, between {len(pairs)} pairs of states; "
        f"{quiet:,} matches on warninglisted values rang nobody; {rang:,} alerts, one a cause."
    )
    step.note(values_in_common=sum(pairs.values()), pairs=len(pairs), warninglisted=quiet, alerts=rang)
    step.note(best=[row[3] for row in rows])


def _verified(work: Feed, step: Step) -> None:
    logs = {member: node.verify() for member, node in work.states.nodes.items()}
    faults = [one.fault for some in logs.values() for one in some if one.fault]
    step.must("every log of every node holds", not faults, faults)
    lines = sum(one.entries for some in logs.values() for one in some)
    for member, node in work.states.nodes.items():
        node.seal_audit()
        checked = node.verify_audit()
        step.must(f"{member}'s audit log holds", checked.flaw is None, checked.flaw)
    step.note(logs=sum(len(some) for some in logs.values()), lines=lines)
    work.tell.line(f"{sum(len(some) for some in logs.values())} logs with {lines:,} lines: each holds.")


_STEPS: tuple[tuple[str, str, Callable[[Feed, Step], None]], ...] = (
    ("Recorded", "The files are dealt among eleven states, the largest first.", _recorded),
    ("Released", "Two officers in each state release what is TLP:GREEN or CLEAR to the other ten.", _released),
    ("Matched", "What two states hold of the same thing.", _matched),
    ("Verified", "Each line of each log, each head, each receipt.", _verified),
)
