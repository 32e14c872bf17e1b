"""One tree of errors, whose message says which thing, what was expected, what was found, what to do."""

import pytest

from oureyes import errors
from oureyes.errors import Equivocation, InvalidObject, OurEyesError, VerificationError


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (("ID/SG",), "ID/SG"),
        (("ID/SG", "entry 42"), "ID/SG: expected entry 42"),
        (("ID/SG", "", "44"), "ID/SG: found 44"),
        (("ID/SG", "entry 42", "44"), "ID/SG: expected entry 42, found 44"),
        (("ID/SG", "entry 42", "44", "resend"), "ID/SG: expected entry 42, found 44; resend"),
        (("ID/SG", "", "", "resend"), "ID/SG; resend"),
    ],
)
def test_a_message_says_no_more_and_no_less_than_it_was_given(parts, said):
    assert str(InvalidObject(*parts)) == said


def test_every_error_is_of_the_one_tree_and_is_drawn_in_it():
    for name in errors.__all__:
        assert issubclass(getattr(errors, name), OurEyesError)
        assert name in errors.__doc__


def test_evidence_is_kept_and_not_said():
    error = Equivocation("ID/SG", "one root", "another", (b"first note", b"second note"))
    assert isinstance(error, VerificationError)
    assert error.evidence == (b"first note", b"second note")
    assert "note" not in str(error)
