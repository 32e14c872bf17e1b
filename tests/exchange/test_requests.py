"""Signed requests: whose they are, to whom, when, and once."""

import base64
import hashlib

import pytest
from exchange_parties import SIGN, SIGN_PUBLIC

from oureyes.errors import VerificationError
from oureyes.exchange.requests import SeenNonces, sign_request, verify_request

NOW, PATH, QUERY, BODY = 1_772_352_000, "/oe/1/ch/ID/SG/1/entries", "from=42&limit=7", b"frames"
NONCE = "n0nce-n0nce-n0nce"


def a_request(**changes):
    told = {"sender": "ID", "to": "SG", "key": SIGN["ID"], "now": NOW, "nonce": NONCE}
    return sign_request("POST", PATH, QUERY, BODY, **{**told, **changes})


def check(headers, method="POST", path=PATH, query=QUERY, body=BODY, me="SG", now=NOW, seen=None):
    seen = seen or SeenNonces()
    return verify_request(method, path, query, headers, body, me=me, keys=SIGN_PUBLIC, now=now, seen_nonces=seen)


def test_a_request_names_its_sender():
    assert check(a_request()) == "ID"
    assert check({name.upper(): value for name, value in a_request().items()}) == "ID"
    assert check(a_request(), method="post") == "ID"


def test_the_signature_is_over_the_base_of_rfc_9421():
    headers = a_request()
    digest = base64.b64encode(hashlib.sha256(BODY).digest()).decode()
    params = headers["Signature-Input"].removeprefix("oe=")
    base = (
        f'"@method": POST\n"@path": {PATH}\n"@query": ?{QUERY}\n"oe-to": SG\n'
        f'"content-digest": sha-256=:{digest}:\n"@signature-params": {params}'
    )
    assert headers["Signature"] == f"oe=:{base64.b64encode(SIGN['ID'].sign(base.encode())).decode()}:"


@pytest.mark.parametrize(
    "change",
    [
        {"method": "GET"},
        {"path": PATH + "x"},
        {"query": ""},
        {"query": "from=43&limit=7"},
        {"body": b"other"},
        {"me": "MY"},
    ],
)
def test_a_request_changed_on_the_way_is_refused(change):
    with pytest.raises(VerificationError):
        check(a_request(), **change)


@pytest.mark.parametrize("name", ["Oe-To", "Content-Digest", "Signature-Input", "Signature"])
def test_a_header_missing_or_malformed_is_refused(name):
    headers = a_request()
    for value in ("", "junk", headers[name] + " ", headers[name] * 2):
        with pytest.raises(VerificationError):
            check({**headers, name: value})
    del headers[name]
    with pytest.raises(VerificationError):
        check(headers)


def test_a_request_signed_by_another_or_by_a_stranger_is_refused():
    with pytest.raises(VerificationError, match="compare rosters"):
        check(a_request(key=SIGN["MY"]))
    with pytest.raises(VerificationError, match="a sender on the roster, found XX"):
        check(a_request(sender="XX"))


def test_clocks_may_differ_by_five_minutes():
    assert check(a_request(), now=NOW + 300) == check(a_request(), now=NOW - 300) == "ID"
    with pytest.raises(VerificationError, match="one 301 s old"):
        check(a_request(), now=NOW + 301)
    with pytest.raises(VerificationError, match="in the future"):
        check(a_request(), now=NOW - 301)


def test_a_replay_is_refused_and_costs_the_owner_nothing():
    seen = SeenNonces()
    with pytest.raises(VerificationError):
        check({**a_request(), "Signature": a_request(key=SIGN["MY"])["Signature"]}, seen=seen)
    assert check(a_request(), seen=seen) == "ID"
    with pytest.raises(VerificationError, match="it is a replay"):
        check(a_request(), seen=seen)
    assert check(a_request(sender="MY", key=SIGN["MY"]), seen=seen) == "MY"


def test_nonces_are_remembered_as_long_as_they_could_be_used_and_not_for_ever():
    seen = SeenNonces()
    for second in range(0, 20_000, 10):
        assert seen.add(f"n{second}", NOW + second)
        assert second < 600 or not seen.add(f"n{second - 600}", NOW + second)
    assert len(seen._seen) < 150


@pytest.mark.parametrize("path", ["/a\nb", "/ä", "/a\x00"])
def test_a_target_that_could_forge_a_line_is_refused(path):
    with pytest.raises(VerificationError, match="percent-encoded"):
        sign_request("GET", path, "", b"", sender="ID", to="SG", key=SIGN["ID"], now=NOW, nonce=NONCE)
