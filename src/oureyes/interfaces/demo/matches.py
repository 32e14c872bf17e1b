"""Step 3 of the story: what states hold of their own meets what they were sent, and only who should know is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from oureyes.interfaces.demo.federation import STATES
from oureyes.interfaces.demo.proof import Step, ellipsis, shortened
from oureyes.interfaces.demo.stage import (
    CONCERNED,
    DESK,
    HOME,
    WHY,
    Stage,
    alerts_about,
    own_ids,
    reticent,
)
from oureyes.model.grades import Grade
from oureyes.node import Node
from oureyes.node.holding import Linked

__all__ = ["understood"]


def understood(stage: Stage, step: Step) -> None:
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
    report = node.record([stage.case.files["VN"]], by=writer, purpose=WHY, marking=reticent(node))
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
    ours = own_ids(node)
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
        rows.append(
            (STATES[member], kinds["match"], kinds["received"], len(alerts_about(alerts, stage.case.ids["giver"])))
        )
    stage.tell.table(
        ("Desk of", "Matches", "Arrivals", "About the victim"), rows, title="Inboxes ring, one line a cause"
    )
    step.must("nobody is alerted to a victim", not any(row[3] for row in rows if row[0] != STATES[HOME]), rows)
    step.note(inbox={row[0]: row[1] + row[2] for row in rows})


def _across(node: Node, other: str) -> list[Linked]:
    """Matches between the node's own holdings and another state's, best first."""
    pair = {node.member, other}
    return [one for one in node.matches() if {one.left_origin, one.right_origin} == pair]
