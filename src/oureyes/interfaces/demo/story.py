"""The story, in the order of the mission: recorded in one state, known, understood and planned for in the others.

Every step calls the nodes' own verbs and checks its own proof; what is told is what was found. The officers and the
case are fictional (`data/README.md`).
"""

from __future__ import annotations

import hashlib
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median

import msgspec

from oureyes.correlate.observables import named
from oureyes.errors import NotHeld, NotReleasable
from oureyes.exchange import roster
from oureyes.interfaces.demo.case import Case
from oureyes.interfaces.demo.federation import STATES, Federation
from oureyes.interfaces.demo.proof import Step, Telling, ellipsis, played, shortened
from oureyes.model.findings import Alert
from oureyes.model.grades import Grade
from oureyes.model.markings import PAP, TLP, Handling, Marking, Onward, Role
from oureyes.model.objects import StixObject
from oureyes.model.plans import Claim, Evidence, Measure, Plan, Status
from oureyes.model.sharing import Channel, Kind
from oureyes.node import Node
from oureyes.node.exchanging import export_channel, verify_export
from oureyes.node.holding import Held, Linked, current
from oureyes.node.planning import Standing
from oureyes.plan.stix import from_stix, to_stix
from oureyes.release import QUESTIONS, Answers

__all__ = ["Stage", "play"]

HOME, CONCERNED = "ID", ("MY", "SG", "VN")
PARTNERS = tuple(member for member in STATES if member != HOME)
AUTHOR, APPROVER, AUDITOR = "ayu", "budi", "auditor"
DESK = {"MY": ("aziz", "mei"), "SG": ("lim", "devi"), "VN": ("hoa", "minh"), "TH": ("kamon", "wichai")}
WHY = "investigation"


@dataclass
class Stage:
    """What the steps share: the nodes, the case, who is told, and what a later step must find again."""

    states: Federation
    case: Case
    tell: Telling
    promised: dict[str, dict[str, StixObject]] = field(default_factory=dict)  # state → our id → what it was sent
    marking: Marking = field(default_factory=Marking)
    released_at: float = 0.0
    trip_s: float = 0.0
    plan_id: str = ""
    phone: str = ""  # the number that is retracted, as matches are kept by it

    def node(self, member: str) -> Node:
        return self.states.nodes[member]

    @property
    def home(self) -> Node:
        return self.states.nodes[HOME]


def play(stage: Stage) -> Iterator[Step]:
    """Play the steps; each is given out when its proof stands. ProofFailed names the one that does not."""
    return played(stage, stage.tell, _STEPS)


# --- 0: the nodes ----------------------------------------------------------------------------------------------------


def _nodes(stage: Stage, step: Step) -> None:
    rows = [_node_row(stage, step, member) for member in STATES]
    stage.tell.table(("State", "Address", "Signing key", "Database"), rows)
    one = stage.home.roster
    signers = roster.signers(one.raw, one)
    step.must("every member signed the roster", set(signers) == set(STATES), signers)
    fingerprints = {roster.fingerprint(node.roster.raw) for node in stage.states.nodes.values()}
    step.must("all nodes hold the same roster", len(fingerprints) == 1, len(fingerprints))
    keys = {member.keys.sign for member in one.members.values()}
    step.must("each node has a key of its own", len(keys) == len(STATES), len(keys))
    streams = stage.states.meet()
    step.must("every node follows every other", streams == len(STATES) * (len(STATES) - 1), streams)
    greetings = [stage.states.greet(HOME, partner) for partner in PARTNERS]
    step.must("they speak TLS 1.3", {one.version for one in greetings} == {"TLSv1.3"}, greetings[0].version)
    step.must("each shows the certificate the roster names", all(one.named for one in greetings), "another")
    stage.trip_s = median(one.trip_s for one in greetings)
    for member in ("MY", "SG"):
        node = stage.node(member)
        node.record([stage.case.files[member]], by=DESK[member][0], purpose=WHY, marking=_answers(node))
    step.note(
        nodes=len(rows),
        streams=streams,
        round_trip_ms=round(stage.trip_s * 1000, 3),
        roster_signatures=len(signers),
        roster=fingerprints.pop()[:16],
    )
    stage.tell.line(
        f"All {len(signers)} signed the roster. {streams} streams join them, {greetings[0].version.replace('v', ' ')} "
        "with the certificates it names."
    )
    stage.tell.line("Malaysia and Singapore each hold a report that nobody else has seen.")


def _node_row(stage: Stage, step: Step, member: str) -> tuple[str, ...]:
    node = stage.node(member)
    file = node.ctx.db.path
    head = file.read_bytes()[:16] if file else b""
    step.must(f"{member}'s file is encrypted", len(head) == 16 and not head.startswith(b"SQLite"), member)
    address = node.public.url
    step.must(f"{member} listens on this machine only", address.startswith("https://127.0.0.1:"), address)
    return STATES[member], address, f"{node.public.keys.sign.hex()[:16]}…", "encrypted"


# --- 1: recorded, graded, marked, released ---------------------------------------------------------------------------


def _answers(node: Node) -> Marking:
    """A report that stays here, and may say that it was met: its originator learns of a match, and nothing else."""
    return node.ctx.default_marking().but(hit_no_hit=True, answers_to=frozenset(node.roster.members))


def _recorded(stage: Stage, step: Step) -> None:
    home, case, tell = stage.home, stage.case, stage.tell
    report = home.record([case.files["bundle"], case.files["event"]], by=AUTHOR, purpose=WHY)
    step.must("everything in both files was taken", report.stored == report.read and not report.errors, report.errors)
    step.note(files=report.files, objects=report.stored, record_seconds=report.seconds)
    tell.line(
        f"{AUTHOR.title()} records a STIX bundle and a MISP event: {report.stored} objects in "
        f"{_ms(report.seconds)}, nothing put aside."
    )
    grade = Grade.four_by_four("B2")
    _show_grade(stage, step, grade)
    _mark(stage, step, grade)
    _gate(stage, step)
    _release(stage, step)


def _show_grade(stage: Stage, step: Step, grade: Grade) -> None:
    names = {"4x4": "4x4 (as entered)", "admiralty": "Admiralty", "3x5x2": "3x5x2", "stix": "STIX confidence"}
    views = grade.views()
    step.must("the grade is shown in four scales", set(views) == set(names), tuple(views))
    said = {True: "lossy: another grade looks the same", False: "exact"}
    rows = [(name, views[key].text, said[views[key].lossy]) for key, name in names.items()]
    stage.tell.table(("Scale", "Grade", "Read back"), rows, title=f"Graded once, in every scale: {grade.meaning}")
    step.note(grade={key: {"text": view.text, "lossy": view.lossy} for key, view in views.items()})


def _mark(stage: Stage, step: Step, grade: Grade) -> None:
    home, ids = stage.home, stage.case.ids
    stage.marking = Marking(
        tlp=TLP.AMBER,
        pap=PAP.AMBER,
        handling=Handling.H2,
        releasable_to=frozenset(PARTNERS),
        onward=Onward.CONSENT,
        purpose=WHY,
        grade=grade,
        review=home.ctx.in_days(90),
    )
    narrow = stage.marking.but(releasable_to=frozenset(CONCERNED))
    ours = _ours(home)
    servers = [one for one in ours if one not in stage.case.bundle]
    close = [ids["notice"], ids["line"], ids["giver"]]
    wide = [one for one in stage.case.bundle if one not in (*close, ids["debrief"])]
    home.mark(servers, narrow, by=AUTHOR, purpose=WHY)
    home.mark(wide, stage.marking, by=AUTHOR, purpose=WHY)
    home.mark(close, narrow, by=AUTHOR, purpose=WHY)
    home.mark([ids["treasurer"], ids["speaker"]], stage.marking.but(role=Role.SUSPECT), by=AUTHOR, purpose=WHY)
    home.mark([ids["giver"]], narrow.but(role=Role.VICTIM), by=AUTHOR, purpose=WHY)
    kept = stage.marking
    groups = (
        (f"The case ({len(wide)})", f"all {len(PARTNERS)} partners", kept.tlp.label),
        (f"Servers, notice, victim ({len(servers) + len(close)})", ", ".join(CONCERNED), kept.tlp.label),
        ("The source's words (2)", ", ".join(CONCERNED), "a tear-line"),
        ("The source's debrief (1)", "nobody", TLP.RED.label),
    )
    stage.tell.table(("What", "Who may have it", "TLP"), groups, title="Marked")
    stage.tell.line(
        f"All of it: PAP:{kept.pap.name}, {kept.handling}, passed on by {kept.onward} only, for {kept.purpose}; "
        f"review {(kept.review or '')[:10]}."
    )
    step.note(marked={"wide": len(wide), "narrow": len(servers) + len(close), "stays": 1})


def _gate(stage: Stage, step: Step) -> None:
    notice = stage.case.ids["notice"]
    draft = stage.home.propose([notice], ["MY"], by=AUTHOR, purpose=WHY)
    shut = stage.home.preview(draft.id, approver=APPROVER)[0].decision
    step.must("a notice on a person waits for the neutrality questions", not shut.allowed, shut.reason)
    stage.home.neutral(notice, Answers(AUTHOR, dict.fromkeys(QUESTIONS, "no")))
    opened = stage.home.preview(draft.id, approver=APPROVER)[0].decision
    step.must("it may go once they are answered", opened.allowed, opened.reason)
    stage.home.decline(draft.id, by=APPROVER, reason="goes with the case")
    stage.tell.line(f"A notice on a person waits: {shut.reason}.")
    stage.tell.line(f"{len(QUESTIONS)} of them are answered with no, and it may go.")


def _release(stage: Stage, step: Step) -> None:
    home, tell = stage.home, stage.tell
    draft = home.propose(_ours(home), PARTNERS, by=AUTHOR, purpose=WHY, reason="joint investigation")
    try:
        home.approve(draft.id, by=AUTHOR)
        refused = ""
    except NotReleasable as error:
        refused = error.found
    step.must("the author alone is refused", "two people" in refused, refused or "it went out")
    tell.line(f"{AUTHOR.title()} alone is refused: {_first(refused, 'two people')}.")
    previews = home.preview(draft.id, approver=APPROVER)
    rows = []
    for member in PARTNERS:
        told = [one for one in previews if one.recipient == member]
        sent = {one.object: one.decision.object for one in told if one.decision.object is not None}
        stage.promised[member] = sent
        cut = sum(made.id != source for source, made in sent.items())
        weight = sum(len(made.raw) for made in sent.values())
        rows.append(
            (STATES[member], len(sent) - cut, cut, len(told) - len(sent), f"{weight:,}", _digest(sent.values()))
        )
    tell.table(
        ("State", "Whole", "Tear-line", "Stay here", "Bytes", "SHA-256 of them"),
        rows,
        title=f"What {APPROVER.title()} sees before saying yes: objects, and the very bytes",
    )
    _show_tear_line(stage, step)
    red = [one for one in previews if one.object == stage.case.ids["debrief"]]
    step.must("the TLP:RED debrief stays for every state", not any(one.decision.allowed for one in red), "it may go")
    tell.line(f"The debrief stays: {red[0].decision.reason.partition(';')[0]}.")
    stage.released_at = time.perf_counter()
    outcome = home.approve(draft.id, by=APPROVER)
    went = {
        member: {line["as"] for line in result["sent"]} == {made.id for made in stage.promised[member].values()}
        for member, result in outcome.items()
    }
    step.must("what went out is what was shown", len(went) == len(PARTNERS) and all(went.values()), went)
    step.note(
        refused_alone=_first(refused, "two people"),
        author=AUTHOR,
        approver=APPROVER,
        recipients={row[0]: {"whole": row[1], "tear_line": row[2], "stays": row[3], "sha256": row[5]} for row in rows},
    )
    tell.line(f"{APPROVER.title()} approves: signed, sealed for each, and written into {len(went)} channels.")


def _show_tear_line(stage: Stage, step: Step) -> None:
    wallet = stage.case.ids["wallet"]
    whole, cut = stage.promised["MY"][wallet], stage.promised["TH"][wallet]
    step.must("Malaysia gets the very bytes Indonesia recorded", whole.raw == _raw(stage.home, wallet, HOME), "others")
    step.must("Thailand's extract has another id, and no link back", wallet.encode() not in cut.raw, "the old id")
    step.must("the source's words are not in it", "description" not in cut.content, "they are")
    shown = _difference(whole, cut)
    stage.tell.excerpt(shown, title="One object, two readers: Malaysia gets −, Thailand gets +, and both get the rest")
    step.note(tear_line=shown)


def _difference(whole: StixObject, cut: StixObject) -> list[str]:
    lines = []
    for name in whole.content.keys() | cut.content.keys():
        for sign, one in (("−", whole), ("+", cut)):
            if name in one.content and whole.content.get(name) != cut.content.get(name):
                lines.append(f"{sign} {name}: {msgspec.json.encode(one.content[name]).decode()}")
    return sorted(
        lines, key=lambda line: (line[2:].partition(":")[0] != "id", line[2:].partition(":")[0], line[0] == "+")
    )


# --- 2: known --------------------------------------------------------------------------------------------------------


def _known(stage: Stage, step: Step) -> None:
    home, states = stage.home, stage.states
    states.settle()
    checked = {one.channel: one for one in home.verify()}
    lag = {one.member: one.lag for one in home.partners()}
    rows, durable = [], []
    for member in PARTNERS:
        written = states.first(stage.released_at, HOME, "grew", member)
        came = states.last(stage.released_at, member, "received", HOME) - written
        back = states.last(stage.released_at, HOME, "receipted", member) - written
        log = checked[Channel(HOME, member).name]
        step.must(f"{member}'s signed receipt covers the whole channel", log.receipted == log.entries > 0, log)
        step.must(f"the log for {member} holds, line by line", not log.fault, log.fault)
        step.must(f"nothing waits for {member}", lag[member] == 0, lag[member])
        same = sum(_raw(stage.node(member), made.id, HOME) == made.raw for made in stage.promised[member].values())
        step.must(f"{member} holds the promised bytes", same == len(stage.promised[member]), same)
        durable.append(came)
        rows.append(
            (STATES[member], f"{came * 1000:.0f}", f"{back * 1000:.0f}", log.entries, "verified", lag[member], same)
        )
    stage.tell.table(("State", "Durable, ms", "Receipt, ms", "Entries", "Cosignature", "Lag", "Same bytes"), rows)
    middle, slowest = median(durable), max(durable)
    step.note(
        median_ms=round(middle * 1000, 1),
        slowest_ms=round(slowest * 1000, 1),
        receipts=len(rows),
        objects_compared=sum(len(sent) for sent in stage.promised.values()),
    )
    stage.tell.line(f"From Indonesia's commit to a durable copy: {_ms(middle)} in the middle, {_ms(slowest)} at most.")
    stage.tell.line(
        f"A bare round trip takes {stage.trip_s * 1000:.1f} ms here; the rest is the work of {len(STATES)} nodes "
        f"on {os.cpu_count()} processors."
    )


# --- 3: understood ---------------------------------------------------------------------------------------------------


def _understood(stage: Stage, step: Step) -> None:
    _viet_nam_types_in(stage, step)
    for member in CONCERNED:
        _release_own(stage, member, [HOME, *(one for one in CONCERNED if one != member)])
    stage.states.settle()
    _show_matches(stage, step)
    _show_silence(stage, step)
    _show_inboxes(stage, step)
    for member in (*CONCERNED, "TH"):
        stage.node(member).show(stage.promised[member][stage.case.ids["wallet"]].id, by=DESK[member][0], purpose=WHY)
    stage.states.settle()


def _viet_nam_types_in(stage: Stage, step: Step) -> None:
    node, (writer, second) = stage.node("VN"), DESK["VN"]
    report = node.record([stage.case.files["VN"]], by=writer, purpose=WHY, marking=_answers(node))
    held = [one["subject"] for one in report.warnings if "awaits confirmation" in one["warning"]]
    before = len(_across(node, HOME))
    for identifier in held:
        node.confirm(identifier, by=second, purpose=WHY)
    found = report.units.get("extracted", 0)
    step.must("nothing read out of a text counts before a person confirms it", before == 0 and found > 0, before)
    step.note(extracted=found, confirmed=len(held))
    stage.tell.line(
        f"Viet Nam has a report in plain words: {found} values are read out of it, and {second.title()} confirms them."
    )


def _release_own(stage: Stage, member: str, to: Sequence[str]) -> None:
    node, (author, approver) = stage.node(member), DESK[member]
    ours = _ours(node)
    marking = stage.marking.but(releasable_to=frozenset(to), grade=Grade.admiralty("A2"))
    node.mark(ours, marking, by=author, purpose=WHY)
    draft = node.propose(ours, to, by=author, purpose=WHY, reason="our side of it")
    node.approve(draft.id, by=approver)


def _show_matches(stage: Stage, step: Step) -> None:
    rows: list[tuple[str, str]] = []
    shared: dict[str, set[str]] = {}
    for member in CONCERNED:
        here, there = _across(stage.node(member), HOME), _across(stage.home, member)
        shared[member] = {one.match.key for one in here}
        step.must(f"{member} sees what it shares with {HOME}", bool(here), "no match")
        step.must(f"{HOME} sees the same", shared[member] == {one.match.key for one in there}, len(there))
        reasons = dict.fromkeys(shortened(one.match.reason) for one in here)
        rows += [(STATES[member] if n == 0 else "", reason) for n, reason in enumerate(list(reasons)[:3])]
    stage.tell.table(("", "Because"), rows, title="Found in each of these and in Indonesia; the best three")
    step.note(values_in_common={member: len(values) for member, values in shared.items()})


def _show_silence(stage: Stage, step: Step) -> None:
    rows, silent = [], 0
    for member in ("MY", "SG"):
        node = stage.node(member)
        loud = {one.n for one in node.matches()}
        for one in node.matches(warned=True):
            if one.n in loud or not one.warned:
                continue
            value = one.match.key.partition(":")[2].rpartition(":")[2]
            rang = [alert for alert, *_ in node.inbox() if value in alert.reason]
            step.must(f"{member}'s inbox is silent about a warninglisted value", not rang, len(rang))
            rows.append((STATES[member], ellipsis(value, 24), one.warned.partition(" (")[0], "kept", len(rang)))
            silent += 1
    step.must("a warninglisted value and a private address were shared", silent >= 2, silent)
    stage.tell.table(
        ("State", "Value", "On the warninglist of", "Match", "Alerts"), rows, title="Shared as well, kept, and silent"
    )
    step.note(silent=silent)


def _show_inboxes(stage: Stage, step: Step) -> None:
    rows = []
    for member in (HOME, *CONCERNED):
        alerts = [alert for alert, *_ in stage.node(member).inbox()]
        kinds = Counter(alert.event for alert in alerts)
        step.must(f"{member}'s inbox rings", kinds["match"] > 0, dict(kinds))
        rows.append((STATES[member], kinds["match"], kinds["received"], len(_about(alerts, stage.case.ids["giver"]))))
    stage.tell.table(
        ("Desk of", "Matches", "Arrivals", "About the victim"), rows, title="Inboxes ring, one line a cause"
    )
    step.must("nobody is alerted to a victim", not any(row[3] for row in rows if row[0] != STATES[HOME]), rows)
    step.note(inbox={row[0]: row[1] + row[2] for row in rows})


# --- 4: planned for, and corrected -----------------------------------------------------------------------------------


def _planned(stage: Stage, step: Step) -> None:
    plan = _plan(stage)
    stage.plan_id = plan.id
    stage.phone = _value(stage, "phone")
    malaysia, (author, approver) = stage.node("MY"), DESK["MY"]
    marking = stage.marking.but(releasable_to=frozenset([HOME, "SG", "VN"]), grade=None, purpose="strategy")
    malaysia.plan(plan, by=author, marking=marking)
    draft = malaysia.propose([plan.id], ["SG", "VN"], by=author, purpose="strategy", reason="agreed on Monday")
    malaysia.approve(draft.id, by=approver)
    stage.states.settle()
    before = {member: stage.node(member).standing(plan.id) for member in CONCERNED}
    for member, found in before.items():
        step.must(f"the plan holds in {member}", found.validity.status is Status.HOLDS, found.validity.reason)
    _show_plan(stage, plan)
    matched = {member: _naming(stage, member, "phone") for member in CONCERNED}
    started = time.perf_counter()
    _retract(stage, step)
    version = _supersede(stage, step)
    took = stage.states.settle() - started
    _check_holders(stage, step, version)
    _check_alerts(stage, step, matched)
    _show_standing(stage, step, before, took)


def _show_plan(stage: Stage, plan: StixObject) -> None:
    read = from_stix(plan)
    rows = [
        (claim.id, claim.text, " and ".join(sorted({_origin(stage, piece.object) for piece in claim.evidence})))
        for claim in read.claims
    ]
    states = ", ".join(STATES[member] for member in read.states)
    stage.tell.table(("Claim", "Says", "Rests on what … released"), rows, title=f"{states}: “{read.objective}”")


def _origin(stage: Stage, identifier: str) -> str:
    found = current(stage.node("SG").ctx, [identifier])[identifier]
    return STATES[found[0].origin]


def _plan(stage: Stage) -> StixObject:
    ids, version = stage.case.ids, _held(stage.node("MY"), stage.case.ids["site"], HOME).object.version
    own = {word: _own_side(stage, word) for word in ("wallet", "site")}
    cited = {word: Evidence(ids[word], version, stage.marking.grade) for word in ("wallet", "site", "phone")}
    mine = {word: Evidence(one.id, one.version, Grade.admiralty("A2")) for word, one in own.items()}
    claims = (
        Claim("money", "The Tron wallet is the fund's treasury", (cited["wallet"], mine["wallet"]), 2),
        Claim("channel", "The foreign number runs the chat channel", (cited["phone"],)),
        Claim("site", "Donors are led through the relief fund's site", (cited["site"], mine["site"]), 2),
    )
    measures = (
        Measure("Ask the exchanges to stop the wallet", "SG", stage.home.ctx.in_days(7)[:10], ("money",)),
        Measure("Ask the operator who holds the number", "MY", stage.home.ctx.in_days(10)[:10], ("channel",)),
        Measure("Warn donors, in four languages", "VN", stage.home.ctx.in_days(14)[:10], ("site",)),
    )
    now = stage.home.ctx.now()
    plan = Plan(
        stage.home.ctx.new_id("x-oureyes-plan"), "Dry up the fund before the rains end", claims, measures,
        CONCERNED, ("planners",),
    )  # fmt: skip
    by = next(one for one in _ours(stage.node("MY")) if one.startswith("identity--"))
    return to_stix(plan, created=now, modified=now, created_by=by)


def _retract(stage: Stage, step: Step) -> None:
    ids = stage.case.ids
    told = stage.home.retract(
        [ids["phone"], ids["phone link"]], by=APPROVER, reason="the number was misread from the seized telephone"
    )
    step.must("the retraction goes to every holder", set(told) == set(PARTNERS), tuple(told))
    stage.tell.line("Indonesia takes one item back: the number was misread from the seized telephone.")


def _supersede(stage: Stage, step: Step) -> str:
    home, site = stage.home, stage.case.ids["site"]
    old = _held(home, site, HOME).object
    now = home.ctx.now()
    new = StixObject.make(
        {**old.content, "modified": now, "confidence": 50, "name": "Former site of the false relief fund",
         "valid_until": home.ctx.in_days(30)}
    )  # fmt: skip
    home.record_objects([new], by=AUTHOR, purpose="correction", marking=stage.marking)
    draft = home.propose(
        [site], PARTNERS, by=AUTHOR, purpose="correction", reason="the site has moved", kind=Kind.SUPERSEDE
    )
    outcome = home.approve(draft.id, by=APPROVER)
    step.must("the new version goes to every holder", all(one["sent"] for one in outcome.values()), outcome)
    stage.tell.line("Indonesia replaces another: the site has moved.")
    return now


def _check_holders(stage: Stage, step: Step, version: str) -> None:
    for member in PARTNERS:
        node, sent = stage.node(member), stage.promised[member]
        kept = current(node.ctx, [sent[stage.case.ids["phone"]].id])
        new = current(node.ctx, [sent[stage.case.ids["site"]].id])
        step.must(f"{member} has let the retracted item go", not kept, tuple(kept))
        found = [held.object.version for some in new.values() for held in some if held.origin == HOME]
        step.must(f"{member} holds the new version", found == [version], found)
    step.note(holders_corrected=len(PARTNERS))
    stage.tell.line(f"All {len(PARTNERS)} holders have let the one go, and hold the other's new version.")


def _check_alerts(stage: Stage, step: Step, before: dict[str, int]) -> None:
    """Matches with the retracted item are gone and the alerts on it say so; what the three told each other stands."""
    told, phone = 0, stage.case.ids["phone"]
    for member in CONCERNED:
        node = stage.node(member)
        left = _naming(stage, member, "phone")
        step.must(f"{member}'s matches with the retracted item are gone", before[member] > 0 == left, left)
        found = _about((alert for alert, *_ in node.inbox()), phone)
        rang = [one for one in found if one.event == "retracted"]
        step.must(f"{member}'s desk is told of the retraction", bool(rang), len(found))
        about = [one for one in found if one.event != "retracted"]
        silent = [one.id for one in about if f"{phone}: it was taken back" not in one.reason]
        step.must(f"{member}'s alerts on it say that it was taken back", bool(about) and not silent, silent)
        told += len(about)
        step.must(f"{member}'s match with the other two stands", bool(node.matches(value=stage.phone)), "none")
    step.note(alerts_amended=told)
    stage.tell.line(f"{told} alerts on it now say so; what the three told each other about that number stands.")


def _show_standing(stage: Stage, step: Step, before: dict[str, Standing], took: float) -> None:
    rows, told, said = [], {}, dict[str, str]()
    for member, was in before.items():
        now = stage.node(member).standing(stage.plan_id)
        moved = {one.claim: one.status for one in now.validity.claims}
        step.must(f"the plan falls in {member}", now.validity.status is Status.BROKEN, now.validity.reason)
        fallen = [one.claim for one in now.validity.claims if one.status is Status.BROKEN]
        step.must(f"{member} is told which claim lost its footing", fallen == ["channel"], fallen)
        alerts = [alert for alert, *_ in stage.node(member).inbox(owner="planners") if alert.event == "plan"]
        step.must(f"{member}'s planners are alerted", bool(alerts), "no alert")
        said = {one.claim: f"{one.status} → {moved[one.claim]}" for one in was.validity.claims}
        rows.append((STATES[member], f"{was.validity.status} → {now.validity.status}", *said.values()))
        told[member] = {"before": str(was.validity.status), "after": str(now.validity.status), "claims": said}
    stage.tell.table(("Plan in", "As a whole", *said), rows, title=f"The plan, {_ms(took)} after the retraction began")
    for one in stage.node("SG").standing(stage.plan_id).validity.claims:
        if one.status is not Status.HOLDS:
            stage.tell.line(f"“{one.claim}” is {one.status}: {_no_ids(one.reason)}.")
            step.note(**{f"reason_{one.claim}": one.reason})
    step.note(plans=told, correction_ms=round(took * 1000, 1))


# --- 5: cut off, back, and nothing missed ----------------------------------------------------------------------------


def _cut_off(stage: Stage, step: Step) -> None:
    states, home, away = stage.states, stage.home, "LA"
    channel = Channel(HOME, away)
    had = stage.node(away).next_of(channel)
    states.cut_off(away)
    made = [_late_item(stage, number) for number in range(1, 4)]
    for one in made:
        home.record_objects([one], by=AUTHOR, purpose=WHY, marking=stage.marking)
        draft = home.propose([one.id], PARTNERS, by=AUTHOR, purpose=WHY)
        home.approve(draft.id, by=APPROVER)
    states.settle(but=[away])
    waiting = next(one for one in home.partners() if one.member == away).lag
    step.must("what it misses is counted at the sender", waiting == len(made), waiting)
    step.must("it has got nothing meanwhile", stage.node(away).next_of(channel) == had, "something came")
    others = [one.member for one in home.partners() if one.lag == 0]
    stage.tell.line(
        f"{STATES[away]} is cut off, and {len(made)} releases go out: {len(others)} states have them, "
        f"{waiting} entries wait for {STATES[away]}."
    )
    started = time.perf_counter()
    states.start(away)
    took = states.settle() - started
    same = [_raw(stage.node(away), one.id, HOME) == one.raw for one in made]
    step.must("it has all of them, byte for byte", all(same), same)
    stage.tell.line(f"It comes back, and has caught up {_ms(took)} later, byte for byte.")
    _verify_everywhere(stage, step)
    _tamper(stage, step, channel)
    step.note(missed=waiting, catch_up_ms=round(took * 1000, 1))


def _late_item(stage: Stage, number: int) -> StixObject:
    now = stage.home.ctx.now()
    return StixObject.make(
        {
            "type": "indicator",
            "spec_version": "2.1",
            "id": stage.home.ctx.new_id("indicator"),
            "created": now,
            "modified": now,
            "name": f"Mirror {number} of the donation page",
            "indicator_types": ["malicious-activity"],
            "pattern": f"[domain-name:value = 'mirror-{number}.lentera-samar.example']",
            "pattern_type": "stix",
            "valid_from": now,
        }
    )


def _verify_everywhere(stage: Stage, step: Step) -> None:
    logs = {member: node.verify() for member, node in stage.states.nodes.items()}
    faults = [one.fault for some in logs.values() for one in some if one.fault]
    step.must("every log of every node holds", not faults, faults)
    ours = {one.channel: one.entries for one in logs[HOME]}
    theirs = {one.channel: one.entries for one in logs["LA"]}
    name = Channel(HOME, "LA").name
    step.must("it misses no line of Indonesia's channel", theirs[name] == ours[name], (theirs[name], ours[name]))
    lines = sum(one.entries for some in logs.values() for one in some)
    total = sum(len(some) for some in logs.values())
    step.note(logs=total, lines=lines)
    stage.tell.line(
        f"verify: {total} logs, {lines} lines, at {len(logs)} nodes. Every line, signed head and receipt holds."
    )


def _tamper(stage: Stage, step: Step, channel: Channel) -> None:
    """In a copy: one bit of one line of an exported log."""
    ctx = stage.node("LA").ctx
    export = export_channel(ctx, channel)
    untouched = verify_export(ctx.roster, export)
    step.must("the exported log holds offline", not untouched.fault, untouched.fault)
    body = msgspec.json.decode(export)
    place = body["size"] // 2
    line = bytearray(_unbase64(body["lines"][place][1]))
    line[len(line) // 2] ^= 1
    body["lines"][place][1] = bytes(line)
    found = verify_export(ctx.roster, msgspec.json.encode(body))
    step.must("a tampered line is found at its position", f"line {place} " in found.fault, found.fault)
    step.note(tampered_line=place, found=found.fault[:120])
    stage.tell.line(
        f"One bit is turned in a copy of its log: “{found.fault.partition(':')[0]}”, of {body['size']}, counted from 0."
    )


# --- 6: overseen -----------------------------------------------------------------------------------------------------


def _overseen(stage: Stage, step: Step) -> None:
    home, ids = stage.home, stage.case.ids
    holders = home.who_has(ids["wallet"], by=AUDITOR)
    step.must("every state that received it is listed", {one.member for one in holders} == set(PARTNERS), len(holders))
    step.must("each gave a receipt", all(one.received for one in holders), "one did not")
    opened = {one.member for one in holders if one.opened_at}
    matched = {one.member for one in holders if one.matched_at}
    step.must("who opened it is known", opened == {*CONCERNED, "TH"}, opened)
    step.must("who matched it is known", "MY" in matched, matched)
    rows = [
        (
            STATES[one.member],
            "whole" if one.sent_as == ids["wallet"] else "tear-line",
            _clock(one.sent_at),
            "signed" if one.received else "no",
            _clock(one.opened_at),
            _clock(one.matched_at),
        )
        for one in sorted(holders, key=lambda one: one.member)
    ]
    stage.tell.table(("State", "Sent", "At (UTC)", "Receipt", "Opened", "Matched"), rows, title="The wallet indicator")
    gone = home.who_has(ids["phone"], by=AUDITOR)
    step.must("of the retracted item nobody holds a copy", {one.state for one in gone} == {"retracted"}, len(gone))
    lines = 0
    for member, node in stage.states.nodes.items():
        covered = node.seal_audit()
        checked = node.verify_audit()
        step.must(f"{member}'s audit log holds", checked.flaw is None and checked.covered == covered, checked.flaw)
        lines += checked.size
    step.note(
        look_at={"wallet": ids["wallet"], "plan": stage.plan_id},
        holders=len(holders),
        opened=sorted(opened),
        matched=sorted(matched),
        audit_lines=lines,
    )
    stage.tell.line(f"Of the item that was taken back, {len(gone)} states held a copy and none does now.")
    stage.tell.line(f"{len(STATES)} audit logs, {lines:,} lines: every line and every signed head holds.")


_Act = Callable[[Stage, Step], None]
_STEPS: tuple[tuple[str, str, _Act], ...] = (
    ("The nodes", "Eleven states, eleven nodes: own keys, own encrypted file, own HTTPS port.", _nodes),
    ("Recorded and released", "Indonesia records a case, grades and marks it, and two officers release it.", _recorded),
    ("Known", "It is known in the other ten states, and each has signed for it.", _known),
    ("Understood", "Three states hold reports of their own; what they share is found on both sides.", _understood),
    ("Planned for", "Three states plan on it; two items are corrected, and copies, alerts and plans follow.", _planned),
    ("Cut off and back", "A node that was cut off catches up, and can prove that it misses nothing.", _cut_off),
    ("Overseen", "An auditor asks who received, opened and matched the item, anywhere.", _overseen),
)


# --- small things ----------------------------------------------------------------------------------------------------


def _ours(node: Node) -> list[str]:
    """Everything the node's own state says, that stands."""
    return [hit.id for hit in node.search(f"from:{node.member}", by=AUDITOR, purpose="oversight", limit=1000)]


def _held(node: Node, identifier: str, origin: str) -> Held:
    found = [one for one in current(node.ctx, [identifier]).get(identifier, ()) if one.origin == origin]
    if not found:
        raise NotHeld(identifier, f"an object of {origin}", "none")
    return found[0]


def _raw(node: Node, identifier: str, origin: str) -> bytes:
    return _held(node, identifier, origin).object.raw


def _across(node: Node, other: str) -> list[Linked]:
    """Matches between the node's own holdings and another state's, best first."""
    pair = {node.member, other}
    return [one for one in node.matches() if {one.left_origin, one.right_origin} == pair]


def _naming(stage: Stage, member: str, word: str) -> int:
    return len(stage.node(member).matches(identifier=stage.case.ids[word]))


def _value(stage: Stage, word: str) -> str:
    """The value an object of Indonesia's names, as matches are kept by it."""
    return named(_held(stage.home, stage.case.ids[word], HOME).object.content)[0].text


def _own_side(stage: Stage, word: str) -> StixObject:
    """What Malaysia itself says about the value that Indonesia's object names."""
    node = stage.node("MY")
    for one in node.matches(value=_value(stage, word)):
        for identifier, origin in ((one.match.left, one.left_origin), (one.match.right, one.right_origin)):
            if origin == node.member:
                return _held(node, identifier, origin).object
    raise NotHeld(stage.case.ids[word], "a match with Malaysia's report", "none")


def _about(alerts: Iterable[Alert], identifier: str) -> list[Alert]:
    return [alert for alert in alerts if identifier in alert.objects]


def _digest(sent: Iterable[StixObject]) -> str:
    whole = hashlib.sha256()
    for one in sent:
        whole.update(one.raw)
    return f"{whole.hexdigest()[:16]}…"


def _unbase64(text: str) -> bytes:
    from base64 import b64decode

    return b64decode(text)


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 2 else f"{seconds:.1f} s"


def _clock(instant: str) -> str:
    return instant[11:19] or "–"


def _first(reasons: str, word: str) -> str:
    return next((one for one in reasons.split("; ") if word in one), reasons)


def _no_ids(reason: str) -> str:
    """A reason without the second half of its ids."""
    return " ".join(word.partition("--")[0] if "--" in word else word for word in reason.split())
