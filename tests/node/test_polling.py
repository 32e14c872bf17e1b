"""What a page of another server comes to, who polls it next and when, and what a push leaves behind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from a_case import an_indicator
from taxii_parties import Site

from oureyes.errors import ConfigError, NotHeld
from oureyes.model.accounts import View
from oureyes.model.remotes import Progress, Remote
from oureyes.node import polling


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path)
    polling.add(made.node.ctx, Remote("them", "https://x.example/c/"), "secret", by="ayu")
    yield made
    made.close()


def test_a_page_and_how_far_it_goes_are_kept_together(site: Site) -> None:
    ctx, one = site.node.ctx, an_indicator(value="page.example")
    now = polling.take(ctx, polling.one(ctx, "them").remote, [one.raw, b'{"type":"x"}'], Progress(following="2"))
    assert (now.stored, now.put_aside, now.following) == (1, 1, "2")
    assert polling.one(ctx, "them").progress == now
    assert site.node.show(one.id, by="ayu").raw == one.raw
    again = polling.take(ctx, polling.one(ctx, "them").remote, [one.raw], now)
    assert (again.stored, again.objects) == (1, 3)


def test_a_remote_is_polled_by_one_worker_at_a_time_and_again_after_its_interval(site: Site) -> None:
    ctx = site.node.ctx
    assert polling.due(ctx) == ["them"]
    standing = polling.claim(ctx, "them")
    assert standing is not None
    assert polling.claim(ctx, "them") is None
    assert polling.claim(ctx, "them", even_early=True) is not None
    polling.succeeded(ctx, standing, Progress(newest="2026-11-24T00:00:00Z"))
    assert polling.due(ctx) == []
    ctx.clock.forward(seconds=901)  # type: ignore[attr-defined]  # the clock of the tests
    assert polling.due(ctx) == ["them"]


def test_a_worker_that_died_keeps_a_remote_no_longer_than_its_lease(site: Site) -> None:
    ctx = site.node.ctx
    assert polling.claim(ctx, "them") is not None
    ctx.clock.forward(minutes=16)  # type: ignore[attr-defined]  # the clock of the tests
    assert polling.claim(ctx, "them") is not None


def test_failures_wait_longer_and_a_success_begins_anew(site: Site) -> None:
    ctx = site.node.ctx
    for attempt in (1, 2, 3):
        polling.failed(ctx, polling.one(ctx, "them"), "them: found 500")
        assert polling.one(ctx, "them").attempts == attempt
    assert polling.one(ctx, "them").next_try - ctx.now_ms() > 900_000 * 4
    polling.succeeded(ctx, polling.one(ctx, "them"), Progress())
    assert (polling.one(ctx, "them").attempts, polling.one(ctx, "them").error) == (0, "")


def test_what_a_remote_refuses_is_put_aside_and_the_rest_goes_on(site: Site) -> None:
    ctx = site.node.ctx
    given, refused = an_indicator(value="g.example"), an_indicator(value="r.example")
    site.record(given, refused)
    where = site.collection(view=View(), writers=()).split("/")[-2]
    made = Remote("there", "https://x.example/c/", push=True, account="ann", collection=where)
    polling.add(ctx, made, "", by="ayu")
    page = polling.outgoing(site.serving, polling.one(ctx, "there"))
    assert sorted(row.body for row in page.rows) == sorted((given.raw, refused.raw))
    now = polling.pushed(ctx, polling.one(ctx, "there"), page, [(refused.id, "no")])
    assert (now.stored, now.put_aside) == (1, 1)
    assert polling.outgoing(site.serving, polling.one(ctx, "there")).rows == ()
    assert [one.raw for one in site.node.quarantine()] == [refused.raw]


def test_names_are_their_own_and_what_is_not_there_is_told(site: Site) -> None:
    ctx = site.node.ctx
    with pytest.raises(ConfigError):
        polling.add(ctx, Remote("them", "https://y.example/"), "", by="ayu")
    with pytest.raises(NotHeld):
        polling.add(ctx, Remote("p", "https://y.example/", push=True, account="x", collection="y"), "", by="ayu")
    polling.remove(ctx, "them", by="ayu")
    for call in (lambda: polling.one(ctx, "them"), lambda: polling.remove(ctx, "them", by="ayu")):
        with pytest.raises(NotHeld):
            call()
