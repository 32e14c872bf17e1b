"""A name is put to the desk: who of those held may be meant. What a reader may not see does not count."""

from __future__ import annotations

import json
import os

import pytest
from a_case import an_object
from simulated import Clock, deliver, federation, for_
from stores import emptied

from oureyes.correlate.names.index import NameIndex
from oureyes.correlate.names.keys import name_keys
from oureyes.errors import ConfigError, InvalidObject, Refused
from oureyes.model.objects import EXTENSIONS, StixObject
from oureyes.node import Node, screening
from oureyes.node.opening import init
from oureyes.storage import objects

POSTGRESQL = os.environ.get("OUREYES_TEST_POSTGRESQL", "")
STORES = ("sqlite", *(("postgresql",) if POSTGRESQL else ()))
THAI = "สมชาย ทองดี"


@pytest.fixture(params=STORES)
def node(request, tmp_path):
    settings = {"database": emptied(POSTGRESQL, "screen")} if request.param == "postgresql" else {}
    init(tmp_path / "id", "ID", clock=Clock(), **settings)
    with Node.open(tmp_path / "id", clock=Clock()) as one:
        yield one


def person(name, **content):
    return an_object("identity", identity_class="individual", name=name, **content)


def listed(name, **said):
    return person(name, extensions={EXTENSIONS["provenance"]: {"list": said}})


def recorded(node, *made, **marking):
    node.record_objects(made, by="ayu", marking=for_(**marking))
    return [one.id for one in made]


def found(node, name, **about):
    return [one.id for one in node.screen(name, by="ayu", **about).found]


def test_a_name_is_found_across_scripts_and_aliases_with_a_reason_in_words(node):
    broker = an_object("threat-actor", name="The Broker", aliases=["Somchai Tongdee"])
    thai, alias, _ = recorded(node, person(THAI), broker, person("Ali Hasan"))
    answer = node.screen("Somchai Thongdi", by="ayu")
    assert {one.id for one in answer.found} == {thai, alias}
    first = next(one for one in answer.found if one.id == thai)
    assert THAI in first.reason
    assert "same sounds" in first.reason
    assert (first.type, first.origin, first.source, first.tlp) == ("identity", "ID", "desk", "TLP:GREEN")
    assert "alias" in next(one.reason for one in answer.found if one.id == alias)
    assert "hypotheses" in answer.said
    assert [one.score for one in answer.found] == sorted((one.score for one in answer.found), reverse=True)


def test_a_name_that_shares_no_key_with_its_other_spelling_is_found_too(node):
    one, other = "Josefina Dimaculangan", "Josefina Dimaculargan"
    assert set(name_keys(one)).isdisjoint(name_keys(other))
    assert found(node, one) == []
    made = recorded(node, person(other))
    assert found(node, one) == made


def test_a_name_with_initials_is_found_and_needs_a_second_sign(node):
    [made] = recorded(node, listed("Bacharuddin Jusuf Harahap", dob=["1966-04-02"]))
    [alone] = node.screen("B. J. Harahap", by="ayu").found
    [signed] = node.screen("B. J. Harahap", by="ayu", born=1966).found
    assert (alone.id, alone.second_sign, signed.second_sign) == (made, True, False)


def test_a_second_sign_raises_the_score_of_a_name_that_many_bear_and_another_year_lowers_it(node):
    [made] = recorded(node, listed("Nguyễn Văn Hùng", dob=["1979-04-02"], nationality=["Viet Nam"]))
    [alone] = node.screen("NGUYEN VAN HUNG", by="ayu").found
    [signed] = node.screen("NGUYEN VAN HUNG", by="ayu", born=1979, country="VN").found
    assert (alone.id, alone.second_sign, signed.second_sign) == (made, True, False)
    assert "a second sign is needed" in alone.reason
    assert signed.score > 0.5 > alone.score
    assert "birth years agree (1979)" in signed.reason
    assert "same country" in signed.reason
    weakened = node.screen("NGUYEN VAN HUNG", by="ayu", born=1950).found
    assert all(one.score < alone.score for one in weakened)


def test_a_person_is_no_organisation(node):
    front = an_object("identity", identity_class="organization", name="PT Maju Jaya", roles=["front company"])
    somebody, company = recorded(node, person("Maju Jaya"), front)
    assert found(node, "Maju Jaya", kind="person") == [somebody]
    assert found(node, "Maju Jaya", kind="organization") == [company]
    assert set(found(node, "Maju Jaya")) == {somebody, company}


def test_what_a_reader_may_not_see_is_neither_shown_nor_counted_and_moves_no_score(node):
    [seen] = recorded(node, person(THAI))
    alone = node.screen("Somchai Thongdi", by="ayu")
    expired = {"expires": "2026-01-01T00:00:00Z", "originator": "MY"}
    recorded(node, *(person(f"Somchai Thongd{end}") for end in ("i", "ee", "ii")), **expired)
    assert node.screen("Somchai Thongdi", by="ayu") == alone
    assert [one.id for one in alone.found] == [seen]
    assert '"hits":1' in _row(node).replace(" ", "")


def test_candidates_that_are_hidden_do_not_crowd_out_what_may_be_seen(node, monkeypatch):
    monkeypatch.setattr(screening, "_WIDTHS", (2, 50))
    hidden = [person("Somchai Thongdi", description=f"number {at}") for at in range(8)]
    recorded(node, *hidden, expires="2026-01-01T00:00:00Z", originator="MY")
    assert found(node, "Somchai Thongdi") == []
    made = recorded(node, person("Somchay Tongdee"))
    assert found(node, "Somchai Thongdi") == made


def test_what_is_retracted_leaves_at_once_and_what_comes_is_found_without_building_anew(tmp_path, monkeypatch):
    built = []
    monkeypatch.setattr(screening, "NameIndex", lambda: built.append(1) or NameIndex())
    states = federation(tmp_path, ["ID", "MY"])
    indonesia, malaysia = states.values()
    one, other = recorded(indonesia, person(THAI), person("Somchai Tongdee"))
    assert set(found(indonesia, "Somchai Thongdi")) == {one, other}
    [third] = recorded(indonesia, person("Thongdi Somchai"))
    assert set(found(indonesia, "Somchai Thongdi")) == {one, other, third}
    indonesia.mark([one], for_("MY"), by="ayu")
    assert set(found(indonesia, "Somchai Thongdi")) == {one, other, third}  # placed anew, and held once
    indonesia.approve(indonesia.propose([one], ["MY"], by="ayu").id, by="budi")
    deliver(states)
    [far] = malaysia.screen("Somchai Thongdi", by="aziz").found
    assert (far.id, far.origin) == (one, "ID")
    indonesia.retract([one], by="budi", reason="withdrawn")
    deliver(states)
    assert set(found(indonesia, "Somchai Thongdi")) == {other, third}
    assert malaysia.screen("Somchai Thongdi", by="aziz").found == ()
    assert len(built) == 2  # one a node
    for each in states.values():
        each.close()


def test_what_is_erased_is_in_no_answer(node):
    made = recorded(node, person(THAI), person("Somchai Tongdee"))
    assert set(found(node, "Somchai Thongdi")) == set(made)
    node.ctx.db.write(lambda connection: objects.set_state(connection, made[0], "ID", "erased", erase=True))
    assert found(node, "Somchai Thongdi") == made[1:]


def test_a_newer_version_takes_the_place_of_the_older(node):
    old = person("Somchai Thongdi")
    recorded(node, old)
    assert found(node, "Somchai Thongdi") == [old.id]
    body = {**old.content, "name": "Ali Hasan", "modified": "2026-11-21T08:00:00.000Z"}
    recorded(node, StixObject.make(body))
    assert found(node, "Somchai Thongdi") == []
    assert found(node, "Ali Hasan") == [old.id]


def test_the_index_is_made_anew_when_a_third_is_gone_and_when_names_are_read_by_other_tables(node, monkeypatch):
    monkeypatch.setattr(screening, "_GONE", 0)
    made = recorded(node, person(THAI), person("Ali Hasan"), person("Maria Santos"))
    assert found(node, "Somchai Thongdi") == made[:1]
    held = node.ctx.names
    node.retract(made[1:], by="budi", reason="withdrawn")
    assert found(node, "Maria Santos") == []
    assert len(held) == 3
    assert found(node, "Somchai Thongdi") == made[:1]
    assert len(held) == 1
    before = held._index
    monkeypatch.setattr(screening, "VERSION", "names/v0")
    assert found(node, "Somchai Thongdi") == made[:1]
    assert held._index is not before


def test_memory_is_bounded_and_what_is_left_out_is_said(node, monkeypatch):
    monkeypatch.setattr(screening, "_MOST", 2)
    recorded(node, person(THAI), person("Ali Hasan"), person("Maria Santos"))
    assert "more names are held" in node.screen("Somchai Thongdi", by="ayu").said
    assert len(node.ctx.names) == 2


def test_the_audit_log_says_that_and_how_many_but_no_name(node):
    recorded(node, person(THAI))
    node.screen("Somchai Thongdi", by="ayu", purpose="prevention")
    said = _row(node)
    assert '"hits":1' in said.replace(" ", "")
    assert "Somchai" not in said
    assert THAI not in said
    [row] = node.audit(by="auditor", verb="screen")
    assert (row.actor, row.purpose, row.subject) == ("ayu", "prevention", "")


def test_nothing_is_matched_by_asking(node):
    recorded(node, person(THAI))
    node.screen("Somchai Thongdi", by="ayu")
    assert node.matches(warned=True) == []


def test_what_is_no_name_or_has_no_purpose_is_refused_with_the_reason(node):
    for wrong in ("", "  ", "x" * 151, "12345"):
        with pytest.raises(InvalidObject, match="name"):
            node.screen(wrong, by="ayu")
    with pytest.raises(InvalidObject, match="kind"):
        node.screen("Ali Hasan", by="ayu", kind="ship")
    with pytest.raises(InvalidObject, match="country"):
        node.screen("Ali Hasan", by="ayu", country="XX")
    with pytest.raises(Refused):
        node.screen("Ali Hasan", by="ayu", purpose="curiosity")
    with pytest.raises(Refused):
        node.screen("Ali Hasan", by="")


@pytest.mark.parametrize("left", ["numpy", None])
def test_without_tantivy_numpy_answers_and_without_both_the_remedy_is_said(node, monkeypatch, left):
    recorded(node, person(THAI))
    monkeypatch.setattr(screening, "NameIndex", lambda: NameIndex("numpy"))
    monkeypatch.setattr(screening, "find_spec", lambda name: name if name == left else None)
    if left:
        assert len(found(node, "Somchai Thongdi")) == 1
    else:
        with pytest.raises(ConfigError, match=r"oureyes\[names\].*install"):
            node.screen("Somchai Thongdi", by="ayu")


def _row(node):
    [row, *_] = node.audit(by="auditor", verb="screen")
    return f"{row!r} {json.dumps(dict(row.detail))}"
