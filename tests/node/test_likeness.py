"""Reports like one report: vectors are as secret as their text, and go with it."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from a_case import a_report, an_object
from simulated import deliver, federation, for_

from oureyes.errors import NotHeld
from oureyes.model.markings import Handling
from oureyes.node import likeness
from oureyes.storage import vectors
from oureyes.understand.languages import language_of
from oureyes.understand.samplereports import REPORTS

PASSED = "2026-01-01T00:00:00Z"
WIDE = 24
BOMB = {
    "en": "Police say that the suspect bought fertiliser for a bomb (bomb) and timers for it.",
    "th": "ผู้ต้องสงสัยซื้อปุ๋ยและเครื่องตั้งเวลาเพื่อประกอบระเบิด (bomb) ตามที่ตำรวจกล่าว",
}
FRAUD = "Police say that the suspect sold the tickets of a concert that never was (fraud)."


class Fake:
    """A model that knows the word in brackets and the language, and is sure of both."""

    def __init__(self, model="fake 1"):
        self.model, self.read = model, []

    def embed(self, texts):
        for text in texts:
            self.read.append(text)
            yield None if "unreadable" in text else self._vector(text)

    def _vector(self, text):
        what = text.rpartition("(")[2].partition(")")[0] if "(" in text else text
        language = random.Random(language_of(text))
        meaning, noise = random.Random(what), random.Random(text)
        return [language.gauss(0, 1) + meaning.gauss(0, 0.4) + noise.gauss(0, 0.03) for _ in range(WIDE)]


@pytest.fixture
def states(tmp_path):
    nodes = federation(tmp_path, ["ID", "MY"])
    for node in nodes.values():
        node.ctx.embedder = Fake()
    yield nodes
    for node in nodes.values():
        node.close()


@pytest.fixture
def node(states):
    return states["ID"]


def recorded(node, *texts, **marking):
    notes = [an_object("note", abstract="-", content=text, object_refs=[]) for text in texts]
    node.record_objects(notes, by="ayu", marking=for_(**marking))
    return [note.id for note in notes]


def test_the_same_crime_in_another_language_is_found_with_a_reason_in_words(node):
    english, thai, fraud = recorded(node, BOMB["en"], BOMB["th"], FRAUD)
    found = node.similar(english, by="ayu")
    assert [one.id for one in found.alike] == [thai]
    assert (found.language, found.alike[0].language, found.compared) == ("en", "th", 2)
    assert "English and Thai" in found.alike[0].reasons[0]
    assert "hypotheses" in found.said
    assert fraud not in repr(found)


def test_a_report_that_may_not_be_seen_is_not_found_not_counted_and_moves_no_mean(node):
    [english] = recorded(node, BOMB["en"])
    alone = node.similar(english, by="ayu")
    recorded(
        node,
        BOMB["th"],
        *(f"Police say that it was number {n} (crime {n})." for n in range(5)),
        expires=PASSED,
        originator="MY",
    )
    assert node.similar(english, by="ayu") == alone
    [hidden] = recorded(node, "Police say that the third report is about a (bomb).", expires=PASSED, originator="MY")
    with pytest.raises(NotHeld):
        node.similar(hidden, by="ayu")


def test_what_may_not_be_seen_takes_no_place_of_what_may(node, monkeypatch):
    """As many newer ones as are read for one answer, each nearer than what may be seen, and none of them for it."""
    english, thai = recorded(node, BOMB["en"], BOMB["th"])
    before = node.similar(english, by="ayu")
    assert [one.id for one in before.alike] == [thai]
    monkeypatch.setattr(likeness, "_MOST", 4)
    for n in range(6):
        recorded(node, f"Police say that the bomb was number {n} (bomb).", expires=PASSED, originator="MY")
    assert node.similar(english, by="ayu") == before


def test_handling_bounds_who_compares(node):
    english, thai = recorded(node, BOMB["en"], BOMB["th"], handling=Handling.H1, originator="MY")
    assert [one.id for one in node.similar(english, by="ayu").alike] == [thai]
    with pytest.raises(NotHeld):
        node.similar(english, by="ayu", purpose="prosecution")


def test_vectors_of_two_models_are_never_compared(node):
    english, thai = recorded(node, BOMB["en"], BOMB["th"])
    assert node.similar(english, by="ayu").alike
    node.ctx.embedder = Fake("fake 2")
    with node.ctx.db.read() as connection:
        assert vectors.held(connection, "fake 2", 10, range(100)) == []
    found = node.similar(english, by="ayu")
    assert (found.model, [one.id for one in found.alike]) == ("fake 2", [thai])


def test_a_vector_goes_with_its_text_and_never_leaves(states):
    indonesia, malaysia = states.values()
    english, thai = recorded(indonesia, BOMB["en"], BOMB["th"])
    indonesia.mark([english, thai], for_("MY"), by="ayu")
    assert indonesia.similar(english, by="ayu").alike
    indonesia.approve(indonesia.propose([english, thai], ["MY"], by="ayu").id, by="budi")
    malaysia.ctx.embedder = None
    deliver(states)
    with malaysia.ctx.db.read() as connection:
        assert vectors.held(connection, "fake 1", 10, range(100)) == []  # none came
    malaysia.ctx.embedder = Fake()
    assert [one.id for one in malaysia.similar(english, by="aziz").alike] == [thai]  # it makes its own
    indonesia.retract([thai], by="budi", reason="withdrawn")
    deliver(states)
    for node, by in ((indonesia, "ayu"), (malaysia, "aziz")):
        assert node.similar(english, by=by).alike == ()


def test_without_the_extra_what_other_matchers_found_is_told(node):
    node.ctx.embedder = None
    words = "Brothers, send what you can to the relief fund before Friday and tell everybody you trust about it: {}"
    [one] = recorded(node, words.format("a"))
    note = an_object("note", abstract="-", content=words.format("b"), object_refs=[])
    node.record_objects([note], by="ayu", marking=for_(), source="another file")
    found = node.similar(one, by="ayu")
    assert [alike.id for alike in found.alike] == [note.id]
    assert found.alike[0].reasons[0].startswith("wording: ")
    assert (found.alike[0].likeness, found.model, found.compared) == (0, "", 0)
    assert "oureyes[semantic] is not installed" in found.said


def test_what_the_model_cannot_read_is_tried_once(node):
    [bad] = recorded(node, "Police say that this one is unreadable for the model.")
    assert "no vector" in node.similar(bad, by="ayu").said
    node.similar(bad, by="ayu")
    assert sum("unreadable" in text for text in node.ctx.embedder.read) == 1


def test_the_running_node_reads_the_samples_once_and_what_is_new(node):
    recorded(node, BOMB["en"], BOMB["th"])
    assert likeness.step(node.ctx) == 2
    assert likeness.step(node.ctx) == 0
    recorded(node, FRAUD)
    assert likeness.step(node.ctx) == 1
    assert len(node.ctx.embedder.read) == sum(map(len, REPORTS.values())) + 3


def test_what_is_no_report_is_not_read(node, tmp_path):
    node.record([a_report(tmp_path, "pay to TKBQpjpi7ud7NxPuAopzsiijD7bi8pQubY")], by="ayu")
    likeness.step(node.ctx)
    assert not [text for text in node.ctx.embedder.read if "TKBQ" in text]


def test_more_reports_than_one_answer_waits_for_are_said_to_wait(node, monkeypatch):
    monkeypatch.setattr(likeness, "_AT_ONCE", 1)
    monkeypatch.setattr(likeness, "_IN_ONE_ANSWER", 2)
    first, *_ = recorded(node, *(f"Police say that it was number {n} (crime {n})." for n in range(5)))
    assert "not read yet" in node.similar(first, by="ayu").said
    while likeness.step(node.ctx):
        pass
    assert "not read yet" not in node.similar(first, by="ayu").said


def test_asking_is_in_the_audit_log_without_content(node):
    english, _ = recorded(node, BOMB["en"], BOMB["th"])
    node.similar(english, by="ayu")
    [row] = node.audit(by="auditor", verb="similar")
    assert (row.subject, row.detail["hits"]) == (english, 1)
    assert "bomb" not in repr(row)


def test_a_node_reads_reports_by_itself_only_where_the_settings_say_so(node):
    recorded(node, BOMB["en"])
    assert node.catch_up() == 0
    node.ctx.config = replace(node.ctx.config, values={**node.ctx.config.values, "read_reports": True})
    assert node.catch_up() == 1
