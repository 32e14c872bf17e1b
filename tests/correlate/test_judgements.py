"""Words on pairs, the hypotheses they come to, and the opinions they travel as."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from oureyes.correlate.judgements import clusters, from_stix, latest, opinion_id, phrase, to_stix
from oureyes.model.findings import Judgement, Verdict
from oureyes.model.objects import EXTENSIONS, StixObject

AT = "2026-11-24T08:00:00Z"
LATER = "2026-11-24T09:00:00Z"


def person(number: int) -> str:
    return f"identity--{UUID(int=number)}"


def word(left: int, right: int, verdict: Verdict = Verdict.SAME, state: str = "ID", at: str = AT, **more) -> Judgement:
    return Judgement(person(left), person(right), verdict, more.pop("by", ""), at, more.pop("why", ""), state, **more)


def test_an_opinion_says_what_was_judged_and_nothing_of_the_person():
    said = word(
        1, 2, Verdict.UNSURE, by="ayu", why="birth years differ", opinion=opinion_id("ID", person(1), person(2))
    )
    made = to_stix(said, AT)
    assert b"ayu" not in made.raw
    assert made.content["opinion"] == "neutral"
    found = from_stix(made, "ID")
    assert found == word(1, 2, Verdict.UNSURE, why="birth years differ", opinion=said.opinion)


def test_whose_word_it_is_is_told_by_who_sent_it():
    forged = to_stix(word(1, 2, state="SG"), AT)
    found = from_stix(forged, "ID")
    assert found is not None
    assert found.state == "ID"


def test_both_sides_are_single_references_so_that_a_cut_takes_the_whole():
    names = {name for name, ref in to_stix(word(1, 2), AT).references() if ref == person(1)}
    assert names == {"object_refs", "left_ref"}


def test_other_opinions_and_broken_ones_are_no_words():
    plain = {"type": "opinion", "id": f"opinion--{UUID(int=9)}", "opinion": "agree", "object_refs": [person(1)]}
    assert from_stix(StixObject.make(plain), "ID") is None
    good = {"verdict": "same", "left_ref": person(1), "right_ref": person(2)}
    for broken in (
        {**good, "verdict": "withdrawn"},
        {**good, "verdict": ["same"]},
        {**good, "right_ref": person(1)},
        {**good, "left_ref": "nobody"},
        "same",
    ):
        made = StixObject.make({**plain, "extensions": {EXTENSIONS["judgement"]: broken}})
        assert from_stix(made, "ID") is None
    revoked = StixObject.make({**plain, "revoked": True, "extensions": {EXTENSIONS["judgement"]: good}})
    assert from_stix(revoked, "ID") is None


def test_a_states_latest_word_counts_and_does_not_touch_anothers():
    said = [
        word(1, 2, Verdict.NOT_SAME, at=LATER),
        word(1, 2, Verdict.SAME),
        word(2, 1, Verdict.UNSURE, "SG"),
    ]
    assert [(one.state, one.verdict) for one in latest(said)] == [("ID", Verdict.NOT_SAME), ("SG", Verdict.UNSURE)]


def test_same_joins_and_a_contradiction_is_shown_and_not_acted_on():
    (found,) = clusters(
        [
            word(1, 2, why="one passport"),
            word(2, 3, state="SG"),
            word(1, 3, Verdict.NOT_SAME, "MY", why="seen in two places"),
            word(3, 4, Verdict.UNSURE),
        ]
    )
    assert found.members == (person(1), person(2), person(3))
    assert found.contradicted
    assert found.words == (
        f"ID says the same: {person(1)} and {person(2)}: one passport",
        f"SG says the same: {person(2)} and {person(3)}",
        f"MY says not the same: {person(1)} and {person(3)}: seen in two places",
    )


def test_without_a_word_of_same_nothing_is_joined():
    assert clusters([word(1, 2, Verdict.NOT_SAME), word(2, 3, Verdict.UNSURE)]) == ()


def test_the_person_is_named_where_it_is_known():
    assert phrase(word(1, 2, by="ayu")).startswith("ID (ayu) says the same")


WORDS = st.lists(
    st.builds(
        word,
        st.integers(1, 6),
        st.integers(7, 9),
        st.sampled_from([Verdict.SAME, Verdict.NOT_SAME, Verdict.UNSURE]),
        st.sampled_from(["ID", "SG", "MY"]),
        st.sampled_from([AT, LATER]),
    ),
    max_size=14,
)


@given(WORDS, st.randoms(use_true_random=False))
def test_clusters_do_not_depend_on_the_order_of_arrival_and_share_no_member(said, chance):
    said = [Judgement(*[getattr(one, n) for n in one.__slots__][:-1], str(at)) for at, one in enumerate(said)]
    mixed = list(said)
    chance.shuffle(mixed)
    found = clusters(said)
    assert found == clusters(mixed)
    members = [member for one in found for member in one.members]
    assert len(members) == len(set(members))


@given(WORDS)
def test_taking_back_the_last_words_gives_back_what_was_there_before(said):
    before = clusters(said)
    more = word(1, 9, state="VN")
    clusters([*said, more])
    assert clusters(said) == before
    assert all(len(one.members) > 1 and one.same for one in clusters([*said, more]))
