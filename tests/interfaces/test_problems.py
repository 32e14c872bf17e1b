"""Errors as answers: the right status, ids only, and a refusal that tells nothing."""

import base64
import json

import pytest

from oureyes import errors
from oureyes.interfaces.problems import STATUS, problem_of, status_of


def test_every_class_of_error_has_a_status_and_the_particular_ones_come_first() -> None:
    classes = [getattr(errors, name) for name in errors.__all__]
    assert all(any(kind is one for one, _, _ in STATUS) for kind in classes)
    for place, (kind, _, _) in enumerate(STATUS):
        assert not any(issubclass(later, kind) for later, _, _ in STATUS[place + 1 :])


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.Equivocation("ID/SG/1", "one", "two", (b"a", b"b")), 422),
        (errors.VerificationError("ID/SG/1", "entry 3", "got 5"), 409),
        (errors.Refused("channel"), 403),
        (errors.InvalidObject("frame"), 400),
        (errors.StorageError("database"), 503),
    ],
)
def test_the_status_says_whose_matter_it_is(error: errors.OurEyesError, status: int) -> None:
    answer = problem_of(error)
    assert (answer.status_code, status_of(error)) == (status, status)
    assert answer.media_type == "application/problem+json"


def test_a_refusal_tells_nothing_and_equivocation_carries_its_evidence() -> None:
    assert "secret" not in bytes(problem_of(errors.Refused("secret", "this", "that")).body).decode()
    told = json.loads(bytes(problem_of(errors.Equivocation("ID/SG/1", "one", "two", (b"a", b"b"))).body))
    assert [base64.b64decode(piece) for piece in told["evidence"]] == [b"a", b"b"]


def test_how_far_the_recipient_is_goes_along() -> None:
    assert json.loads(bytes(problem_of(errors.VerificationError("ID/SG/1"), have=7).body))["have"] == 7
