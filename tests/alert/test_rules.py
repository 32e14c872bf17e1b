"""Whom an event concerns, and how alerts of one cause become one row."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oureyes.alert.rules import Event, EventKind, Subject, alerts, concerns, grouped, routes
from oureyes.model.findings import Alert, AlertState, Subscription, WarningHit
from oureyes.model.markings import Role

AT = "2026-07-01T00:00:00Z"
OURS = Subject("indicator--1", "indicator", "MY", frozenset(["terrorism"]), own=True)
THEIRS = Subject("report--2", "report", "ID", frozenset(["online-scams"]))
MATCH = Event(EventKind.MATCH, "pair-1", (OURS, THEIRS), "ID", reason="share a wallet", rank=0.7)


def subscription(owner: str = "sari", **but: object) -> Subscription:
    return replace(Subscription("s1", owner), **but)  # type: ignore[arg-type]  # any field


def ids() -> Callable[[], str]:
    numbers = count(1)
    return lambda: f"alert-{next(numbers)}"


def rung(event: Event, *subscriptions: Subscription) -> list[Alert]:
    return alerts(event, subscriptions, AT, ids())


def test_an_alert_says_what_of_which_kinds_and_states_and_no_content() -> None:
    (alert,) = rung(MATCH, subscription())
    assert alert == Alert(
        "alert-1",
        "pair-1",
        "match",
        "match: indicator, report (ID, MY)",
        ("indicator--1", "report--2"),
        "ID",
        AT,
        "sari",
        reason="share a wallet",
        rank=0.7,
    )


def test_one_owner_with_two_subscriptions_is_told_once() -> None:
    told = rung(MATCH, subscription(), subscription("budi"), subscription(kinds=frozenset(["report"])))
    assert [alert.owner for alert in told] == ["budi", "sari"]


@pytest.mark.parametrize(
    ("but", "told"),
    [
        ({"events": frozenset(["match"])}, True),
        ({"events": frozenset(["plan"])}, False),
        ({"crime_areas": frozenset(["online-scams"])}, True),
        ({"crime_areas": frozenset(["piracy"])}, False),
        ({"kinds": frozenset(["report"])}, True),
        ({"kinds": frozenset(["malware"])}, False),
        ({"kinds": frozenset(["indicator"]), "crime_areas": frozenset(["online-scams"])}, False),
        ({"states": frozenset(["ID"])}, True),
        ({"states": frozenset(["SG"])}, False),
        ({"own_only": True}, True),
    ],
)
def test_filters_choose(but: dict[str, object], told: bool) -> None:
    assert bool(rung(MATCH, subscription(**but))) is told


def test_own_only_is_silent_about_what_touches_nothing_of_ours() -> None:
    event = replace(MATCH, subjects=(THEIRS, replace(OURS, own=False)))
    assert rung(event, subscription(own_only=True)) == []


HIT = WarningHit("rfc1918", "x")


@pytest.mark.parametrize(
    "event",
    [
        replace(MATCH, warnings=(HIT,)),
        replace(MATCH, subjects=(OURS, replace(THEIRS, warnings=(HIT,)))),
        replace(MATCH, kind=EventKind.RECEIVED, subjects=(replace(THEIRS, warnings=(HIT,)),)),
    ],
)
def test_a_warninglisted_value_rings_nobody(event: Event) -> None:
    assert rung(event, subscription(), subscription("budi", own_only=True)) == []


@given(st.sampled_from([Role.VICTIM, Role.WITNESS]), st.sampled_from([EventKind.MATCH, EventKind.RECEIVED]))
def test_a_victim_or_witness_never_raises_a_watch_alert(role: Role, kind: EventKind) -> None:
    person = Subject("identity--1", "identity", "ID", own=True, role=role)
    assert rung(Event(kind, "c", (person,), "ID"), subscription()) == []
    assert rung(Event(EventKind.MATCH, "c", (OURS, person), "ID"), subscription()) == []


def test_a_correction_about_a_victim_does_arrive() -> None:
    person = Subject("identity--1", "identity", "ID", role=Role.VICTIM)
    assert rung(Event(EventKind.RETRACTED, "c", (person,), "ID"), subscription())


def test_an_arrival_rings_for_what_may_ring_and_leaves_the_rest_out() -> None:
    victim = Subject("identity--1", "identity", "ID", role=Role.VICTIM)
    (alert,) = rung(Event(EventKind.RECEIVED, "c", (victim, THEIRS), "ID"), subscription())
    assert alert.objects == ("report--2",)


def test_nobody_is_told_of_their_own_act() -> None:
    event = Event(EventKind.RETRACTED, "c", (OURS,), "MY", by="sari")
    assert [alert.owner for alert in rung(event, subscription(), subscription("budi"))] == ["budi"]


def test_a_late_partner_rings_without_any_object() -> None:
    (alert,) = rung(Event(EventKind.LAG, "ID", (), "ID"), subscription())
    assert alert.headline == "partner link is behind (ID)"


def test_an_owner_is_told_by_each_way_asked_for_once() -> None:
    hook = subscription(notifier="webhook", address="https://a.example/")
    every = [
        subscription(),
        hook,
        hook,
        subscription(notifier="mail", address="a@b.example", events=frozenset(["plan"])),
    ]
    assert routes(MATCH, "sari", every) == [("webhook", "https://a.example/")]
    assert not concerns(every[3], MATCH)


def alert(id: str, cause: str = "c", **but: object) -> Alert:
    return replace(Alert(id, cause, "match", "h", (f"o-{id}",), "ID", AT, "sari"), **but)  # type: ignore[arg-type]  # any field


def test_one_cause_is_one_row() -> None:
    grown, added = grouped([alert("1")], [alert("2", rank=2.0), alert("3"), alert("4", "other"), alert("5", "other")])
    assert [(each.id, each.objects, each.rank) for each in grown] == [("1", ("o-1", "o-2", "o-3"), 2.0)]
    assert [(each.id, each.objects) for each in added] == [("4", ("o-4", "o-5"))]


def test_a_seen_row_that_grows_is_new_again_and_an_assigned_one_stays_assigned() -> None:
    assert grouped([alert("1", state=AlertState.SEEN)], [alert("2")])[0][0].state is AlertState.NEW
    assert grouped([alert("1", state=AlertState.ASSIGNED)], [alert("2")])[0][0].state is AlertState.ASSIGNED


def test_a_row_that_is_done_is_left_alone() -> None:
    grown, added = grouped([alert("1", state=AlertState.DONE)], [alert("2")])
    assert (grown, [each.id for each in added]) == ([], ["2"])


def test_another_owners_row_is_left_alone() -> None:
    assert grouped([alert("1", owner="budi")], [alert("2")])[0] == []
