"""Private questions in the store, on every engine."""

from dataclasses import replace

from oureyes.storage import hits


def test_an_agreement_stands_as_it_was_last_kept(store):
    one = hits.Agreement("PH", ("phone",), ("investigation",), 64, "ayu", "", "proposed", "2026-11-24T00:00:00Z")
    store.write(lambda connection: hits.put_agreement(connection, one))
    store.write(lambda connection: hits.put_agreement(connection, replace(one, approver="budi", state="open")))
    with store.read() as connection:
        assert hits.agreements(connection) == {"PH": replace(one, approver="budi", state="open")}


def test_seeds_of_epochs_before_go_and_those_to_come_stay(store):
    def write(connection):
        for epoch in ("2026-10", "2026-11", "2026-12"):
            hits.put_seed(connection, epoch, b"s" * 32, "2026-11-24T00:00:00Z")
        hits.drop_seeds(connection, "2026-11")

    store.write(write)
    with store.read() as connection:
        found = [hits.seed(connection, epoch) for epoch in ("2026-10", "2026-11", "2026-12")]
    assert found == [None, b"s" * 32, b"s" * 32]


def test_the_ledger_counts_keys_and_subjects_since_a_moment(store):
    line = hits.Line("asked", "ID", "lia", "phone", 8, "investigation", "treaty", "c", 100, subjects=3)

    def write(connection):
        for at, side in ((100, "asked"), (200, "asked"), (300, "answered")):
            n = hits.add_question(connection, replace(line, at_us=at, side=side))
        hits.hits_of(connection, n, 2)

    store.write(write)
    with store.read() as connection:
        assert hits.keys_since(connection, ("asked",), "ID", 0) == (16, 2)
        assert hits.keys_since(connection, ("asked",), "ID", 100) == (8, 1)
        assert hits.keys_since(connection, ("asked",), "SG", 0) == (0, 0)
        assert hits.keys_since(connection, ("asked", "answered"), "ID", 0) == (24, 3)
        assert hits.subjects_since(connection, 0).get("lia", 0) == 6
        assert [(one.at_us, one.hits) for one in hits.questions(connection, limit=2)] == [(300, 2), (200, 0)]


def test_hits_cases_witnesses_and_keys_come_back(store):
    found = hits.Found(
        "hit--1", "ID", "phone", "2026-11", "phone-number:+1", b"t" * 13, "lia", "investigation", "treaty", "c",
        "2026-11-24T00:00:00Z", "found",
    )  # fmt: skip
    case = hits.Case("case--1", "asker", "ID", "phone", "v", "p", "b", "o", "", "", "", "", "", "lia")
    keys = hits.Committed("ID", "2026-11", {"phone": "00"}, b"d", "s", b"words")
    shown = [hits.Witness("ID", "2026-11", "SG", digest, b"words") for digest in (b"d", b"e")]

    def write(connection):
        hits.put_found(connection, found)
        hits.put_case(connection, case)
        hits.put_case(connection, replace(case, received="r"))
        hits.put_committed(connection, keys, "2026-11-24T00:00:00Z")
        for one in (*shown, *shown):
            hits.put_witness(connection, one, "2026-11-24T00:00:00Z")

    store.write(write)
    with store.read() as connection:
        assert hits.found(connection, partner="ID", value="phone-number:+1") == [found]
        assert hits.found(connection, partner="SG") == []
        assert hits.cases(connection, identifier="case--1") == [replace(case, received="r")]
        assert hits.committed(connection, "ID", "2026-11") == keys
        assert hits.committed(connection, "ID", "2026-12") is None
        assert hits.witnesses(connection, "ID", "2026-11") == shown


def test_hits_without_a_case_go_after_a_time_and_those_with_one_stay(store):
    found = hits.Found(
        "hit--1", "ID", "phone", "2026-11", "v", b"t", "lia", "investigation", "treaty", "c", "2026-10-01T00:00:00Z",
        "found",
    )  # fmt: skip

    def write(connection):
        for each in (found, replace(found, id="hit--2", state="opened"), replace(found, id="hit--3", at="2026-11-24")):
            hits.put_found(connection, each)
        return hits.drop_found(connection, "2026-11-01T00:00:00Z")

    assert store.write(write) == 1
    with store.read() as connection:
        assert sorted(one.id for one in hits.found(connection)) == ["hit--2", "hit--3"]


def test_what_was_refused_is_counted_and_costs_nothing_unless_it_was_no_question(store):
    line = hits.Line("refused", "PH", "PH", "other", 8, "investigation", "", "", 100, reason="malformed")

    def write(connection):
        for keys in (8, 0):
            hits.add_question(connection, replace(line, keys=keys))
        hits.add_question(connection, replace(line, keys=0, reason="no list"))
        assert [hits.count_in(connection, replace(line, keys=keys)) for keys in (0, 16)] == [2, 3]

    store.write(write)
    with store.read() as connection:
        assert hits.keys_since(connection, ("answered", "refused"), "PH", 0) == (24, 2)
        assert hits.refused_since(connection, "PH", "malformed", 0) == 2
        assert hits.refused_since(connection, "PH", "malformed", 100) == 0
        assert hits.refused_since(connection, "SG", "malformed", 0) == 0
        assert [(one.reason, one.times) for one in hits.questions(connection)] == [
            ("no list", 1),
            ("malformed", 3),
            ("malformed", 1),
        ]
