"""The desk's rows: what was put aside, who got what, rules and alerts, notifications, activity, consent."""

from __future__ import annotations

from a_case import AT, an_object
from stores import add

from oureyes.errors import InvalidObject
from oureyes.model.findings import Alert, AlertState, Subscription
from oureyes.storage import desk, objects


def read(store, call, *args, **more):
    with store.read() as connection:
        return call(connection, *args, **more)


def test_the_same_bytes_of_a_source_are_put_aside_once(store):
    error = InvalidObject("o", "better", "worse", "mend it")
    for source, news in (("a", True), ("a", False), ("b", True)):
        assert store.write(lambda c, s=source: desk.quarantine(c, s, error, b"raw", AT)) is news
    [first, _] = read(store, desk.quarantined)
    assert (first.subject, first.expected, first.found, first.remedy, first.raw) == (
        "o",
        "better",
        "worse",
        "mend it",
        b"raw",
    )
    store.write(lambda c: desk.settle_quarantined(c, first.n, "taken"))
    assert [one.source for one in read(store, desk.quarantined)] == ["b"]
    assert read(store, desk.quarantined, n=first.n)[0].state == "taken"


def test_who_got_what_is_remembered_under_the_id_it_went_by(store):
    obj = an_object("malware", name="m", is_family=False)
    add(store, obj)
    number = store.write(lambda c: objects.idents(c, [obj.id]))[obj.id]
    rows = [(number, "MY", obj.id, "s1", b"d", AT), (number, "SG", "malware--extract", "s2", b"e", AT)]
    store.write(lambda c: desk.put_released(c, rows))
    store.write(lambda c: desk.put_released(c, [(number, "MY", obj.id, "s3", b"f", AT)]))
    store.write(lambda c: desk.released_state(c, number, "SG", "malware--extract", "retracted"))
    assert [(who, sent, state, said) for who, sent, state, said, *_ in read(store, desk.released_to, obj.id)] == [
        ("MY", obj.id, "out", "s3"), ("SG", "malware--extract", "retracted", "s2"),
    ]  # fmt: skip
    assert read(store, desk.parents, ["malware--extract"]) == {"malware--extract": obj.id}


def test_rules_and_alerts_are_kept_grown_and_moved(store):
    rule = Subscription("r", "ayu", frozenset({"match"}), own_only=True)
    store.write(lambda c: desk.put_subscription(c, rule))
    assert read(store, desk.subscriptions) == [rule]
    assert store.write(lambda c: desk.drop_subscription(c, "r"))
    made = Alert("a1", "cause", "match", "h", ("x",), "MY", AT, "ayu", reason="r", rank=2.0)
    store.write(lambda c: desk.put_alerts(c, [], [made]))
    store.write(lambda c: desk.put_alerts(c, [], [Alert("a2", "other", "match", "h", ("y",), "MY", AT, "budi")]))
    assert [alert.id for alert, *_ in read(store, desk.alerts)] == ["a1", "a2"]
    assert [alert.id for alert, *_ in read(store, desk.alerts, owner="budi")] == ["a2"]
    assert read(store, desk.waiting_alerts, "cause")[0].id == "a1"
    store.write(lambda c: desk.move_alert(c, "a1", AlertState.DONE, "ayu"))
    assert read(store, desk.alerts, n="a1")[0][0].state is AlertState.DONE
    assert read(store, desk.waiting_alerts, "cause") == []


def test_a_notification_waits_until_it_has_gone_out(store):
    store.write(lambda c: desk.queue_notification(c, "a1", "webhook", "https://ops.example/"))
    [(n, alert, notifier, address, tries)] = read(store, desk.notifications, 0)
    assert (alert, notifier, address, tries) == ("a1", "webhook", "https://ops.example/", 0)
    store.write(lambda c: desk.settle_notification(c, n, "waiting", 1, 500, "refused"))
    assert read(store, desk.notifications, 499) == []
    assert len(read(store, desk.notifications, 500)) == 1
    store.write(lambda c: desk.settle_notification(c, n, "sent", 2, 0, ""))
    assert read(store, desk.notifications, 999) == []


def test_an_activity_told_twice_counts_once(store):
    line = ("MY", "malware--x", "opened", AT, "s1")
    assert [store.write(lambda c: desk.add_activity(c, [line])) for _ in range(2)] == [1, 0]
    assert read(store, desk.activity, ["malware--x"]) == [("MY", "malware--x", "opened", AT)]


def test_consent_stands_as_it_was_last_answered(store):
    for state in ("asked", "given", "withdrawn"):
        store.write(lambda c, s=state: desk.put_consent(c, "o", "SG", "MY", origin="ID", state=s, at=AT))
    assert [row[4] for row in read(store, desk.consents, ["o"])] == ["withdrawn"]
