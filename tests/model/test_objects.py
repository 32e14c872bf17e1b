"""A STIX object: its bytes, and what is read of them."""

import hashlib

import pytest
from a_case import AT, an_object

from oureyes.errors import InvalidObject
from oureyes.model.objects import StixObject, is_identifier

UUID = "6f0c1a52-3c1b-4d0e-9a51-6f6f6f000009"
REF = f"malware--{UUID}"


def test_the_bytes_are_kept_and_the_digest_is_theirs() -> None:
    raw = b'{ "type":"malware",\n "id": "%s" , "x_unknown": [1, 2.50] }' % REF.encode()
    obj = StixObject.parse(raw)
    assert obj.raw == raw
    assert obj.digest == hashlib.sha256(raw).digest()


@pytest.mark.parametrize(
    "raw",
    [b"", b"[]", b"{}", b'{"type":"malware"}', b'{"type":"tool","id":"malware--6f0c1a52-3c1b-4d0e-9a51-6f6f6f000009"}'],
)
def test_what_is_no_object_with_its_type_in_its_id_is_refused(raw: bytes) -> None:
    with pytest.raises(InvalidObject):
        StixObject.parse(raw)


def test_nesting_beyond_what_can_be_read_is_refused_and_not_a_crash() -> None:
    with pytest.raises(InvalidObject):
        StixObject.parse(b'{"a":' * 20_000 + b"1" + b"}" * 20_000)


def test_references_are_found_however_deep_and_markings_are_none() -> None:
    obj = an_object(
        "note",
        object_refs=[REF],
        object_marking_refs=["marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"],
        granular_markings=[{"marking_ref": "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"}],
        extensions={"x": {"deep": [{"other_ref": REF}]}},
    )
    assert obj.references() == (("object_refs", REF), ("other_ref", REF))


def test_a_key_written_with_escapes_is_a_reference_all_the_same() -> None:
    raw = b'{"type":"note","id":"note--6f0c1a52-3c1b-4d0e-9a51-6f6f6f000001","other\\u005fref":"%s"}' % REF.encode()
    assert StixObject.parse(raw).references() == (("other_ref", REF),)


def test_the_version_is_modified_else_created_else_none() -> None:
    assert an_object(modified="2026-11-21T00:00:00Z").version == "2026-11-21T00:00:00Z"
    assert StixObject.make({"type": "url", "id": REF.replace("malware", "url"), "value": "x"}).instant == 0
    assert an_object().version == AT


def test_an_identifier_is_a_type_and_a_uuid() -> None:
    assert is_identifier(REF)
    assert not is_identifier("malware--not-a-uuid")
    assert not is_identifier(None)


def test_what_a_maker_says_it_refers_to_counts_only_when_nothing_else_is_named_like_a_reference() -> None:
    head = {"type": "note", "id": f"note--{UUID}", "created_by_ref": REF}
    links = (("created_by_ref", REF),)
    assert StixObject.make(head, links).references() == links
    more = {**head, "extensions": {"misp": {"other_ref": REF}}}
    assert StixObject.make(more, links).references() == (*links, ("other_ref", REF))
    marked = {**head, "object_marking_refs": ["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"]}
    assert StixObject.make(marked, links).references() == links


@pytest.mark.parametrize(
    "identifier", ["", "note", "note--", f"notes--{UUID}", f"note--{UUID}0", f"note--{UUID}\n", f"note-{UUID}"]
)
def test_an_identifier_that_is_not_of_its_type_is_refused(identifier: str) -> None:
    with pytest.raises(InvalidObject):
        StixObject.make({"type": "note", "id": identifier})


@pytest.mark.parametrize("kind", ["Note", "n", "no_te", "x" * 251, "-note"])
def test_a_type_that_no_identifier_may_begin_with_is_refused(kind: str) -> None:
    with pytest.raises(InvalidObject):
        StixObject.make({"type": kind, "id": f"{kind}--{UUID}"})
