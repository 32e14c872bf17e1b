"""What was withdrawn is followed to what replaced it."""

import gzip
import io

import pytest
from paths import DATA

from oureyes import record
from oureyes.model.objects import StixObject
from oureyes.model.ports import Options

AT = "2026-03-01T08:00:00.000Z"


def an_identifier(number, kind="attack-pattern"):
    return f"{kind}--00000000-1111-4111-8111-{number:012x}"


def a_step(old, new):
    return StixObject.make(
        {
            "type": "relationship",
            "id": an_identifier(old, "relationship"),
            "relationship_type": "revoked-by",
            "source_ref": an_identifier(old),
            "target_ref": an_identifier(new),
        }
    )


def test_a_chain_is_followed_to_its_end():
    found = record.revocations([a_step(1, 2), a_step(2, 3)])
    assert found == {an_identifier(1): an_identifier(3), an_identifier(2): an_identifier(3)}


def test_a_circle_has_no_successor_and_ends():
    assert record.revocations([a_step(1, 2), a_step(2, 1), a_step(3, 1)]) == {}


@pytest.mark.skipif(not DATA.exists(), reason="the shared data is not here")
def test_numbers_that_events_still_carry_lead_to_those_of_today():
    raw = gzip.decompress((DATA / "stix" / "attack" / "enterprise-attack-18.1.json.gz").read_bytes())
    found = record.technique_successors(item.object for item in record.IMPORTERS[0].read(io.BytesIO(raw), Options()))
    assert [found[old] for old in ("T1158", "T1107", "T1009", "T1094")] == [
        "T1564.001",
        "T1070.004",
        "T1027.001",
        "T1095",
    ]
