"""The search index, built anew when words are cut in another way; search answers all the while."""

import pytest
from a_case import an_object
from simulated import federation, for_

from oureyes.node import indexing
from oureyes.node.checking import examine
from oureyes.understand import wordbreaks

SENTENCE = "ตำรวจจับนายทองดีที่โอนเงิน"


@pytest.fixture
def node(tmp_path):
    node = federation(tmp_path, ["ID"])["ID"]
    yield node
    node.close()


def recorded(node, *texts):
    notes = [an_object("note", abstract="-", content=text, object_refs=[]) for text in texts]
    node.record_objects(notes, by="ayu", marking=for_())
    return [note.id for note in notes]


def found(node, asked):
    return [hit.id for hit in node.search(asked, by="ayu")]


def without_icu(monkeypatch):
    monkeypatch.setattr(wordbreaks, "breaker", lambda: None)


def test_a_new_index_is_made_with_what_is_here(node):
    state = node.index_state()
    assert state.current
    assert "icu" in state.made_with
    assert indexing.step(node.ctx) == 0


def test_a_node_that_gains_icu_finds_what_it_found_and_after_the_rebuild_more(node, monkeypatch):
    with monkeypatch.context() as before:
        without_icu(before)
        node.reindex(by="ayu")
        [note] = recorded(node, SENTENCE)
        assert found(node, "ทองดี") == [note]
        assert found(node, "Thongdi") == []
    assert not node.index_state().current
    assert found(node, "ทองดี") == [note]
    assert indexing.step(node.ctx) == 1
    assert indexing.step(node.ctx) == 0
    assert node.index_state().current
    assert found(node, "Thongdi") == [note]
    assert found(node, "ทองดี") == [note]


def test_a_node_that_loses_icu_still_finds_what_is_written(node, monkeypatch):
    [note] = recorded(node, SENTENCE)
    without_icu(monkeypatch)
    assert found(node, "ทองดี") == [note]
    assert node.reindex(by="ayu") == 1
    assert found(node, "ทองดี") == [note]
    assert node.index_state().current


def test_a_rebuild_that_was_cut_short_goes_on_where_it_stopped(node, monkeypatch):
    monkeypatch.setattr(indexing, "_BATCH", 2)
    recorded(node, *(f"note {n}" for n in range(5)))
    monkeypatch.setattr(indexing, "version", lambda: "3 other")
    assert indexing.step(node.ctx) == 2
    state = node.index_state()
    assert (state.current, state.done, state.total) == (False, 2, 5)
    assert [indexing.step(node.ctx) for _ in range(4)] == [2, 1, 0, 0]
    assert node.index_state().current


def test_a_rebuild_towards_another_version_begins_again(node, monkeypatch):
    monkeypatch.setattr(indexing, "_BATCH", 2)
    recorded(node, "one", "two", "three")
    monkeypatch.setattr(indexing, "version", lambda: "3 other")
    assert indexing.step(node.ctx) == 2
    monkeypatch.setattr(indexing, "version", lambda: "4 other")
    assert indexing.step(node.ctx) == 2
    assert node.index_state().done == 2


def test_what_was_erased_does_not_come_back_into_the_index(node):
    keep, gone = recorded(node, "keep canary", "gone canary")
    node.retract([gone], by="ayu", reason="withdrawn")
    assert node.reindex(by="ayu") == node.index_state().total
    assert found(node, "canary") == [keep]


def test_a_rebuild_is_in_the_audit_log_and_the_doctor_says_when_it_is_due(node, monkeypatch):
    recorded(node, "one")
    node.reindex(by="ayu")
    [row] = node.audit(by="auditor", verb="reindex")
    assert (row.actor, row.detail["count"]) == ("ayu", 1)
    home = node.ctx.config.home
    assert next(one for one in examine(home) if one.name == "search index").good
    monkeypatch.setattr(indexing, "version", lambda: "3 other")
    told = next(one for one in examine(home) if one.name == "search index")
    assert (told.good, told.found) == (False, "0 of 1 objects cut anew, with 3 other")
