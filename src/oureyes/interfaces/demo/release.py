"""Step 1 of the story: a case is recorded, graded and marked in one state, and two officers release it."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable

import msgspec

from oureyes.errors import NotReleasable
from oureyes.interfaces.demo.federation import STATES
from oureyes.interfaces.demo.proof import Step
from oureyes.interfaces.demo.stage import (
    APPROVER,
    AUTHOR,
    CONCERNED,
    HOME,
    PARTNERS,
    WHY,
    Stage,
    in_ms,
    own_ids,
    raw_of,
)
from oureyes.model.grades import Grade
from oureyes.model.markings import PAP, TLP, Handling, Marking, Onward, Role
from oureyes.model.objects import StixObject
from oureyes.release import QUESTIONS, Answers

__all__ = ["recorded"]


def recorded(stage: Stage, step: Step) -> None:
    home, case, tell = stage.home, stage.case, stage.tell
    report = home.record([case.files["bundle"], case.files["event"]], by=AUTHOR, purpose=WHY)
    step.must("everything in both files was taken", report.stored == report.read and not report.errors, report.errors)
    step.note(files=report.files, objects=report.stored, record_seconds=report.seconds)
    tell.line(
        f"{AUTHOR.title()} records a STIX bundle and a MISP event: {report.stored} objects in "
        f"{in_ms(report.seconds)}, nothing put aside."
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
    ours = own_ids(home)
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
    draft = home.propose(own_ids(home), PARTNERS, by=AUTHOR, purpose=WHY, reason="joint investigation")
    refused = _refused_alone(stage, step, draft.id)
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
        refused_alone=refused,
        author=AUTHOR,
        approver=APPROVER,
        recipients={row[0]: {"whole": row[1], "tear_line": row[2], "stays": row[3], "sha256": row[5]} for row in rows},
    )
    tell.line(f"{APPROVER.title()} approves: signed, sealed for each, and written into {len(went)} channels.")


def _refused_alone(stage: Stage, step: Step, draft: str) -> str:
    try:
        stage.home.approve(draft, by=AUTHOR)
        refused = ""
    except NotReleasable as error:
        refused = error.found
    step.must("the author alone is refused", "two people" in refused, refused or "it went out")
    why = _first(refused, "two people")
    stage.tell.line(f"{AUTHOR.title()} alone is refused: {why}.")
    return why


def _show_tear_line(stage: Stage, step: Step) -> None:
    wallet = stage.case.ids["wallet"]
    whole, cut = stage.promised["MY"][wallet], stage.promised["TH"][wallet]
    step.must(
        "Malaysia gets the very bytes Indonesia recorded", whole.raw == raw_of(stage.home, wallet, HOME), "others"
    )
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


def _digest(sent: Iterable[StixObject]) -> str:
    whole = hashlib.sha256()
    for one in sent:
        whole.update(one.raw)
    return f"{whole.hexdigest()[:16]}…"


def _first(reasons: str, word: str) -> str:
    return next((one for one in reasons.split("; ") if word in one), reasons)
