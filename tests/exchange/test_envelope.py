"""Statements: signed over exact bytes, sealed to one recipient, refused when anything does not add up."""

import base64
import json
import zlib
from dataclasses import replace

import pytest
from exchange_parties import AMBER, SEAL, SIGN, SIGN_PUBLIC, a_statement, an_item, an_object, payload
from hypothesis import given, settings
from hypothesis import strategies as st

from oureyes.errors import InvalidObject, OurEyesError, VerificationError
from oureyes.exchange.envelope import (
    MAX_DEPTH,
    MAX_ENVELOPE,
    MAX_ITEMS,
    PAYLOAD_TYPE,
    from_dsse,
    open_,
    open_statement,
    pack,
    padded,
    pae,
    refuse_deep,
    seal,
    sign_statement,
    to_dsse,
    unpack,
)
from oureyes.exchange.keys import encrypt
from oureyes.model.objects import StixObject
from oureyes.model.sharing import Item, Kind


def signed(**changes):
    return pack(PAYLOAD_TYPE, payload(**changes), (SIGN["ID"],))


def opened(envelope, me="SG"):
    return open_statement(envelope, SIGN_PUBLIC, me)


def test_a_statement_comes_out_as_it_went_in():
    statement = a_statement(
        items=tuple(an_item(number) for number in range(3)),
        kind=Kind.SUPERSEDE,
        refs=("domain-name--00000000-0000-4000-8000-000000000009",),
        reason="wrong spelling, ผิด",
        detail={"case": "7", "nested": {"a": [1, 2]}},
    )
    assert opened(sign_statement(statement, SIGN["ID"])) == statement


def test_an_objects_exact_bytes_survive():
    raw = (
        b'{ "type":"domain-name",  "id":"domain-name--00000000-0000-4000-8000-000000000001",\n'
        b' "x":1.0, "x":1e3, "\\u00e9":"\xc3\xa9" }'
    )
    item = Item(StixObject.parse(raw), AMBER)
    got = opened(sign_statement(a_statement(items=(item,)), SIGN["ID"]))
    assert got.items[0].object.raw == raw


def test_the_signature_is_that_of_dsse():
    envelope = sign_statement(a_statement(), SIGN["ID"])
    dsse = json.loads(to_dsse(envelope))
    body = base64.b64decode(dsse["payload"])
    kind = dsse["payloadType"].encode()
    assert (
        pae("http://example.com/HelloWorld", b"hello world")
        == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )
    message = b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(body), body)
    assert SIGN["ID"].sign(message) == base64.b64decode(dsse["signatures"][0]["sig"])
    assert from_dsse(to_dsse(envelope)) == envelope


def test_an_altered_byte_anywhere_is_refused():
    envelope = sign_statement(a_statement(), SIGN["ID"])
    for place in range(0, len(envelope), 7):
        altered = envelope[:place] + bytes([envelope[place] ^ 1]) + envelope[place + 1 :]
        with pytest.raises(OurEyesError):
            opened(altered)


def test_a_swapped_audience_is_refused():
    envelope = sign_statement(a_statement(audience=("MY",)), SIGN["ID"])
    assert opened(envelope, "MY").audience == ("MY",)
    with pytest.raises(VerificationError, match="re-addressed"):
        opened(envelope, "SG")


def test_a_statement_signed_by_another_member_is_refused():
    with pytest.raises(VerificationError, match="the signature of ID, found that of MY"):
        opened(sign_statement(a_statement(), SIGN["MY"]))


def test_a_statement_signed_by_nobody_known_is_refused():
    with pytest.raises(VerificationError, match="no member's"):
        open_statement(sign_statement(a_statement(), SIGN["ID"]), {"MY": SIGN["MY"].public}, "SG")


def test_another_payload_type_is_refused():
    with pytest.raises(InvalidObject, match="statement"):
        opened(pack("application/json", payload(), (SIGN["ID"],)))


def test_unknown_fields_are_passed_over_and_unknown_rules_are_not():
    assert opened(signed(later="addition")).id == "s1"
    raw = an_object()
    rule = {"object": dict(raw.content), "odig": raw.digest.hex(), "marking": {"tlp": "AMBER", "burn_after": 3}}
    with pytest.raises(InvalidObject, match="burn_after"):
        opened(signed(items=[rule]))


def test_a_marking_too_long_is_refused_on_both_sides():
    long = AMBER.but(conditions="x" * 9000)
    with pytest.raises(InvalidObject, match="shorten its conditions"):
        sign_statement(a_statement(items=(an_item(1, long),)), SIGN["ID"])
    raw = an_object()
    item = {"object": dict(raw.content), "odig": raw.digest.hex(), "marking": long.to_json()}
    with pytest.raises(InvalidObject, match="shorten its conditions"):
        opened(signed(items=[item]))


def test_an_object_other_than_its_digest_is_refused():
    item = {"object": dict(an_object(2).content), "odig": an_object(1).digest.hex(), "marking": {}}
    with pytest.raises(VerificationError, match="digest"):
        opened(signed(items=[item]))


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"v": "1"},
        {"id": ""},
        {"id": "x" * 65},
        {"aud": ["SG", "SG"]},
        {"aud": ["SG", *map(str, range(64))]},
        {"aud": "SG"},
        {"kind": "gossip"},
        {"t": "yesterday"},
        {"refs": ["a"] * 2001},
        {"reason": "x" * 4001},
        {"detail": []},
        {"items": [{"object": 1, "odig": "", "marking": {}}]},
        {"items": [{"object": {"type": "a"}, "odig": "", "marking": {}}]},
    ],
)
def test_a_statement_of_another_form_is_refused(change):
    with pytest.raises(InvalidObject):
        opened(signed(**change))


def test_too_many_objects_are_refused_on_both_sides():
    many = tuple(an_item(number) for number in range(MAX_ITEMS + 1))
    with pytest.raises(InvalidObject, match="at most 500 objects"):
        sign_statement(a_statement(items=many), SIGN["ID"])
    item = {"object": {}, "odig": "", "marking": {}}
    with pytest.raises(InvalidObject, match="at most 500 objects"):
        opened(signed(items=[item] * (MAX_ITEMS + 1)))


def test_an_oversized_statement_is_refused_before_anything_is_read():
    with pytest.raises(InvalidObject, match="bundle fewer objects"):
        sign_statement(a_statement(items=(an_item(value="x" * (2 << 20)),)), SIGN["ID"])
    for envelope in (b"{" * (MAX_ENVELOPE + 1), b" " * (MAX_ENVELOPE + 1)):
        with pytest.raises(InvalidObject, match="at most"):
            opened(envelope)
        with pytest.raises(InvalidObject, match="at most"):
            seal(envelope, SEAL["SG"].public, b"")
    with pytest.raises(InvalidObject, match="at most"):
        from_dsse(b" " * (MAX_ENVELOPE * 2 + 1))


def deep(levels, kind=b"[]"):
    return kind[:1] * levels + kind[1:] * levels


def test_deep_nesting_is_refused_wherever_it_is():
    nested = json.loads(deep(MAX_DEPTH + 1))
    raw = an_object(3, deep=nested)
    with pytest.raises(InvalidObject, match="64 levels"):
        sign_statement(a_statement(items=(Item(raw, AMBER),)), SIGN["ID"])
    with pytest.raises(InvalidObject, match="64 levels"):
        sign_statement(a_statement(detail={"a": nested}), SIGN["ID"])
    item = {"object": dict(raw.content), "odig": raw.digest.hex(), "marking": {}}
    for change in ({"items": [item]}, {"detail": {"a": nested}}, {"items": [{**item, "marking": {"a": nested}}]}):
        with pytest.raises(InvalidObject, match="64 levels"):
            opened(signed(**change))


@pytest.mark.parametrize("kind", [b"[]", b"{}"])
def test_absurd_nesting_neither_crashes_nor_takes_long(kind):
    for bottomless in (deep(300_000, kind), kind[:1] * 600_000, b'{"a":' * 100_000):
        body = b'{"v":1,"id":"s","origin":"ID","aud":["SG"],"kind":"notice","t":"x","later":' + bottomless + b"}"
        with pytest.raises(InvalidObject):
            opened(pack(PAYLOAD_TYPE, body, (SIGN["ID"],)))


def test_brackets_within_text_are_no_nesting():
    refuse_deep(json.dumps({"pattern": "[" * 500 + '\\"' + "{" * 500}).encode(), "x")
    for hostile in (b'"' + b'\\"' * 200_000, b'"\\' * 200_000, b"{" * 65 + b'"' + b"}" * 65):
        try:
            refuse_deep(b"[" * 30 + hostile + b"{" * 65, "x")
        except InvalidObject:
            continue


@pytest.mark.parametrize("raw", [b' {"a":1}', b'{"a":1}\n'])
def test_white_space_around_an_object_is_refused_for_it_would_fall_out_of_the_digest(raw):
    content = {"type": "domain-name", "id": an_object().id}
    with pytest.raises(InvalidObject, match="begin with"):
        sign_statement(a_statement(items=(Item(StixObject(raw, content), AMBER),)), SIGN["ID"])


@pytest.mark.parametrize(
    "envelope",
    [
        b"",
        b"\n",
        b"{}\n{}",
        b'{"payloadType":"x"}\n',
        b"x" * 40_000 + b"\n",
        b'{"payloadType":"application/vnd.oureyes.statement+json","signatures":[]}\nnot json',
    ],
)
def test_an_envelope_of_another_form_is_refused(envelope):
    with pytest.raises(OurEyesError):
        opened(envelope)


def test_a_signature_list_cannot_be_stuffed():
    one = json.loads(signed().partition(b"\n")[0])["signatures"][0]
    for signatures in ([one, one], [{"keyid": str(n), "sig": ""} for n in range(129)], [{**one, "sig": "!"}]):
        head = json.dumps({"payloadType": PAYLOAD_TYPE, "signatures": signatures}).encode()
        with pytest.raises(InvalidObject):
            unpack(head + b"\n" + payload(), PAYLOAD_TYPE, SIGN_PUBLIC)
    with pytest.raises(InvalidObject):
        from_dsse(b'{"payload":"?","payloadType":"x","signatures":[]}')


@given(st.binary(max_size=3000))
@settings(max_examples=40)
def test_sealed_is_opened_and_its_size_is_a_bucket(envelope):
    sealed = seal(envelope, SEAL["SG"].public, b"info")
    assert open_(sealed, SEAL["SG"], b"info") == envelope
    assert padded(len(sealed) - 1136) == len(sealed) - 1136


@given(st.integers(0, 1 << 22))
def test_padding_costs_at_most_an_eighth_and_is_settled(length):
    assert length <= padded(length) <= max(512, length + length // 8)
    assert padded(padded(length)) == padded(length)
    assert padded(length) <= padded(length + 1)


def test_a_decompression_bomb_is_refused():
    bomb = zlib.compress(bytes(64 << 20), 9)
    plain = b"\x01" + len(bomb).to_bytes(4, "big") + bomb
    with pytest.raises(InvalidObject, match="at most"):
        open_(encrypt(plain, SEAL["SG"].public, b""), SEAL["SG"], b"")


def junk():
    good = zlib.compress(b"hello", 1)
    size = len(good).to_bytes(4, "big")
    yield b""
    yield b"\x02" + size + good  # another version
    yield b"\x01" + size + good + b"\x00\x01"  # padding that is not zero
    yield b"\x01" + (999).to_bytes(4, "big") + good  # a length beyond the end
    yield b"\x01" + bytes(4)
    yield b"\x01" + (len(good) - 1).to_bytes(4, "big") + good  # cut short
    yield b"\x01" + (len(good) + 1).to_bytes(4, "big") + good + b"x"  # more after the end
    yield b"\x01\x00\x00\x00\x04junk"


@pytest.mark.parametrize("plain", list(junk()))
def test_sealed_junk_is_refused(plain):
    with pytest.raises(InvalidObject):
        open_(encrypt(plain, SEAL["SG"].public, b""), SEAL["SG"], b"")


@given(st.binary(max_size=400))
def test_junk_never_raises_anything_but_our_errors(noise):
    for body in (noise, payload()[:200] + noise):
        with pytest.raises(OurEyesError):
            opened(pack(PAYLOAD_TYPE, body, (SIGN["ID"],)))


def test_errors_carry_no_content():
    secret = "canary-7f3"
    item = {"object": {"type": "domain-name", "value": secret}, "odig": "", "marking": {}}
    with pytest.raises(OurEyesError) as caught:
        opened(signed(items=[item]))
    assert secret not in str(caught.value)


def test_an_unsigned_change_of_statement_is_seen():
    first, second = a_statement(), replace(a_statement(), audience=("SG", "TH"))
    head = sign_statement(first, SIGN["ID"]).partition(b"\n")[0]
    other = sign_statement(second, SIGN["ID"]).partition(b"\n")[2]
    with pytest.raises(VerificationError, match="does not hold"):
        opened(head + b"\n" + other)
