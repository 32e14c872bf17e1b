"""Accounts and collections as values, and what an outsider may say of its own postings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oureyes.errors import InvalidObject
from oureyes.model.accounts import OFFICER, SCOPES, Account, Collection, Token, View, bounded, is_account_id
from oureyes.model.grades import Grade
from oureyes.model.markings import PAP, TLP, Marking, Onward

names = st.frozensets(st.sampled_from(["ann", "csirts", "banks"]))
grades = st.none() | st.builds(Grade, st.sampled_from("ABCDEFG"), st.sampled_from("123456"))
made = st.builds(
    Marking,
    st.sampled_from(TLP),
    st.sampled_from(PAP),
    releasable_to=names,
    onward=st.sampled_from(Onward),
    originator=st.sampled_from(["", "ID", "SG"]),
    grade=grades,
)


@given(st.none() | made, made, grades)
def test_an_outsider_never_widens_the_audience_and_never_speaks_as_an_originator(
    said: Marking | None, default: Marking, cap: Grade | None
) -> None:
    found = bounded(said, default, cap)
    assert found.releasable_to <= default.releasable_to
    assert found.originator == default.originator
    if cap and found.grade:
        assert (found.grade.source, found.grade.information) >= ("A", "1")
        assert "ABCDEFG".index(found.grade.source) >= "ABCDEFG".index(cap.source)
        assert found.grade.information >= cap.information


@given(
    st.builds(
        Account,
        st.sampled_from(["ann", "cert-a"]),
        ceiling=st.sampled_from(TLP),
        groups=names,
        kind=st.just(OFFICER),
        scopes=st.frozensets(st.sampled_from(sorted(SCOPES))),
        marking=made,
        max_grade=grades,
        types=st.frozensets(st.sampled_from(["indicator", "malware"])),
        author=st.sampled_from(["", "ayu"]),
        approver=st.sampled_from(["", "budi"]),
        enabled=st.booleans(),
    )
)
def test_an_account_survives_being_kept(account: Account) -> None:
    assert Account.from_json(account.to_json()) == account
    outsider = account.to_json() | {"kind": "partner", "scopes": ["taxii:read"]}
    assert not Account.from_json(outsider).officer


@given(
    st.builds(
        Collection,
        st.just("0d5f6b1e-6f3a-4f5e-8b59-0a2d7a6d9c11"),
        st.text(max_size=9),
        readers=names,
        writers=names,
        view=st.none()
        | st.builds(View, types=names, origins=names, tags=names, named=names, tlp_up_to=st.sampled_from(TLP)),
    )
)
def test_a_collection_survives_being_kept(collection: Collection) -> None:
    assert Collection.from_json(collection.to_json()) == collection


@pytest.mark.parametrize("name", ["", "A", "a", "a.b", "-a", "a b", "a" * 70])
def test_an_account_s_name_is_plain(name: str) -> None:
    assert not is_account_id(name)
    with pytest.raises(InvalidObject):
        Account(name)


def test_unknown_scopes_odd_groups_and_no_rate_are_refused() -> None:
    for more in ({"scopes": frozenset({"everything"})}, {"groups": frozenset({"a b"})}, {"per_minute": 0}):
        with pytest.raises(InvalidObject):
            Account("ann", **more)  # type: ignore[arg-type]  # what a person might write


@pytest.mark.parametrize(
    ("author", "approver", "good"), [("ayu", "budi", True), ("ayu", " AYU", False), ("ayu", "", False)]
)
def test_two_people_are_two(author: str, approver: str, good: bool) -> None:
    assert Account("ann", author=author, approver=approver).approved is good
    assert Collection("x", "c", author=author, approver=approver).approved is good


def test_a_token_ends() -> None:
    token = Token("t", "ann", b"", frozenset(), "2026-11-25T00:00:00Z", "2026-11-24T00:00:00Z", False, "ayu", "budi")
    assert token.good("2026-11-24T23:59:59Z")
    assert not token.good("2026-11-25T00:00:00Z")
    assert not Token("t", "ann", b"", frozenset(), "2027-01-01T00:00:00Z", "", revoked=True).good(
        "2026-11-24T00:00:00Z"
    )


def test_a_token_behind_which_two_people_do_not_stand_is_not_good() -> None:
    for author, approver in (("", ""), ("ayu", ""), ("ayu", "AYU"), ("", "budi")):
        said = ("2026-11-25T00:00:00Z", "2026-11-24T00:00:00Z", False, author, approver)
        token = Token("t", "ann", b"", frozenset(), *said)
        assert not token.good("2026-11-24T23:59:59Z")
