"""Whose word on a marking counts: the source may tighten what an officer says, and not loosen it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from simulated import for_

from oureyes.model.markings import PAP, TLP, Handling, Marking, Onward
from oureyes.node.remarking import completed

MARKINGS = st.builds(
    Marking,
    tlp=st.sampled_from(TLP),
    pap=st.sampled_from(PAP),
    handling=st.sampled_from([Handling.H0, Handling.H1, Handling.H2]),
    releasable_to=st.frozensets(st.sampled_from(["MY", "SG", "TH"])),
    onward=st.sampled_from([Onward.NONE, Onward.CONSENT]),
    embargo=st.sampled_from([None, "2026-12-01T00:00:00Z", "2026-12-31T00:00:00Z"]),
    expires=st.sampled_from([None, "2027-12-01T00:00:00Z", "2027-12-31T00:00:00Z"]),
)


def test_whom_the_source_does_not_name_the_officer_does() -> None:
    said, given = for_("MY", "SG"), for_("SG", "TH")
    assert completed(said, given, True).releasable_to == {"SG"}
    assert completed(said, for_("TH"), True).releasable_to == frozenset()
    assert completed(said, for_(), True).releasable_to == {"MY", "SG"}
    assert completed(for_(), given, True).releasable_to == {"SG", "TH"}


@settings(deadline=None)
@given(MARKINGS, MARKINGS)
def test_neither_loosens_what_the_other_says(said: Marking, officer: Marking) -> None:
    made = completed(said, officer, True)
    for one in (said, officer):
        assert made.tlp >= one.tlp
        assert made.pap >= one.pap
        assert made.handling >= one.handling
        assert not one.releasable_to or made.releasable_to <= one.releasable_to
        assert not one.embargo or (made.embargo or "") >= one.embargo
        assert not one.expires or (made.expires or "9") <= one.expires
