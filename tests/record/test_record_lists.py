"""Official lists keep names as given, and one edition can be held against the next."""

import io

import pytest
from a_case import NOW

from oureyes.errors import InvalidObject
from oureyes.model.objects import EXTENSIONS
from oureyes.model.ports import Options, Rejected
from oureyes.record import lists

SDN = (
    b'90001,"CONTOH, Budi Fiktif",individual,SDGT,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,'
    b"\"DOB 01 Feb 1980; alt. DOB 1981; POB Contoh; nationality Nowhere; a.k.a. 'ABU CONTOH'.\"\r\n"
    b"90002,YAYASAN FIKTIF,-0- ,SDGT,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n\x1a"
)
ALT = b'90001,1,aka,"CONTOH, B.",-0- \r\n'
UN = """<?xml version="1.0" encoding="UTF-8"?><CONSOLIDATED_LIST dateGenerated="2026-11-01T00:00:00.000Z"><INDIVIDUALS>
<INDIVIDUAL><DATAID>1</DATAID><FIRST_NAME>BUDI</FIRST_NAME><SECOND_NAME>CONTOH</SECOND_NAME>
<REFERENCE_NUMBER>FCi.1</REFERENCE_NUMBER><LISTED_ON>2025-01-11</LISTED_ON><NAME_ORIGINAL_SCRIPT>วิชัย</NAME_ORIGINAL_SCRIPT>
<NATIONALITY><VALUE>TH</VALUE></NATIONALITY>
<INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>Abu C</ALIAS_NAME></INDIVIDUAL_ALIAS>
<INDIVIDUAL_DATE_OF_BIRTH>
<TYPE_OF_DATE>BETWEEN</TYPE_OF_DATE><FROM_YEAR>1980</FROM_YEAR><TO_YEAR>1982</TO_YEAR></INDIVIDUAL_DATE_OF_BIRTH>
</INDIVIDUAL><INDIVIDUAL><DATAID>2</DATAID></INDIVIDUAL></INDIVIDUALS></CONSOLIDATED_LIST>"""


def taken(data, **options):
    data = data if isinstance(data, bytes) else data.encode()
    return list(lists.read(io.BytesIO(data), Options(source="list", now=NOW, **options)))


def listed(obj):
    return obj.content["extensions"][EXTENSIONS["provenance"]]["list"]


def entries(data, **options):
    return [item.object for item in taken(data, **options) if item.counts and not isinstance(item, Rejected)]


@pytest.mark.parametrize("data", [SDN, ALT, b"asset,address\nXBT,x\n", UN.encode(), b'<CONSOLIDATED_LIST a="1">'])
def test_a_list_is_known_by_its_layout(data):
    assert lists.sniff(data, "a")


def test_an_sdn_entry_keeps_its_name_as_given_and_in_parts():
    person, body = entries(SDN)
    assert person.name == "CONTOH, Budi Fiktif"
    assert (listed(person)["family"], listed(person)["given"]) == ("CONTOH", "Budi Fiktif")
    assert listed(person)["dob"] == ["01 Feb 1980", "1981"]
    assert listed(person)["aliases"] == ["ABU CONTOH"]
    assert (person.content["identity_class"], body.content["identity_class"]) == ("individual", "organization")


def test_an_alias_in_a_file_of_its_own_points_at_its_entry():
    _, alias, link = (item.object for item in taken(ALT))
    assert alias.name == "CONTOH, B."
    assert link.content["target_ref"] == entries(SDN)[0].id


def test_a_row_of_another_layout_is_refused_on_its_own():
    found = taken(SDN + b"90003,x\r\n")
    assert [item.error.found for item in found if isinstance(item, Rejected)] == ["2"]


def test_a_wallet_on_the_list_is_an_observable_and_a_sanctioned_one():
    found = taken(b"asset,address\nXBT,1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2\nQQQ,nothing\n")
    wallet, indicator, row = (item.object for item in found[-3:])
    assert wallet.content["value"] == "btc:1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"
    assert indicator.content["labels"] == ["sanctioned"]
    assert row.content["columns"] == {"asset": "QQQ", "address": "nothing"}


def test_the_consolidated_list_gives_names_in_every_script():
    _, entry, refused = taken(UN)
    facts = listed(entry.object)
    assert entry.object.name == "BUDI CONTOH"
    assert (facts["native"], facts["aliases"], facts["dob"]) == ("วิชัย", ["วิชัย", "Abu C"], ["1980–1982"])
    assert (facts["listed_on"], facts["list_date"]) == ("2025-01-11", "2026-11-01T00:00:00.000Z")
    assert isinstance(refused, Rejected)


@pytest.mark.parametrize("declaration", ["<!DOCTYPE a SYSTEM 'x'>", "<!doctype a>", '<!ENTITY a "b">', "<! ENTITY x>"])
def test_no_declaration_is_let_through_to_the_parser(declaration):
    with pytest.raises(InvalidObject, match="without DTD and entities"):
        taken(UN.replace("<CONSOLIDATED_LIST", declaration + "<CONSOLIDATED_LIST", 1))


def test_broken_xml_is_refused_with_line_and_column():
    with pytest.raises(InvalidObject, match="line 2, column"):
        taken("<CONSOLIDATED_LIST>\n<a></b></CONSOLIDATED_LIST>")


def test_two_editions_differ_by_what_was_said_and_not_by_when():
    old = entries(SDN, date="2026-01-01")
    new = entries(SDN.replace(b"DOB 01 Feb 1980; ", b"").replace(b"90002", b"90009"), date="2026-02-01")
    found = lists.difference(old, new)
    assert [obj.id for obj in found.added] == [new[1].id]
    assert [obj.id for obj in found.changed] == [old[0].id]
    assert [obj.id for obj in found.removed] == [old[1].id]
    assert lists.difference(old, entries(SDN, date="2026-02-01")) == lists.Difference((), (), ())


def test_what_left_the_list_is_revoked_as_a_new_version():
    (ended,) = lists.expired([entries(SDN)[0]], "2026-02-01T00:00:00.000Z")
    assert ended.revoked
    assert ended.version == "2026-02-01T00:00:00.000Z"
