"""Headers, frames, checkpoints, receipts: to the letter, and nothing else."""

import base64
import hashlib
import json

import pytest
import rfc8785
from exchange_parties import ID_SG, SEAL, SIGN, a_statement
from hypothesis import given
from hypothesis import strategies as st

from oureyes.errors import InvalidObject, OurEyesError, VerificationError
from oureyes.exchange.envelope import sign_statement
from oureyes.exchange.keys import SignKey, verify
from oureyes.exchange.log import (
    MAX_FRAME,
    MAX_NOTE,
    Frames,
    Heartbeat,
    Sent,
    SentCheckpoint,
    _note_key,
    checkpoint_frame,
    cosign,
    entry_frame,
    entry_of,
    heartbeat_frame,
    is_member_id,
    make_entry,
    make_header,
    origin_line,
    read_checkpoint,
    read_header,
    receipt_time,
    sign_checkpoint,
    verify_checkpoint,
    verify_log,
    verify_receipt,
)
from oureyes.model.merkle import Frontier, root
from oureyes.model.sharing import Channel

ENVELOPE = sign_statement(a_statement(), SIGN["ID"])
ORIGIN = origin_line(ID_SG)
HEADER = make_header(ID_SG, 3, "key-7", b"sealed")


def lines(count):
    return [(make_header(ID_SG, seq, "k", sealed), sealed) for seq in range(count) for sealed in [b"sealed %d" % seq]]


def head_of(some):
    return sign_checkpoint(ORIGIN, len(some), root(header for header, _ in some), SIGN["ID"])


# --- headers


def test_a_header_is_in_rfc_8785_form():
    assert rfc8785.dumps(json.loads(HEADER)) == HEADER
    entry = make_entry(ID_SG, 9007199254740991, ENVELOPE, SEAL["SG"].public)
    assert entry.header == rfc8785.dumps(json.loads(entry.header))
    assert entry_of(entry.header, entry.sealed) == entry


def test_a_header_says_where_and_how_much_and_no_more():
    read = read_header(HEADER)
    assert (read.channel, read.seq, read.kid, read.size) == (ID_SG, 3, "key-7", 6)
    assert read.digest == hashlib.sha256(b"sealed").digest()
    assert set(json.loads(HEADER)) == {"v", "ch", "ep", "seq", "alg", "kid", "n", "ct"}


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"seq": -1},
        {"seq": 1 << 53},
        {"seq": 1.5},
        {"seq": "3"},
        {"ep": 0},
        {"n": -1},
        {"n": 1 << 30},
        {"ch": "ID"},
        {"ch": "ID/SG/1"},
        {"ch": "ID/../SG"},
        {"ch": "ID/S G"},
        {"kid": ""},
        {"kid": 'a"b'},
        {"ct": "00"},
        {"ct": "A" * 64},
        {"alg": "é"},
        {"more": 1},
        {"seq": None},
    ],
)
def test_a_header_of_another_form_is_refused(change):
    with pytest.raises(InvalidObject):
        read_header(json.dumps({**json.loads(HEADER), **change}, sort_keys=True, separators=(",", ":")).encode())


@pytest.mark.parametrize(
    "raw", [b"", b"{}", b"[]", HEADER + b" ", HEADER.replace(b",", b", "), b"[" * 5000, b"[" * 900]
)
def test_a_header_in_another_writing_is_refused(raw):
    with pytest.raises(InvalidObject):
        read_header(raw)


def test_an_entry_whose_parts_do_not_belong_together_is_refused():
    assert entry_of(HEADER, b"sealed").seq == 3
    with pytest.raises(VerificationError, match="entry 3: expected sealed bytes with the header's digest"):
        entry_of(HEADER, b"altere")
    with pytest.raises(VerificationError, match="6 sealed bytes"):
        entry_of(HEADER, b"longer than said")


@pytest.mark.parametrize(
    ("text", "good"), [("ID", True), ("a.b-c_9", True), ("", False), ("-x", False), ("a/b", False)]
)
def test_member_ids_are_safe_anywhere(text, good):
    assert is_member_id(text) is good
    assert not is_member_id("x" * 33)


# --- frames


def test_frames_are_read_however_they_are_cut():
    wire = heartbeat_frame() + entry_frame(HEADER, b"sealed") + checkpoint_frame(b"note\n") + heartbeat_frame()
    expected = [Heartbeat(), Sent(HEADER, b"sealed"), SentCheckpoint(b"note\n"), Heartbeat()]
    assert Frames().feed(wire) == expected
    for step in (1, 2, 3, 7, 50):
        frames, got = Frames(), []
        for at in range(0, len(wire), step):
            got += frames.feed(wire[at : at + step])
        frames.close()
        assert got == expected


def test_a_stream_cut_within_a_frame_is_noticed():
    wire = entry_frame(HEADER, b"sealed")
    for cut in range(1, len(wire)):
        frames = Frames()
        assert frames.feed(wire[:cut]) == []
        with pytest.raises(InvalidObject, match="connect again"):
            frames.close()


@pytest.mark.parametrize(
    "wire",
    [
        b"\x00\x00\x00\x00",
        b"\xff\xff\xff\xff",
        (MAX_FRAME + 1).to_bytes(4, "big"),
        b"\x00\x00\x00\x01\x09",
        b"\x00\x00\x00\x02\x00\x00",
        b"\x00\x00\x00\x01\x01",
        b"\x00\x00\x00\x03\x01\x00\x00",
        b"\x00\x00\x00\x03\x01\x00\x09",
        b"\x00\x00\x00\x01\x02",
        entry_frame(b"h" * 2000, b""),
        checkpoint_frame(b"n" * (MAX_NOTE + 1)),
    ],
)
def test_junk_frames_are_refused_as_soon_as_they_show(wire):
    with pytest.raises(InvalidObject):
        Frames().feed(wire)


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_noise_in_a_stream_raises_our_error_or_waits(pieces):
    frames = Frames()
    try:
        for piece in pieces:
            frames.feed(piece)
        frames.close()
    except InvalidObject:
        return


# --- checkpoints and receipts


def test_a_checkpoint_is_a_c2sp_signed_note():
    head = sign_checkpoint(ORIGIN, 5, bytes(32), SIGN["ID"])
    text, _, tail = head.note.decode().rpartition("\n\n")
    assert text == f"oureyes/ch/ID/SG/1\n5\n{base64.b64encode(bytes(32)).decode()}"
    dash, name, signature = tail.rstrip("\n").split(" ")
    raw = base64.b64decode(signature)
    key_hash = hashlib.sha256(name.encode() + b"\n\x01" + SIGN["ID"].public).digest()[:4]
    assert (dash, name, raw[:4]) == ("—", ORIGIN, key_hash)
    assert raw[4:] == SIGN["ID"].sign(text.encode() + b"\n")
    assert verify_checkpoint(head.note, ORIGIN, SIGN["ID"].public) == head


def test_the_example_of_c2sp_is_read():
    note = (
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
        "— example.com/behind-the-sofa "
        "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    ).encode()
    head = read_checkpoint(note)
    assert (head.origin_line, head.size) == ("example.com/behind-the-sofa", 20852163)


def test_key_ids_are_those_of_the_go_note_package():
    public = base64.b64decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    text = b"If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    signature = base64.b64decode(
        "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    )
    assert _note_key("PeterNeumann", public[:1], public[1:]) == signature[:4] == bytes.fromhex("c74f20a3")
    assert verify(public[1:], signature[4:], text)


def test_signatures_of_unknown_keys_are_passed_over():
    head = sign_checkpoint(ORIGIN, 5, bytes(32), SIGN["ID"])
    stranger = "— example.org/witness ".encode() + base64.b64encode(bytes(76)) + b"\n"
    assert verify_checkpoint(head.note + stranger, ORIGIN, SIGN["ID"].public).size == 5


def test_a_checkpoint_not_signed_by_its_owner_is_refused():
    head = sign_checkpoint(ORIGIN, 5, bytes(32), SIGN["ID"])
    other = sign_checkpoint(origin_line(Channel("ID", "MY")), 5, bytes(32), SIGN["ID"])
    for note, key in (
        (head.note, SIGN["MY"].public),
        (head.note.replace(b"\n5\n", b"\n6\n"), SIGN["ID"].public),
        (other.note, SIGN["ID"].public),
        (sign_checkpoint(ORIGIN, 5, bytes(32), SIGN["MY"]).note, SIGN["ID"].public),
    ):
        with pytest.raises(VerificationError):
            verify_checkpoint(note, ORIGIN, key)


@pytest.mark.parametrize(
    "note",
    [
        b"",
        b"\n\n",
        b"a\n1\nAA==\n\n",
        b"a\n1\n" + b"A" * 43 + b"=\n",
        b"a\n01\n" + b"A" * 43 + "=\n\n— a AAAAAAAAAAA=\n".encode(),
        b"a\n1\nAAAA\n\n" + "— a AAAAAAAAAAA=\n".encode(),
        b"a\n1\n" + b"A" * 42 + "B=\n\n— a AAAAAAAAAAA=\n".encode(),
        b"a\n1\n" + b"A" * 43 + "=\n\n— a b c\n".encode(),
        b"a\n1\n" + b"A" * 43 + "=\n\n— a AAAAAAAAAAA=".encode(),
        b"a\x00\n1\n" + b"A" * 43 + "=\n\n— a AAAAAAAAAAA=\n".encode(),
        b"\xff\n1\n" + b"A" * 43 + "=\n\n— a AAAAAAAAAAA=\n".encode(),
        b"a\n1\n" + b"A" * 43 + b"=\n\n" + "— a AAAAAAAAAAA=\n".encode() * 65,
        b"a\n1\n" + b"A" * 43 + b"=\n\n" + "— a AAAAAAAAAAA=\n".encode() * 2000,
    ],
)
def test_a_note_of_another_form_is_refused(note):
    with pytest.raises(InvalidObject):
        read_checkpoint(note)


def test_a_receipt_is_a_c2sp_cosignature():
    head = sign_checkpoint(ORIGIN, 5, bytes(32), SIGN["ID"])
    receipt = cosign(head, ID_SG, SIGN["SG"], 1_772_352_000)
    assert receipt.note.startswith(head.note)
    name, signature = receipt.note[len(head.note) :].decode().split(" ")[1:]
    raw, key = base64.b64decode(signature), SIGN["SG"].public
    assert raw[:4] == hashlib.sha256(name.encode() + b"\n\x04" + key).digest()[:4]
    assert int.from_bytes(raw[4:12], "big") == 1_772_352_000
    body = head.note.partition(b"\n\n")[0] + b"\n"
    assert raw[12:] == SIGN["SG"].sign(b"cosignature/v1\ntime 1772352000\n" + body)
    assert verify_receipt(receipt.note, ID_SG, key) == receipt
    assert receipt_time(receipt, key) == 1_772_352_000
    assert verify_checkpoint(receipt.note, ORIGIN, SIGN["ID"].public).size == 5


def test_a_receipt_by_another_or_for_another_channel_is_refused():
    head = sign_checkpoint(ORIGIN, 5, bytes(32), SIGN["ID"])
    receipt = cosign(head, ID_SG, SIGN["SG"], 7)
    for note, channel, key in (
        (head.note, ID_SG, SIGN["SG"].public),
        (receipt.note, ID_SG, SIGN["MY"].public),
        (receipt.note, Channel("ID", "MY"), SIGN["SG"].public),
        (receipt.note.replace(b"\n5\n", b"\n9\n"), ID_SG, SIGN["SG"].public),
        (cosign(head, ID_SG, SIGN["MY"], 7).note, ID_SG, SIGN["SG"].public),
    ):
        with pytest.raises(VerificationError):
            verify_receipt(note, channel, key)


@given(st.binary(max_size=200))
def test_noise_is_never_a_note(noise):
    with pytest.raises(OurEyesError):
        verify_checkpoint(noise, ORIGIN, SIGN["ID"].public)
    with pytest.raises(OurEyesError):
        verify_receipt(b"oureyes/ch/ID/SG/1\n1\n" + noise, ID_SG, SIGN["SG"].public)


def test_one_key_signs_many_things_and_none_passes_for_another():
    """Each message begins differently, see `keys`."""
    key = SignKey(hashlib.sha256(b"one key").digest())
    head = sign_checkpoint(ORIGIN, 1, bytes(32), key)
    line = cosign(head, ID_SG, key, 1).note[len(head.note) :]
    body = head.note.partition(b"\n\n")[0] + b"\n"
    with pytest.raises(VerificationError):
        verify_checkpoint(body + b"\n" + line.replace(b"member/SG", b"ch/ID/SG/1"), ORIGIN, key.public)


# --- a whole log


def test_a_whole_log_is_verified_against_its_heads():
    log = lines(6)
    assert verify_log(ID_SG, log, [head_of(log[:2]), head_of(log)]) == 6
    assert verify_log(ID_SG, [], []) == 0
    assert verify_log(ID_SG, log, [head_of([])]) == 6


def test_a_tampered_line_is_found_at_its_place():
    log, heads = lines(6), [head_of(lines(size)) for size in range(1, 7)]
    with pytest.raises(VerificationError, match="ID/SG/1 entry 4"):
        verify_log(ID_SG, [*log[:4], (log[4][0], b"sealed 9"), log[5]], heads)
    forged = (make_header(ID_SG, 2, "k", b"forged"), b"forged")
    with pytest.raises(VerificationError, match="ID/SG/1 entry 2: expected what was signed"):
        verify_log(ID_SG, [*log[:2], forged, *log[3:]], heads)
    with pytest.raises(VerificationError, match="entries 1 to 3"):
        verify_log(ID_SG, [*log[:2], forged, *log[3:]], [heads[0], heads[3], heads[5]])


def test_a_missing_swapped_or_foreign_line_is_found():
    log = lines(4)
    for spoilt in ([log[0], log[2]], [log[1], log[0]], [(make_header(Channel("ID", "MY"), 0, "k", b"x"), b"x")]):
        with pytest.raises(VerificationError, match="expected entry"):
            verify_log(ID_SG, spoilt, [])
    with pytest.raises(VerificationError, match="expected 4 entries, found 3; restore from the partner from entry 3"):
        verify_log(ID_SG, log[:3], [head_of(log)])


def test_the_frontier_follows_the_log():
    log = lines(5)
    assert Frontier().extend(header for header, _ in log).root() == head_of(log).root
