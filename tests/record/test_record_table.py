"""Tables: the header or a mapping says what a column is, and no row is lost."""

import csv
import io

import pytest
from a_case import NOW

from oureyes.errors import InvalidObject
from oureyes.model.markings import PAP, TLP, Marking
from oureyes.model.objects import EXTENSIONS, StixObject
from oureyes.model.ports import Options, Record, Rejected
from oureyes.record import table


def taken(text, **options):
    data = text if isinstance(text, bytes) else text.encode()
    return list(table.read(io.BytesIO(data), Options(now=NOW, **options)))


def patterns(found):
    return [item.object.content["pattern"] for item in found if item.object.type == "indicator"]


@pytest.mark.parametrize(
    "text",
    [
        "value,type,notes\na.example,hostname,x\n",
        "\ufeffvalue,entity_type,description\r\na.example,hostname,x\r\n",
        "indicator\ttype\tcomment\na.example\tdomain\tx\n",
        "Value;Type;Comment\na.example;domain;x\n",
        "domain\na.example\n",
    ],
)
def test_the_header_says_what_the_columns_are(text):
    assert patterns(taken(text)) == ["[domain-name:value = 'a.example']"]


def test_a_mapping_says_it_where_the_header_does_not():
    found = taken("site,why\na.example,x\n", mapping={"site": "value", "why": "comment"})
    assert found[-1].object.content["description"] == "x"


def test_a_mapping_to_a_kind_makes_each_cell_of_the_column_one():
    found = taken(
        "caller,iban\n081 234 5678,DE89370400440532013000\n",
        mapping={"caller": "phone-number", "iban": "iban"},
        country="TH",
    )
    assert {item.object.type for item in found} >= {"phone-number", "bank-account"}


def test_a_mapping_to_nothing_known_is_the_operators_error():
    with pytest.raises(InvalidObject, match="a role or a kind"):
        taken("a,b\n1,2\n", mapping={"a": "colour"})


def test_several_hashes_in_a_cell_are_one_file():
    (pattern,) = patterns(taken(f'value,type\n"{"0" * 32}, {"1" * 40}",file\n'))
    assert pattern == f"[file:hashes.MD5 = '{'0' * 32}' AND file:hashes.'SHA-1' = '{'1' * 40}']"


def test_a_row_with_a_name_is_an_identity_with_its_names_and_what_it_used():
    mapping = {"native": "name", "latin": "alias", "dob": "dob", "phone": "phone-number"}
    found = taken("native,latin,dob,phone\nวิชัย,Wichai|Vichai,1990-07-17,+66812345678\n", mapping=mapping)
    person = found[-1].object
    listed = person.content["extensions"][EXTENSIONS["provenance"]]["list"]
    assert (person.name, listed["aliases"], listed["dob"]) == ("วิชัย", ["Wichai", "Vichai"], ["1990-07-17"])
    assert ("observable_refs", found[-2].object.id) in person.references()


def test_a_colour_in_a_column_marks_its_row():
    first, second = (
        item for item in taken("value,tlp\na.example,RED\nb.example,purple\n") if item.object.type == "indicator"
    )
    assert first.marking.tlp is TLP.RED
    assert "nobody may have it" in second.hold


def test_rows_without_observables_are_kept_whole():
    found = taken("year,place,deaths\n1992,Rakhine,34\n")
    assert found[-1].object.content["columns"] == {"year": "1992", "place": "Rakhine", "deaths": "34"}


def test_every_line_counts_the_header_too():
    assert sum(dict(item.counts).get("rows", 0) for item in taken("value\na.example\n\nb.example\n")) == 3


def test_a_value_that_is_none_of_its_kind_is_kept_with_a_finding():
    found = taken("value,type\nxyz,md5\n")
    assert found[-1].object.type == "x-oureyes-row"
    assert "not indexed" in found[-1].findings[0].message


def test_quotes_line_breaks_and_empty_values_cost_no_other_row():
    first = 'value,type,comment\r\na.example,domain,"says ""hi"""\n198.51.100.3,ip-dst,"line\nbreak"\r\n'
    text = first + ",domain,none\nb.example,domain\n"
    found = taken(text)
    assert len(patterns([item for item in found if isinstance(item, Record)])) == 3
    assert [item.error.found for item in found if isinstance(item, Rejected)] == ["none"]


def test_the_same_table_twice_is_the_same_objects():
    text = "value,type\na.example,domain\n"
    assert [item.object.raw for item in taken(text)] == [item.object.raw for item in taken(text)]


@pytest.mark.parametrize("cell", ["=1+1", "+66812345678", "-2", "@SUM(A1)", "\t=1", " =1", "\r=1"])
def test_no_cell_of_an_export_runs_as_a_formula(cell):
    assert table.neutral(cell).startswith("'")


def test_an_export_is_defanged_and_readable_by_spreadsheets():
    at = "2026-03-01T08:00:00.000Z"
    obj = StixObject.make(
        {
            "type": "report",
            "id": "report--00000000-1111-4111-8111-000000000001",
            "created": at,
            "modified": at,
            "name": '=HYPERLINK("http://a.example/x","open")',
            "labels": ["a", "b"],
            "object_marking_refs": ["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"],
        }
    )
    raw = table.export_csv([obj])
    header, row = csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""))
    cells = dict(zip(header, row, strict=True))
    assert raw.startswith(b"\xef\xbb\xbf")
    assert cells["name"] == '\'=HYPERLINK("hxxp://a[.]example/x","open")'
    assert (cells["labels"], cells["tlp"]) == ("a; b", "TLP:GREEN")


@pytest.mark.parametrize("tlp", list(TLP))
def test_a_row_of_an_export_says_the_tlp_it_goes_under_whatever_the_object_says(tlp):
    at, amber = "2026-03-01T08:00:00.000Z", "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421"
    body = {"type": "tool", "id": "tool--00000000-1111-4111-8111-000000000001", "created": at, "modified": at}
    marking = Marking(tlp=tlp, pap=PAP.GREEN, expires="2027-01-01T00:00:00Z")
    objects = [StixObject.make(body), StixObject.make(body | {"object_marking_refs": [amber]})]
    raw = table.export_csv(objects, markings=[marking, marking])
    first, second = csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline=""))
    assert (first["tlp"], first["pap"], first["until"]) == (tlp.label, "PAP:GREEN", "2027-01-01T00:00:00Z")
    assert second["tlp"] == max(tlp, TLP.AMBER).label


@pytest.mark.parametrize("cell", ["\u00a0=1", "\u3000=1", "\uff1d1", "\uff0b1", "\u2003@a"])
def test_no_cell_runs_as_a_formula_in_the_scripts_of_this_region_either(cell):
    assert table.neutral(cell).startswith("'")
