"""What Accept and Content-Type mean."""

import pytest

from oureyes.interfaces.taxii.media import acceptable, is_taxii


@pytest.mark.parametrize(
    ("accept", "good"),
    [
        (None, True),
        ("*/*", True),
        ("application/*", True),
        ("application/taxii+json", True),
        ("Application/TAXII+JSON; Version=2.1", True),
        ("application/taxii+json;version=2.0", False),
        ("application/taxii+json;version=2.0, application/taxii+json;version=2.1;q=0.1", True),
        ("application/taxii+json;q=0, */*", False),
        ("application/json", False),
        ("text/*", False),
        (";", False),
        ("application/taxii+json;version=2.1;q=nonsense", True),
    ],
)
def test_accept(accept: str | None, good: bool) -> None:
    assert acceptable(accept) is good


@pytest.mark.parametrize(
    ("kind", "good"),
    [
        ("application/taxii+json", True),
        ("application/taxii+json; version=2.1", True),
        ("", False),
        ("text/plain", False),
    ],
)
def test_content_type(kind: str, good: bool) -> None:
    assert is_taxii(kind) is good
