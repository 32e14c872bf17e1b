"""An edition is the view of an account in one format, and its date is that of its last change."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from a_case import an_indicator
from taxii_parties import Site

from oureyes.errors import InvalidObject, NotHeld
from oureyes.model.accounts import Caller, View
from oureyes.node import accounts, editions
from oureyes.node.editions import Edition, edition, for_account


class Desk(Site):
    """A site, and what its account fetches."""

    def fetch(self, form: str = "domains", name: str = "all") -> Edition:
        (account,) = [one for one, _ in accounts.listed(self.node.ctx) if one.id == "ann"]
        with self.node.ctx.db.read() as connection:
            made = edition(self.serving, connection, Caller(account, account.scopes), name, form)
        if made.then is not None:
            self.node.ctx.db.write(made.then)
        return made


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    made.collection(view=View(), alias="all")
    yield made
    made.close()


def test_what_does_not_change_is_written_once_and_keeps_its_date(desk: Desk) -> None:
    desk.record(an_indicator())
    first = desk.fetch()
    assert first.then is not None
    desk.node.ctx.clock.forward(days=3)  # type: ignore[attr-defined]  # the tests' clock
    again = desk.fetch()
    assert again.then is None
    assert (again.at, again.body) == (first.at, first.body)


def test_two_changes_within_one_second_have_two_dates(desk: Desk) -> None:
    dates = [desk.fetch().at]
    for n in range(3):
        desk.record(an_indicator(value=f"t{n}.example"))
        dates.append(desk.fetch().at)
    assert dates == sorted(set(dates))


def test_formats_have_dates_of_their_own(desk: Desk) -> None:
    desk.record(an_indicator())
    names = desk.fetch("domains").at
    desk.node.ctx.clock.forward(hours=1)  # type: ignore[attr-defined]  # the tests' clock
    desk.record(an_indicator("url:value", "http://a.example/"))
    assert desk.fetch("domains").at == names
    assert desk.fetch("urls").at > names


def test_every_page_of_a_view_is_in_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(editions, "_PAGE", 3)
    desk.record(*(an_indicator(value=f"t{n}.example") for n in range(10)))
    assert desk.fetch().count == 10


def test_more_than_one_export_can_hold_is_told_and_never_cut(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(editions, "_MOST", 4)
    desk.record(*(an_indicator(value=f"t{n}.example") for n in range(5)))
    with pytest.raises(InvalidObject, match="at most 4 objects"):
        desk.fetch()


def test_what_the_account_may_not_know_of_is_not_there(desk: Desk) -> None:
    with pytest.raises(NotHeld):
        desk.fetch("xml")
    with pytest.raises(NotHeld):
        desk.fetch(name="none")
    with pytest.raises(NotHeld):
        for_account(desk.serving, "nobody", "all", "stix", by="ayu", purpose="investigation")
    accounts.disable(desk.node.ctx, "ann", by="ayu")
    with pytest.raises(NotHeld):
        for_account(desk.serving, "ann", "all", "stix", by="ayu", purpose="investigation")
