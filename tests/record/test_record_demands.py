"""What a source itself demands."""

from oureyes.model.markings import PAP, TLP, Marking
from oureyes.record.demands import of_definition, of_tags, of_tlp, tightest


def test_a_source_s_tlp_names_nobody() -> None:
    assert of_tlp(TLP.GREEN).releasable_to == frozenset()


def test_our_own_definition_comes_back_as_the_marking_it_was() -> None:
    marking = Marking(tlp=TLP.AMBER, pap=PAP.GREEN, releasable_to=frozenset({"MY"}), purpose="investigation")
    assert of_definition(marking.to_stix()) == marking


def test_of_several_demands_the_tightest_holds() -> None:
    found = tightest([of_tlp(TLP.CLEAR), of_tlp(TLP.RED), of_tlp(TLP.GREEN)])
    assert found is not None
    assert found.tlp is TLP.RED
    assert tightest([]) is None


def test_a_colour_that_cannot_be_read_holds_everything_back() -> None:
    assert of_tags(["tlp:chartreuse"])[1]
    assert of_tags(["tlp:amber", "PAP:GREEN"])[0] is not None
