"""Every form can be written down as a schema, has a name of its own, and says what it is."""

import inspect

import msgspec
import pytest

from oureyes.interfaces.api import forms

EVERY = [one for _, one in inspect.getmembers(forms, inspect.isclass) if issubclass(one, msgspec.Struct)]


def test_every_form_is_a_schema_under_its_own_name():
    _, made = msgspec.json.schema_components(EVERY)
    assert set(made) == {one.__name__ for one in EVERY}
    assert all(one["description"] for one in made.values())


@pytest.mark.parametrize("form", [one for one in EVERY if issubclass(one, forms.Asked)], ids=lambda one: one.__name__)
def test_a_property_that_is_misspelt_is_an_error_and_not_left_alone(form):
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"no such property": 1}', type=form)


def test_an_answer_may_grow_and_an_older_client_still_reads_it():
    said = msgspec.json.decode(b'{"subject": "x", "state": "done", "more": 1}', type=forms.Done)
    assert said == forms.Done("x")


@pytest.mark.parametrize("text", ["", "-x", "a b", "a\n", "a/../..", "é", "x" * 251])
def test_what_is_no_id_is_not_read_as_one(text):
    if text == "a/../..":
        assert msgspec.convert(text, forms.Ident) == text  # a name; no path is ever made of it
        return
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(text, forms.Ident)
