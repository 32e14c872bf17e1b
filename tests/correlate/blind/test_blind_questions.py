"""A question as its asker keeps it."""

import os

import pytest

from oureyes.correlate import blind
from oureyes.errors import InvalidObject, VerificationError

SAID = {"purpose": "investigation", "basis": "treaty", "case": "0" * 64}
PHONES = tuple(blind.selector("phone", f"+6281234567{n:02}") for n in range(9))


def answered(key, asked, **changes):
    evaluated, proof = blind.evaluate(key, asked.question.elements)
    return blind.Answer(**{"serial": 1, "left": 5, "elements": tuple(evaluated), "proof": proof, **changes}).raw


def test_outputs_are_those_the_holder_would_compute_and_fillers_give_none():
    key = blind.derive_key(os.urandom(32), b"phone")
    asked = blind.ask(PHONES, "2026-11", SAID)
    outputs, serial, left = asked.outputs(answered(key, asked), key.public)
    assert (serial, left, len(asked.question.elements)) == (1, 5, 16)
    assert outputs == {one: blind.evaluate_known(key, one.input) for one in PHONES}


def test_two_partners_together_cannot_tell_that_they_were_asked_the_same():
    first, second = (blind.ask(PHONES[:1], "2026-11", SAID) for _ in range(2))
    assert not set(first.question.elements) & set(second.question.elements)
    shown = first.question.raw
    assert PHONES[0].text.encode() not in shown
    assert b"81234567" not in shown


def test_what_it_was_about_is_not_in_its_words():
    asked = blind.ask(PHONES[:1], "2026-11", SAID)
    assert all(scalar.hex() not in repr(asked) for scalar in asked.blinds.scalars)


def test_an_answer_whose_elements_changed_places_is_not_believed():
    key = blind.derive_key(os.urandom(32), b"phone")
    asked = blind.ask(PHONES[:2], "2026-11", SAID)
    evaluated, proof = blind.evaluate(key, asked.question.elements)
    turned = (evaluated[1], evaluated[0], *evaluated[2:])
    with pytest.raises(VerificationError):
        asked.outputs(answered(key, asked, elements=turned, proof=proof), key.public)


def test_kinds_are_not_mixed_for_each_has_a_key_of_its_own():
    with pytest.raises(InvalidObject):
        blind.ask([PHONES[0], blind.selector("email", "a@evil.example")], "2026-11", SAID)
