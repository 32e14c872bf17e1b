"""Our code against the vectors that other implementations are given."""

import base64
import importlib.util
import json
from pathlib import Path

import pytest

from oureyes.errors import OurEyesError
from oureyes.exchange.envelope import from_dsse, open_, open_statement, to_dsse
from oureyes.exchange.keys import SealKey, SignKey
from oureyes.exchange.log import (
    Frames,
    Heartbeat,
    Sent,
    SentCheckpoint,
    entry_of,
    receipt_time,
    verify_checkpoint,
    verify_receipt,
)
from oureyes.exchange.requests import SeenNonces, verify_request
from oureyes.exchange.roster import fingerprint, load
from oureyes.model.merkle import leaf_hash, root, verify_consistency, verify_inclusion
from oureyes.model.sharing import Channel

INTEROP = Path(__file__).resolve().parents[2] / "interop"
SEEDS = {
    name: bytes.fromhex(told["seed"])
    for name, told in json.loads((INTEROP / "keys.json").read_text(encoding="utf-8")).items()
}
KEYS = {name: SignKey(seed).public for name, seed in SEEDS.items()}
SG = SealKey(SEEDS["SG"])


def read(name):
    return json.loads((INTEROP / f"{name}.json").read_text(encoding="utf-8"))


def raw(text):
    return base64.b64decode(text, validate=True)


def refused(action):
    try:
        action()
    except OurEyesError:
        return True
    return False


def test_the_vectors_are_those_the_script_writes():
    spec = importlib.util.spec_from_file_location("make_vectors", INTEROP / "make_vectors.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    for name, make in script.DETERMINISTIC.items():
        assert json.loads(json.dumps(make())) == read(name), name


def test_keys():
    for name, told in read("keys").items():
        assert KEYS[name].hex() == told["sign"]
        assert SealKey(SEEDS[name]).public == raw(told["seal"])


def test_merkle():
    told = read("merkle")
    leaves, roots = [leaf.encode() for leaf in told["leaves"]], [bytes.fromhex(text) for text in told["roots"]]
    assert [root(leaves[:size]) for size in range(21)] == roots
    for good, kind in ((True, "valid"), (False, "invalid")):
        for case in told[kind]["inclusion"]:
            proof, at, size = [bytes.fromhex(step) for step in case["proof"]], case["index"], case["size"]
            assert verify_inclusion(leaf_hash(leaves[at]), at, size, proof, roots[size]) is good, case["name"]
        for case in told[kind]["consistency"]:
            proof, m, n = [bytes.fromhex(step) for step in case["proof"]], case["m"], case["n"]
            assert verify_consistency(m, n, roots[m], roots[n], proof) is good, case["name"]


def test_statements():
    told = read("statements")
    for case in told["valid"]:
        envelope = raw(case["envelope"])
        assert open_statement(envelope, KEYS, told["me"]).origin == "ID"
        assert json.loads(to_dsse(envelope)) == case["dsse"]
        assert from_dsse(json.dumps(case["dsse"]).encode()) == envelope
    for case in told["invalid"]:
        assert refused(lambda case=case: open_statement(raw(case["envelope"]), KEYS, told["me"])), case["name"]


def test_sealed():
    told = read("sealed")
    for case in told["valid"]:
        assert open_(raw(case["sealed"]), SG, told["info"].encode()) == raw(case["envelope"])
    for case in told["invalid"]:
        assert refused(lambda case=case: open_(raw(case["sealed"]), SG, told["info"].encode())), case["name"]


def test_headers():
    told = read("headers")
    for case in told["valid"]:
        entry = entry_of(case["header"].encode(), raw(case["sealed"]))
        assert leaf_hash(entry.leaf).hex() == case["leaf_hash"]
    for case in told["invalid"]:
        assert refused(lambda case=case: entry_of(case["header"].encode(), raw(case["sealed"]))), case["name"]


def described(event):
    if isinstance(event, Sent):
        return {"kind": "entry", "header": event.header.decode(), "sealed": base64.b64encode(event.sealed).decode()}
    if isinstance(event, SentCheckpoint):
        return {"kind": "checkpoint", "note": event.note.decode()}
    assert isinstance(event, Heartbeat)
    return {"kind": "heartbeat"}


def stream(text):
    frames = Frames()
    events = frames.feed(raw(text))
    frames.close()
    return [described(event) for event in events]


def test_frames():
    told = read("frames")
    for case in told["valid"]:
        assert stream(case["stream"]) == case["events"]
    for case in told["invalid"]:
        assert refused(lambda case=case: stream(case["stream"])), case["name"]


def test_checkpoints():
    told = read("checkpoints")
    key = KEYS[told["signer"]]
    for case in told["valid"]:
        head = verify_checkpoint(case["note"].encode(), told["origin"], key)
        assert (head.size, head.root.hex()) == (case["size"], case["root"])
    for case in told["invalid"]:
        assert refused(lambda case=case: verify_checkpoint(case["note"].encode(), told["origin"], key)), case["name"]


def test_receipts():
    told = read("receipts")
    channel, key = Channel.of(told["channel"]), KEYS[told["cosigner"]]
    for case in told["valid"]:
        receipt = verify_receipt(case["note"].encode(), channel, key)
        assert (receipt.size, receipt_time(receipt, key)) == (case["size"], case["time"])
    for case in told["invalid"]:
        assert refused(lambda case=case: verify_receipt(case["note"].encode(), channel, key)), case["name"]


def test_rosters():
    told = read("rosters")
    genesis = load(told["genesis"]["roster"].encode())
    assert fingerprint(genesis.raw) == told["genesis"]["fingerprint"]
    for case in told["valid"]:
        assert sorted(load(case["roster"].encode(), genesis).members) == case["members"]
    for case in told["invalid"]:
        assert refused(lambda case=case: load(case["roster"].encode(), genesis)), case["name"]


def verified(case, me):
    asked = (case["method"], case["path"], case["query"], case["headers"], raw(case["body"]))
    return verify_request(*asked, me=me, keys=KEYS, now=case["now"], seen_nonces=SeenNonces())


def test_requests():
    told = read("requests")
    for case in told["valid"]:
        assert verified(case, told["me"]) == case["sender"]
    for case in told["invalid"]:
        assert refused(lambda case=case: verified(case, told["me"])), case["name"]


@pytest.mark.parametrize("name", ["statements", "sealed", "headers", "frames", "checkpoints", "receipts", "requests"])
def test_every_file_has_both_kinds_of_case(name):
    assert read(name)["valid"]
    assert all(case["why"] for case in read(name)["invalid"])
