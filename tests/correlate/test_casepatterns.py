"""Cases alike by what is rare, clusters of them, and combinations nobody has seen before."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from oureyes.correlate import casepatterns as cases
from oureyes.correlate.casepatterns import KNOWN, Counts, features_of
from oureyes.model.objects import StixObject

COMMON = ["technique:T1105", "technique:T1059.001", "technique:T1566.001", "technique:T1204.002"]
RARE = ["technique:T1651", "technique:T1200", "technique:T1556.009"]
names = st.sets(
    st.sampled_from([*COMMON, *RARE, "target:bank", "target:port", "place:my", "means:drone", "time:2026-Q3"])
)


def a_case(features, number=1):
    lists = {"technique": "techniques", "target": "targets", "place": "places", "means": "means"}
    content = {"type": "x-oureyes-case", "id": f"x-oureyes-case--00000000-0000-4000-8000-00000000000{number}"}
    for one in sorted(features):
        kind, _, value = one.partition(":")
        if kind in lists:
            content.setdefault(lists[kind], []).append(value)
    return StixObject.make(content)


@given(names, names)
def test_what_is_accepted_shares_a_key_and_is_the_same_from_either_side(left, right):
    one, other = a_case(left), a_case(right, 2)
    met, back = cases.compare(one, other), cases.compare(other, one)
    assert (met is None) == (back is None)
    if met is not None:
        assert (met.score, met.reason, met.key) == (back.score, back.reason, back.key)
        assert {key.value for key in cases.keys(one)} & {key.value for key in cases.keys(other)}


@given(names, names)
def test_a_shared_rare_feature_counts_more_than_a_shared_common_one(left, right):
    base = frozenset([*RARE[:1], *COMMON[:2]])
    other = frozenset([*base, "technique:T0001"])
    found = cases.likeness(frozenset([*base, *left - set(RARE)]), other, KNOWN)
    if found is not None:
        weights = [KNOWN.weight(one) for one in found.shared]
        assert weights == sorted(weights, reverse=True)
    assert KNOWN.weight(RARE[0]) > KNOWN.weight(COMMON[0])


def test_what_everybody_does_is_no_likeness():
    assert cases.compare(a_case(COMMON), a_case(COMMON, 2)) is None
    met = cases.compare(a_case([*COMMON, RARE[0]]), a_case([*COMMON, RARE[0]], 2))
    assert met.reason == "5 features are the same, 100% of the weight; rarest: T1651"


def test_features_come_from_labels_lists_references_links_and_time():
    content = {
        "type": "report",
        "id": "report--00000000-0000-4000-8000-000000000001",
        "labels": [
            'misp-galaxy:mitre-attack-pattern="Spearphishing Link - T1566.002"',
            'unodc-internet-terrorism:use="financing"',
            'asean-somtc:crime-area="terrorism"',
            'disarm:technique="T0049"',
            "tlp:amber",
            "a word",
        ],
        "external_references": [
            {"source_name": "mitre-attack", "external_id": "T1651"},
            {"source_name": "DISARM", "external_id": "T0002"},
            {"source_name": "capec", "external_id": "CAPEC-1"},
        ],
        "object_refs": [
            "malware--00000000-0000-4000-8000-000000000009",
            "indicator--00000000-0000-4000-8000-000000000009",
        ],
        "kill_chain_phases": [{"kill_chain_name": "mitre-attack", "phase_name": "impact"}],
        "published": "2026-09-02T00:00:00Z",
    }
    assert features_of(content, ['misp-galaxy:sector="Maritime"']) == {
        "technique:T1566.002", "technique:T1651", "technique:DISARM T0049", "technique:DISARM T0002", "use:financing",
        "crime:terrorism", "means:malware--00000000-0000-4000-8000-000000000009", "phase:mitre-attack/impact",
        "time:2026-Q3", "target:maritime",
    }  # fmt: skip


FIELDS = ["labels", "external_references", "object_refs", "kill_chain_phases", "first_seen", "targets"]


words = st.text('aT15.:="-ไ', max_size=20)


@given(st.dictionaries(st.sampled_from(FIELDS), st.none() | words | st.lists(words | st.none(), max_size=4)))
def test_junk_has_features_or_none(junk):
    assert isinstance(features_of({"type": "report"} | junk), frozenset)


def test_clusters_hold_together_by_pairs_and_name_what_half_of_them_share():
    first = frozenset([*RARE, "target:bank"])
    held = {
        "a": first,
        "b": first | {"place:my"},
        "c": frozenset([*RARE[1:], "target:bank", "place:my"]),
        "d": frozenset([*COMMON, "target:port"]),
        "e": frozenset(["target:port", "place:ph"]),
    }
    (found,) = cases.clusters(held, Counts.over(held.values(), KNOWN))
    assert found.cases == ("a", "b", "c")
    assert set(found.features) == {*first, "place:my"}
    assert "T1651: 2 of these 3, 2 of all 224 known" in found.words


@given(st.lists(names, min_size=2, max_size=6))
def test_any_order_of_cases_gives_the_same_clusters(sets):
    held = {f"case{at}": frozenset(one) for at, one in enumerate(sets)}
    turned = dict(reversed(held.items()))
    counts = Counts.over(held.values(), KNOWN)
    assert cases.clusters(held, counts) == cases.clusters(turned, counts)
    for cluster in cases.clusters(held, counts):
        assert any(cases.likeness(held[a], held[b], counts) for a, b in combinations(cluster.cases, 2))


def test_new_is_what_two_known_features_never_did_together():
    before = [frozenset(["technique:T1651", "target:port"]), frozenset(["means:drone", "target:bank"])]
    found = cases.novelties({"x": frozenset(["means:drone", "target:port"])}, before)
    assert [one.pair for one in found] == [("means:drone", "target:port")]
    assert found[0].words == "never together before: means drone (1 before) and target port (1 before)"
    assert not cases.novelties({"x": before[0]}, before)
    assert not cases.novelties({"x": frozenset(["means:drone", "target:port"])}, [])
