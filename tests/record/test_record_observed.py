"""What a file is called at home stays at home: no object that importers make of it carries its name."""

from __future__ import annotations

import io

import pytest

from oureyes import record
from oureyes.model.ports import Options, Record
from oureyes.record.observed import source_of

NOW = "2026-11-25T08:00:00.000Z"
SECRET = "operation-garuda-informant-budi"
TEXTS = {
    "csv": b"value,type\nfund-relief.example,domain\nnothing,\n",
    "rows.csv": b"incident,place\nrobbery,Medan\n",
    "txt": b"We saw hxxp://evil[.]example/a in the forum.\n",
    "md": b"Report. The wallet was told on the phone. fund-relief.example\n",
    "list.txt": b"# Reference: https://report.example/1\nfund-relief.example\n/path/of/a.php\nno value at all\n",
    "ndjson": b'{"kind":"person","ref":"p1","name":"Somchai","phone":["+66812345678"]}\n',
    "assets.csv": b"asset,address\nXBT,nonsense\nXBT,1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2\n",
}
LISTED = b'36,"FICTIONAL, Person",individual,SDGT,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \n'


@pytest.mark.parametrize("suffix", [*TEXTS, "sdn.csv"])
def test_the_name_of_the_file_is_in_no_object_made_of_it(suffix: str) -> None:
    name, raw = f"{SECRET}.{suffix}", TEXTS.get(suffix, LISTED)
    found = [
        one for one in record.read(io.BytesIO(raw), name, Options(source=name, now=NOW)) if isinstance(one, Record)
    ]
    assert found
    assert not [one.object.id for one in found if SECRET.encode() in one.object.raw]


def test_sources_without_a_name_are_told_apart_by_their_ids_and_what_is_shown() -> None:
    one, other = source_of("a.csv", NOW), source_of("b.csv", NOW)
    assert one.id != other.id
    assert one.name != other.name
    assert source_of("a.csv", NOW) == one


def test_whose_list_it_is_is_told_by_its_form_and_not_by_its_file() -> None:
    found = list(record.read(io.BytesIO(LISTED), "sdn.csv", Options(source="sdn.csv", now=NOW)))
    assert isinstance(found[0], Record)
    assert found[0].object.name == "OFAC"
