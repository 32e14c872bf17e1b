"""Ids that follow from content."""

import stix2

from oureyes.model.identifiers import derived_id, observable_id


def test_the_id_of_an_observable_is_the_one_the_standard_gives() -> None:
    assert observable_id("ipv4-addr", {"value": "198.51.100.3"}) == stix2.IPv4Address(value="198.51.100.3").id


def test_a_derived_id_depends_on_every_part_and_on_their_order() -> None:
    assert derived_id("indicator", "a", "b") == derived_id("indicator", "a", "b")
    assert len({derived_id("indicator", *parts) for parts in (("a", "b"), ("b", "a"), ("ab",), ("a", "b", ""))}) == 4
