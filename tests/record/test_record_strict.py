"""Lenient in, strict out: what is made from other formats is STIX 2.1 by OASIS's own schemas."""

import json

import jsonschema_rs
import pytest
from a_case import NOW
from paths import DATA

from oureyes import record
from oureyes.model.ports import Options, Record

SCHEMAS = DATA / "stix" / "json-schemas"
INPUTS = [
    "misp/events/eset/signsight__signsight-misp-event.json",
    "misp/events/pymisp/existing_event.json",
    "misp/events/pymisp/shadow.json",
    "observables/maltrail/apt_mustangpanda.txt",
    "observables/volexity/2022_2022-03-22_GIMMICK_iocs.csv",
    "names/ofac/alt.csv",
    "names/un_sc_format_fictional.xml",
    "stix/unit42/hermeticwiper.json.gz",
]

pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the shared data is not here")


@pytest.fixture(scope="module")
def validators():
    schemas = {path.stem: json.loads(path.read_bytes()) for path in SCHEMAS.glob("*/*.json")}
    registry = jsonschema_rs.Registry([(schema["$id"], schema) for schema in schemas.values() if "$id" in schema])
    kinds = {path.stem for folder in ("sdos", "sros", "observables") for path in (SCHEMAS / folder).glob("*.json")}
    return {kind: jsonschema_rs.validator_for(schemas[kind], registry=registry) for kind in kinds}


@pytest.mark.parametrize("name", INPUTS)
def test_what_is_made_from_other_formats_validates(name, validators):
    path = DATA / name
    with record.open_stream(path) as stream:
        found = [
            item for item in record.read(stream, path.name, Options(source=name, now=NOW)) if isinstance(item, Record)
        ]
    assert found
    for item in found:
        content = json.loads((item.upgraded or item.object).raw)
        validator = validators.get(content["type"])
        assert validator is None or validator.is_valid(content), item.object.id
