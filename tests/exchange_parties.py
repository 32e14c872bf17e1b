"""Members, keys and things they say, for the exchange's tests."""

import json
from hashlib import sha256
from uuid import UUID

from oureyes.exchange.keys import SealKey, SignKey
from oureyes.model.markings import TLP, Marking
from oureyes.model.objects import StixObject
from oureyes.model.sharing import Channel, Item, Keys, Kind, Member, Statement

MEMBERS = ("ID", "MY", "SG", "TH", "VN")
SIGN = {member: SignKey(sha256(b"test sign " + member.encode()).digest()) for member in MEMBERS}
SEAL = {member: SealKey(sha256(b"test seal " + member.encode()).digest()) for member in MEMBERS}
SIGN_PUBLIC = {member: key.public for member, key in SIGN.items()}
SG_KEYS = {SEAL["SG"].id: SEAL["SG"]}
ID_SG = Channel("ID", "SG")
AMBER = Marking(tlp=TLP.AMBER, releasable_to=frozenset({"MY", "SG"}), originator="ID")


def an_object(number=1, **more):
    return StixObject.make(
        {"type": "domain-name", "id": f"domain-name--{UUID(int=number, version=4)}", "value": "a.example.org", **more}
    )


def an_item(number=1, marking=AMBER, **more):
    return Item(an_object(number, **more), marking)


def a_statement(**changes):
    told = {
        "id": "3f0c5a70-0000-4000-8000-000000000001",
        "origin": "ID",
        "audience": ("MY", "SG"),
        "kind": Kind.RELEASE,
        "time": "2026-03-01T08:00:00Z",
        "items": (an_item(),),
    }
    return Statement(**{**told, **changes})


def a_member(name, **changes):
    keys = Keys(SIGN[name].public, SEAL[name].public, b"certificate of " + name.encode())
    told = {"id": name, "name": f"Node of {name}", "url": f"https://{name.lower()}.example.org", "keys": keys}
    return Member(**{**told, **changes})


def payload(**changes):
    """A statement's payload as a dict, to be spoilt."""
    raw = an_object().raw
    told = {
        "v": 1,
        "id": "s1",
        "origin": "ID",
        "aud": ["SG"],
        "kind": "release",
        "t": "2026-03-01T08:00:00Z",
        "items": [{"object": json.loads(raw), "odig": sha256(raw).hexdigest(), "marking": {"tlp": "AMBER"}}],
    }
    return json.dumps({**told, **changes}, separators=(",", ":")).encode()
