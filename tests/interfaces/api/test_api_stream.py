"""The stream tells what changed to whom may know of it, loses nothing over a broken line or a restart, and ends with
the credential."""

import asyncio
import queue
import threading
import time

import pytest
from a_case import an_indicator
from api_parties import OUTSIDE

from oureyes.client import Problem, forms
from oureyes.interfaces.api.stream import Streams
from oureyes.model.accounts import Caller
from oureyes.model.markings import TLP
from oureyes.model.objects import StixObject
from oureyes.node.accounts import disable, listed
from oureyes.node.reading import Position


class Heard:
    """Somebody who listens in a thread of its own."""

    def __init__(self, client, last=""):
        self.found, self.fault, self.last = queue.Queue(), None, last
        self._events = client.events(last, reconnect=False)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        try:
            for one in self._events:
                self.last = one.last_event_id
                self.found.put(one)
        except Problem as fault:
            self.fault = fault

    def next(self):
        return self.found.get(timeout=60)

    def until(self, identifier, kind=None):
        """Everything up to the first word of a thing."""
        heard = [self.next()]
        while heard[-1].id != identifier or kind not in (None, heard[-1].kind):
            heard.append(self.next())
        return heard

    def ended(self):
        self._thread.join(10)
        return not self._thread.is_alive()


def listening(site, client):
    """A stream that stands: what is written from here on is heard."""
    before = site.api.streams.count
    heard = Heard(client)
    while site.api.streams.count <= before:
        time.sleep(0.005)
    while heard.found.empty():  # where it begins is asked after it is counted
        site.record(first := an_indicator(value="first.example"), to=("ann",))
        time.sleep(0.2)
    heard.until(first.id)
    return heard


def test_each_hears_what_it_may_know_of_and_nothing_else(site):
    officer, outsider = (
        listening(site, site.stands(token=site.tokens["ayu"])),
        listening(site, site.stands(token=site.tokens["ann"])),
    )
    hidden, red = an_indicator(value="s-hidden.example"), an_indicator(value="s-red.example")
    last = an_indicator(value="s-last.example")
    site.record(hidden, to=("MY",))
    site.record(red, to=("ann",), tlp=TLP.RED)
    site.ayu.subscribe(forms.RuleSaid(owner="sse"))
    site.record(last, to=("ann",))
    assert [one.id for one in outsider.until(last.id)][-1:] == [last.id]
    assert {hidden.id, red.id, last.id} <= {one.id for one in officer.until(last.id)} | {
        one.id for one in officer.found.queue
    }
    assert not {hidden.id, red.id} & {one.id for one in outsider.found.queue}


def test_an_outsider_hears_of_objects_only(site):
    heard = listening(site, site.stands(token=site.tokens["ann"]))
    site.ayu.subscribe(forms.RuleSaid(owner="not for ann"))
    site.record(last := an_indicator(value="only.example"), to=("ann",))
    assert {one.kind for one in heard.until(last.id)} == {"object"}


def test_marking_releasing_and_taking_back_are_heard_with_growing_revisions(site):
    made = an_indicator(value="life.example")
    heard = listening(site, site.stands(token=site.tokens["ayu"]))
    site.record(made, to=("MY",))
    first = heard.until(made.id)[-1]
    assert first.revision == site.ayu.show(made.id).revision
    site.ayu.mark(made.id, forms.MarkingSaid(grade="B2"))
    second = heard.until(made.id)[-1]
    draft = site.ayu.propose(["MY"], [made.id])
    proposed = heard.until(draft.id)[-1]
    site.budi.approve(draft.id)
    approved = heard.until(draft.id)[-1]
    site.ayu.retract([made.id], "the source withdrew it")
    gone = heard.until(made.id, "gone")[-1]
    assert first.revision < second.revision < gone.revision
    assert proposed.kind == approved.kind == "release"
    assert proposed.revision < approved.revision


def test_what_happened_while_the_line_was_down_comes_first_also_after_a_restart(site):
    heard = listening(site, site.stands(token=site.tokens["ann"]))
    last = heard.last
    site.restart()
    assert heard.ended()
    missed = [an_indicator(value=f"missed-{n}.example") for n in range(3)]
    site.record(*missed, to=("ann",))
    site.record(an_indicator(value="not-for-ann.example"), to=("MY",))
    again = Heard(site.stands(token=site.tokens["ann"]), last)
    assert {again.next().id for _ in missed} == {one.id for one in missed}


def test_every_event_s_id_is_a_place_to_go_on_from(site):
    heard = listening(site, site.stands(token=site.tokens["ayu"]))
    made = [an_indicator(value=f"place-{n}.example") for n in range(4)]
    for one in made:
        site.record(one)
    told = heard.until(made[-1].id)
    for at, one in enumerate(told[:-1]):
        rest = Heard(site.stands(token=site.tokens["ayu"]), one.last_event_id)
        assert rest.next().id == told[at + 1].id


def test_what_becomes_readable_is_heard_by_who_may_now_have_it(site):
    heard = listening(site, site.stands(token=site.tokens["ann"]))
    site.record(made := an_indicator(value="later.example"), to=("MY",))
    site.ayu.mark(made.id, forms.MarkingSaid(to=["MY", "ann"]))
    assert heard.until(made.id)[-1].kind == "object"


def test_a_stream_tells_ids_and_no_content(site):
    heard = listening(site, site.stands(token=site.tokens["ayu"]))
    made = StixObject.make({**an_indicator(value="canary-value.example").content, "name": "canary name"})
    site.record(made)
    assert "canary" not in repr(heard.until(made.id))


def test_a_stream_ends_when_its_account_is_shut_out(site):
    site.account("leaver")
    heard = Heard(site.client("leaver", OUTSIDE))
    while site.api.streams._open["leaver"] == 0:
        time.sleep(0.005)
    disable(site.node.ctx, "leaver", by="registrar")
    assert heard.ended()
    for _ in range(2_000):  # the place is free a moment after the line has ended
        if not site.api.streams._open["leaver"]:
            break
        time.sleep(0.005)
    assert site.api.streams._open["leaver"] == 0


@pytest.mark.parametrize("last", ["x", "1-2", "A" * 60, "a" * 5000])
def test_a_place_that_was_not_given_to_this_account_is_refused(site, last):
    assert site.ask("ann", "GET", "/events", Last_Event_ID=last).status == 400


def test_another_account_s_place_is_refused(site):
    heard = listening(site, site.stands(token=site.tokens["ayu"]))
    assert site.ask("ann", "GET", "/events", Last_Event_ID=heard.last).status == 400


def test_one_account_cannot_take_all_the_streams(site):
    site.account("greedy")
    client = site.client("greedy", OUTSIDE)
    open_ones = [Heard(client) for _ in range(8)]
    while site.api.streams._open["greedy"] < 8:
        time.sleep(0.005)
    said = site.ask("greedy", "GET", "/events")
    assert (said.status, "Retry-After" in said.headers) == (429, True)
    assert all(one.fault is None for one in open_ones)


def test_an_officer_without_the_right_to_admit_does_not_hear_who_is_let_in(site):
    site.officer("clerk", frozenset({"api:read"}))
    heard, full = (
        listening(site, site.stands(token=site.tokens["clerk"])),
        listening(site, site.stands(token=site.tokens["ayu"])),
    )
    site.account("newcomer")
    assert full.until("newcomer")[-1].kind == "account"
    site.record(last := an_indicator(value="clerk.example"))
    assert "account" not in {one.kind for one in heard.until(last.id)}


def test_a_place_given_back_is_free_again(site):
    streams = Streams(site.api._reading, site.executor)
    for _ in range(3):
        streams.take("a")
    for _ in range(3):
        streams.leave("a")
    assert (streams.count, dict(streams._open)) == (0, {})


class Busy:
    """A store that others write to all the time, and of nothing that the caller may know of."""

    def __init__(self, site):
        self.ctx, self.db, self.written = self, self, 0
        self._caller = site.api._reading.sealed

    def generation(self):
        self.written += 1
        return self.written

    def newest(self):
        return Position(0, 0)

    def since(self, caller, purpose, at, limit):
        return [], at

    def sealed(self, caller, at):
        return self._caller(caller, at)


def test_a_quiet_stream_beats_alike_whether_others_write_or_not(site):
    """Else when it beats would tell an outsider at what time something was written that it may not know of."""

    async def beaten():
        streams = Streams(Busy(site), site.executor, beat_s=0.4)
        caller = Caller(next(one for one, _ in listed(site.node.ctx) if one.id == "ann"), OUTSIDE)
        streams.take("ann")
        told = streams.follow(caller, "investigation", None, lambda: caller)
        try:
            async with asyncio.timeout(60):
                return [await anext(told) for _ in range(3)][1:]
        finally:
            await told.aclose()
            streams.leave("ann")

    assert asyncio.run(beaten()) == [b":\n\n", b":\n\n"]


def test_streams_that_are_all_at_work_hold_up_no_question(site, monkeypatch):
    """More streams than there are threads, each stuck in the store, as when one write wakes them all."""
    stuck, going_on = threading.Semaphore(0), threading.Event()

    def since(*_):
        stuck.release()
        going_on.wait(60)
        return [], Position(0, 0)

    site.officer("busy")
    heard = [listening(site, site.stands(token=site.tokens["busy"])) for _ in range(6)]
    monkeypatch.setattr(site.api._reading, "since", since)
    try:
        site.record(an_indicator(value="stuck.example"))
        assert stuck.acquire(timeout=20)
        time.sleep(0.5)  # all the others have asked by now
        assert site.ask("ayu", "GET", "/alerts").status == 200
        assert not any(one.fault for one in heard)
    finally:
        going_on.set()


def test_a_line_that_is_gone_before_the_first_byte_keeps_no_place(site):
    site.account("hasty")
    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": "GET",
        "path": "/api/1/events", "raw_path": b"/api/1/events", "query_string": b"", "root_path": "", "scheme": "http",
        "headers": [(b"authorization", f"Bearer {site.tokens['hasty']}".encode())], "client": ("127.0.0.1", 1),
    }  # fmt: skip

    async def receive():
        return {"type": "http.disconnect"}

    async def send(message):
        raise OSError

    with pytest.raises(OSError):
        asyncio.run(site.api(scope, receive, send))
    assert "hasty" not in site.api.streams._open
