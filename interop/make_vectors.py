"""Writes the interop vectors beside this file. See README.md."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from oureyes.correlate import blind
from oureyes.correlate.blind import voprf
from oureyes.exchange import log, roster
from oureyes.exchange.envelope import PAYLOAD_TYPE, pack, padded, seal, sign_statement, to_dsse
from oureyes.exchange.keys import SealKey, SignKey, encrypt, interop_seed
from oureyes.exchange.requests import sign_request
from oureyes.model import merkle
from oureyes.model.markings import TLP, Marking
from oureyes.model.objects import StixObject
from oureyes.model.sharing import Channel, Item, Keys, Kind, Member, Statement

HERE = Path(__file__).parent
NAMES = ("ID", "MY", "SG", "TH", "VN")
SIGN = {name: SignKey(interop_seed(name)) for name in NAMES}
SEAL = {name: SealKey(interop_seed(name)) for name in NAMES}
CHANNEL = Channel("ID", "SG")
ORIGIN = log.origin_line(CHANNEL)
TIME = 1_772_352_000


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def case(name: str, why: str = "", **content: Any) -> dict[str, Any]:
    return {"name": name, **({"why": why} if why else {}), **content}


def keys() -> dict[str, Any]:
    return {
        name: {"seed": SIGN[name].seed.hex(), "sign": SIGN[name].public.hex(), "seal": b64(SEAL[name].public)}
        for name in NAMES
    }


def merkle_vectors() -> dict[str, Any]:
    leaves = [f"leaf {number}".encode() for number in range(20)]
    hashes = [merkle.leaf_hash(leaf) for leaf in leaves]
    roots = [merkle.root(leaves[:size]).hex() for size in range(21)]
    inside = [(0, 1), (0, 2), (4, 5), (2, 7), (7, 8), (19, 20), (11, 20)]
    steps = [(0, 5), (1, 2), (3, 7), (4, 8), (6, 20), (16, 20), (20, 20)]
    inclusions = [
        case(f"leaf {at} of {size}", index=at, size=size, proof=[x.hex() for x in merkle.inclusion(hashes, at, size)])
        for at, size in inside
    ]
    consistencies = [
        case(f"{m} to {n}", m=m, n=n, proof=[x.hex() for x in merkle.consistency(hashes, m, n)]) for m, n in steps
    ]
    wrong = [
        case("another place", "the proof is for leaf 2", index=3, size=7, proof=inclusions[3]["proof"]),
        case("a step too few", "the proof is cut", index=2, size=7, proof=inclusions[3]["proof"][:-1]),
    ]
    cut = consistencies[2]["proof"][:-1]
    return {
        "leaves": [leaf.decode() for leaf in leaves],
        "roots": roots,
        "valid": {"inclusion": inclusions, "consistency": consistencies},
        "invalid": {
            "inclusion": wrong,
            "consistency": [case("a step too few", "the proof is cut", m=3, n=7, proof=cut)],
        },
    }


def a_statement(**changes: Any) -> Statement:
    raw = (
        b'{"type": "domain-name", "spec_version": "2.1",\n'
        b' "id": "domain-name--3c1b2a54-6a0e-5a2e-9d2c-0e7f0a1c0001", "value": "funds.example.org"}'
    )
    marking = Marking(tlp=TLP.AMBER, releasable_to=frozenset({"MY", "SG"}), originator="ID")
    told: dict[str, Any] = {
        "id": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
        "origin": "ID",
        "audience": ("MY", "SG"),
        "kind": Kind.RELEASE,
        "time": "2026-03-01T08:00:00Z",
        "items": (Item(StixObject.parse(raw), marking),),
    }
    return Statement(**{**told, **changes})


def envelopes() -> dict[str, Any]:
    good = sign_statement(a_statement(), SIGN["ID"])
    retract = a_statement(
        kind=Kind.RETRACT, items=(), refs=("domain-name--3c1b2a54-6a0e-5a2e-9d2c-0e7f0a1c0001",), reason="mistaken"
    )
    head, payload = good.split(b"\n", 1)
    digest = a_statement().items[0].object.digest.hex().encode()
    later = payload[:-1] + b',"later":{"field":[1]}}'
    spoilt = {
        "an altered byte": ("the signature does not hold", head + b"\n" + payload.replace(b"funds", b"fonds")),
        "a swapped audience": ("SG is not in the audience", sign_statement(a_statement(audience=("MY",)), SIGN["ID"])),
        "another signer": ("MY signed for ID", sign_statement(a_statement(), SIGN["MY"])),
        "no signature": ("nobody signed", pack(PAYLOAD_TYPE, payload, ())),
        "another payload type": ("it is no statement", pack("application/json", payload, (SIGN["ID"],))),
        "another digest": ("odig is of other bytes", _signed(payload.replace(digest, b"0" * 64))),
        "an unknown rule": (
            "a marking nobody knows",
            _signed(payload.replace(b'"marking":{', b'"marking":{"x":1,')),
        ),
        "an unknown kind": ("a kind nobody knows", _signed(payload.replace(b'"release"', b'"gossip"'))),
        "another version": ("version 2", _signed(payload.replace(b'"v":1', b'"v":2'))),
        "deep nesting": ("65 levels", _signed(payload[:-1] + b',"detail":{"a":' + b"[" * 64 + b"]" * 64 + b"}}")),
    }
    return {
        "me": "SG",
        "valid": [
            _envelope("a release", good),
            _envelope("a retraction", sign_statement(retract, SIGN["ID"])),
            _envelope("an unknown field is passed over", _signed(later)),
        ],
        "invalid": [case(name, why, envelope=b64(raw)) for name, (why, raw) in spoilt.items()],
    }


def _envelope(name: str, raw: bytes) -> dict[str, Any]:
    return case(name, envelope=b64(raw), dsse=json.loads(to_dsse(raw)))


def _signed(payload: bytes) -> bytes:
    return pack(PAYLOAD_TYPE, payload, (SIGN["ID"],))


def headers() -> dict[str, Any]:
    good = log.make_header(CHANNEL, 42, SEAL["SG"].id, b"sealed")
    spoilt = {
        "white space": good.replace(b",", b", "),
        "another order": b'{"v":1,' + good[1:-7] + b"}",
        "an unknown field": good[:-1] + b',"x":1}',
        "a number too large": good.replace(b'"seq":42', b'"seq":9007199254740992'),
        "a fraction": good.replace(b'"seq":42', b'"seq":42.0'),
        "another version": good.replace(b'"v":1', b'"v":2'),
        "no channel": good.replace(b'"ID/SG"', b'"IDSG"'),
    }
    first = {"header": good.decode(), "sealed": b64(b"sealed"), "leaf_hash": merkle.leaf_hash(good).hex()}
    return {
        "valid": [case("entry 42", **first)],
        "invalid": [
            *(case(name, name, header=raw.decode(), sealed=b64(b"sealed")) for name, raw in spoilt.items()),
            case("other sealed bytes", "their digest differs", header=good.decode(), sealed=b64(b"SEALED")),
        ],
    }


def frames() -> dict[str, Any]:
    header = log.make_header(CHANNEL, 0, SEAL["SG"].id, b"sealed")
    note = log.sign_checkpoint(ORIGIN, 1, merkle.root([header]), SIGN["ID"]).note
    stream = log.heartbeat_frame() + log.entry_frame(header, b"sealed") + log.checkpoint_frame(note)
    spoilt = {
        "cut within a frame": stream[:-1],
        "an empty frame": bytes(4),
        "a frame too large": b"\x7f\xff\xff\xff",
        "an unknown kind": b"\x00\x00\x00\x01\x07",
        "a heartbeat with a body": b"\x00\x00\x00\x02\x00\x00",
        "a header beyond its frame": b"\x00\x00\x00\x03\x01\x00\x09",
    }
    events = [
        {"kind": "heartbeat"},
        {"kind": "entry", "header": header.decode(), "sealed": b64(b"sealed")},
        {"kind": "checkpoint", "note": note.decode()},
    ]
    return {
        "valid": [case("a heartbeat, an entry, its checkpoint", stream=b64(stream), events=events)],
        "invalid": [case(name, name, stream=b64(raw)) for name, raw in spoilt.items()],
    }


def checkpoints() -> dict[str, Any]:
    root = merkle.root([b"leaf"])
    good = log.sign_checkpoint(ORIGIN, 1, root, SIGN["ID"]).note
    empty = log.sign_checkpoint(ORIGIN, 0, merkle.EMPTY, SIGN["ID"]).note
    other = log.sign_checkpoint(log.origin_line(Channel("ID", "MY")), 1, root, SIGN["ID"]).note
    spoilt = {
        "another size": ("it was not signed", good.replace(b"\n1\n", b"\n2\n")),
        "another log": ("the origin line is of ID/MY", other),
        "another signer": ("MY signed", log.sign_checkpoint(ORIGIN, 1, root, SIGN["MY"]).note),
        "a leading zero": ("sizes have none", good.replace(b"\n1\n", b"\n01\n")),
        "no signature": ("nobody signed", good[: good.index(b"\n\n") + 2]),
    }
    return {
        "origin": ORIGIN,
        "signer": "ID",
        "valid": [
            case("one entry", note=good.decode(), size=1, root=root.hex()),
            case("an empty log", note=empty.decode(), size=0, root=merkle.EMPTY.hex()),
        ],
        "invalid": [case(name, why, note=note.decode()) for name, (why, note) in spoilt.items()],
    }


def receipts() -> dict[str, Any]:
    head = log.sign_checkpoint(ORIGIN, 1, merkle.root([b"leaf"]), SIGN["ID"])
    good = log.cosign(head, CHANNEL, SIGN["SG"], TIME).note
    spoilt = {
        "a checkpoint alone": ("nobody cosigned", head.note),
        "another cosigner": ("MY cosigned", log.cosign(head, CHANNEL, SIGN["MY"], TIME).note),
        "another size": ("it was not cosigned", good.replace(b"\n1\n", b"\n2\n")),
    }
    return {
        "channel": CHANNEL.name,
        "cosigner": "SG",
        "valid": [case("one entry", note=good.decode(), size=1, time=TIME)],
        "invalid": [case(name, why, note=note.decode()) for name, (why, note) in spoilt.items()],
    }


def rosters() -> dict[str, Any]:
    first = _roster(roster.build(1, [_member(name) for name in ("ID", "MY", "SG")]), "ID", "MY")
    before = roster.load(first)
    second = roster.build(2, [_member(name) for name in NAMES], before)
    spoilt = {
        "too few of the old": ("one of three old members signed", _roster(second, "ID", "TH", "VN")),
        "too few of the new": ("three of five new members signed", _roster(second, "ID", "MY", "SG")),
        "altered": ("signatures do not hold", _roster(second, *NAMES).replace(b"Node of VN", b"Node of XX")),
        "version 1 again": ("not the successor", first),
    }
    good = {"roster": _roster(second, "ID", "MY", "TH", "VN").decode(), "members": list(NAMES)}
    return {
        "genesis": {"roster": first.decode(), "fingerprint": roster.fingerprint(first)},
        "valid": [case("version 2 after version 1", **good)],
        "invalid": [case(name, why, roster=raw.decode()) for name, (why, raw) in spoilt.items()],
    }


def _member(name: str) -> Member:
    made = Keys(SIGN[name].public, SEAL[name].public, b"certificate of " + name.encode())
    return Member(name, f"Node of {name}", f"https://{name.lower()}.example.org", made)


def _roster(raw: bytes, *signers: str) -> bytes:
    for name in signers:
        raw = roster.sign(raw, SIGN[name])
    return raw


def requests() -> dict[str, Any]:
    path, query, body = "/oe/1/ch/ID/SG/1/entries", "from=42", b"frames"
    told: dict[str, Any] = {"sender": "ID", "to": "SG", "key": SIGN["ID"], "now": TIME, "nonce": "bm9uY2Utbm9uY2U-"}
    given = sign_request("POST", path, query, body, **told)
    asked = {"method": "POST", "path": path, "query": query, "headers": given, "body": b64(body), "now": TIME}
    theirs = sign_request("POST", path, query, body, **{**told, "key": SIGN["MY"]})
    return {
        "me": "SG",
        "valid": [case("a push", sender="ID", **asked)],
        "invalid": [
            case("another method", "it was signed as POST", **{**asked, "method": "PUT"}),
            case("another query", "it was signed with from=42", **{**asked, "query": "from=0"}),
            case("another body", "its digest differs", **{**asked, "body": b64(b"other")}),
            case("too old", "301 seconds", **{**asked, "now": TIME + 301}),
            case("another signer", "MY signed for ID", **{**asked, "headers": theirs}),
            case("to another", "it is for SG", **{**asked, "headers": {**given, "Oe-To": "MY"}}),
        ],
    }


def sealed() -> dict[str, Any]:
    envelope = sign_statement(a_statement(), SIGN["ID"])
    info, public = log.info_of(CHANNEL, 0), SEAL["SG"].public
    huge = (b"\x01" + (600).to_bytes(4, "big")).ljust(padded(5), b"x")
    return {
        "recipient": "SG",
        "channel": CHANNEL.name,
        "seq": 0,
        "info": info.decode(),
        "valid": [case("a release", sealed=b64(seal(envelope, public, info)), envelope=b64(envelope))],
        "invalid": [
            case(
                "another place",
                "the info was that of entry 1",
                sealed=b64(seal(envelope, public, log.info_of(CHANNEL, 1))),
            ),
            case("another recipient", "sealed to MY", sealed=b64(seal(envelope, SEAL["MY"].public, info))),
            case("a length beyond the end", "600 of 507", sealed=b64(encrypt(huge, public, info))),
        ],
    }


def private_questions() -> dict[str, Any]:
    """hitno/1: the key of one member, epoch and kind; outputs of values; a question with its answer; a filter."""
    seed, info = interop_seed("ID"), blind.key_info("ID", "2026-11", "phone")
    key = blind.derive_key(seed, info)
    asked = [("phone", "081 234 5678", "TH"), ("phone", "+62 812 3456 7890", None)]
    selectors = [blind.selector(kind, value, country) for kind, value, country in asked]
    scalars = [(7 + place).to_bytes(32, "little") for place in range(8)]
    inputs = [*(one.input for one in selectors), *(b"filler %d" % place for place in range(6))]
    blinded = [voprf.blind(value, scalar) for value, scalar in zip(inputs, scalars, strict=True)]
    random = (99).to_bytes(32, "little")
    evaluated, proof = blind.evaluate(key, blinded, lambda: random)
    outputs = [blind.evaluate_known(key, one.input) for one in selectors]
    made = blind.Filter.of([*(one[: blind.KEPT] for one in outputs), *blind.fillers(bytes(32), 2, 256)])
    words = {"purpose": "investigation", "basis": "treaty", "case": "00" * 32}
    question = blind.Question("phone", "2026-11", **words, elements=tuple(blinded))
    valid = [
        case(text.text, kind=kind, value=value, country=country, input=text.input.hex(), output=output.hex())
        for (kind, value, country), text, output in zip(asked, selectors, outputs, strict=True)
    ]
    order = (2**255 - 19 + 2).to_bytes(32, "little")
    return {
        "about": "RFC 9497 VOPRF, ristretto255-SHA512; correlate/blind says what each part is",
        "key": {"seed": seed.hex(), "info": info.decode(), "public": key.public.hex()},
        "valid": valid,
        "question": {"blinds": [one.hex() for one in scalars], "raw": b64(question.raw)},
        "answer": {"random": random.hex(), "raw": b64(blind.Answer(1, 1016, tuple(evaluated), proof).raw)},
        "filter": {"fillers": bytes(32).hex(), "raw": b64(made.raw)},
        "invalid": [
            case("the identity", "no element", element=bytes(32).hex()),
            case("not reduced", "two encodings of one element", element=order.hex()),
            case("negative", "RFC 9496 §4.3.1", element=(b"\x01" + bytes(31)).hex()),
            case("the highest bit", "libsodium 1.0.18 looks past it", element=(bytes(31) + b"\x80").hex()),
        ],
    }


DETERMINISTIC: dict[str, Callable[[], dict[str, Any]]] = {
    "keys": keys,
    "merkle": merkle_vectors,
    "statements": envelopes,
    "headers": headers,
    "frames": frames,
    "checkpoints": checkpoints,
    "receipts": receipts,
    "rosters": rosters,
    "requests": requests,
    "hitno-1": private_questions,
}


def write(name: str, content: dict[str, Any]) -> None:
    (HERE / f"{name}.json").write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> None:
    for name, make in DETERMINISTIC.items():
        write(name, make())
    if not (HERE / "sealed.json").exists():
        write("sealed", sealed())


if __name__ == "__main__":
    main()
