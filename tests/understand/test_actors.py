"""One actor under many names, and a name that two bear."""

from __future__ import annotations

from a_case import an_object

from oureyes.model.vocabularies import Cluster
from oureyes.understand.actors import actors, names_of

PANDA = Cluster("", "MUSTANG PANDA", ("Stately Taurus", "TA416"))
ONE, OTHER = Cluster("", "Naikon", ("G0013", "OVERRIDE PANDA")), Cluster("", "APT30", ("G0013",))
ALL = (PANDA, ONE, OTHER)


def a_group(name, *aliases, number=""):
    references = [{"source_name": "mitre-attack", "external_id": number}] if number else []
    return an_object("intrusion-set", name=name, aliases=list(aliases), external_references=references)


def test_objects_under_any_of_its_names_are_one_actor_and_say_by_which():
    held = [("TH", a_group("Stately  taurus")), ("PH", a_group("Mustang Panda", "TA416")), ("PH", a_group("Rancor"))]
    (found,) = actors([("threat-actor", PANDA)], ALL, held)
    assert [(one.origin, one.by) for one in found.held] == [
        ("PH", ("Mustang Panda", "TA416")),
        ("TH", ("Stately  taurus",)),
    ]
    assert found.words[1] == "TH: Stately  taurus, by the name Stately  taurus"
    assert found.doubtful == ()
    assert found.shared == {}


def test_a_name_that_two_bear_merges_neither():
    apt30, naikon = a_group("APT30", number="G0013"), a_group("Naikon", number="G0019")
    first, second = actors([("x", ONE), ("x", OTHER)], ALL, [("ID", apt30), ("ID", naikon)])
    assert [one.id for one in first.held] == [naikon.id]
    assert [one.id for one in second.held] == [apt30.id]
    assert [one.id for one in first.doubtful] == [apt30.id]
    assert first.shared == {"g0013": ("APT30",)}
    assert first.words[-1] == "ID: APT30: doubtful, G0013 is also APT30"


def test_odd_content_gives_the_names_there_are():
    assert names_of(a_group("A", "", 5, "B", number="G12")) == ("A", "B", "G12")
    assert (
        names_of(an_object("threat-actor", aliases="no list", external_references=[None, {"external_id": "T1"}])) == ()
    )
