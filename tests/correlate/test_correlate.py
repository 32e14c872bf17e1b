"""All matchers at once: what an object is found by, and what it looks for."""

from oureyes.correlate import MATCHERS, PARTIAL, keys_of, observables, probes_of
from oureyes.model.mediahashes import Picture, media_object
from oureyes.model.objects import StixObject

POSTER = media_object({"SHA-256": "a" * 64}, picture=Picture("f9fece700003b66c" * 4, 100))


def test_the_keys_of_every_matcher_are_an_object_s_keys():
    assert {key.matcher for key in keys_of(POSTER)} == {"observables", "media"}
    assert {key.matcher for key in keys_of(POSTER, without=observables)} == {"media"}


def test_probes_are_asked_for_and_those_of_other_objects_are_none():
    assert {key.matcher for key in probes_of(POSTER)} == {"media"}
    assert probes_of(media_object({"MD5": "a" * 32})) == ()


def test_matchers_whose_keys_are_parts_say_so():
    assert {one.NAME for one in MATCHERS if one.NAME in PARTIAL} >= {"media", "money", "wording", "case-patterns"}
    assert observables.NAME not in PARTIAL


def test_a_matcher_that_is_not_asked_about_a_type_has_no_keys_for_it():
    """Over every matcher's examples: naming the types that have keys leaves none out."""
    shown = [one for matcher in MATCHERS for example in matcher.EXAMPLES for one in (example.left, example.right)]
    for content in shown:
        obj = StixObject(b"", content)
        assert list(keys_of(obj)) == [key for matcher in MATCHERS for key in matcher.keys(obj)]
