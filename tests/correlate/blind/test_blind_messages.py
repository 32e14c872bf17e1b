"""What travels: one form, one size for each size of batch, and nothing that says more."""

import os

import msgspec
import pytest

from oureyes.correlate.blind.messages import (
    MAX_QUESTION,
    SIZES,
    Answer,
    Part,
    Parts,
    Question,
    padded_batch,
    read_answer,
    read_parts,
    read_question,
    write_parts,
)
from oureyes.errors import InvalidObject


def a_question(count=8, **said):
    words = {"kind": "phone", "epoch": "2026-11", "purpose": "investigation", "basis": "treaty", "case": "0" * 64}
    return Question(**{**words, **said}, elements=tuple(os.urandom(32) for _ in range(count)))


def test_a_question_comes_back_as_it_was():
    made = a_question(16)
    assert read_question(made.raw) == made


def test_its_size_follows_from_the_batch_and_from_nothing_else():
    for count in SIZES:
        sizes = {
            len(a_question(count, kind=kind, basis=basis).raw)
            for kind in ("phone", "document")
            for basis in ("treaty", "vital-interests")
        }
        assert sizes == {512 + 32 * count}
    assert len(a_question(512).raw) == MAX_QUESTION


def test_a_batch_is_filled_up_to_one_of_four_sizes():
    assert [padded_batch(count) for count in (1, 8, 9, 17, 64, 65, 500, 512)] == [8, 8, 16, 64, 64, 512, 512, 512]
    for count in (0, 513):
        with pytest.raises(InvalidObject):
            padded_batch(count)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"OEQ1",
        a_question().raw[:-1],
        a_question().raw + bytes(32),
        b"OEQ2" + a_question().raw[4:],
        b"OEQ1" + b"{" * 508 + bytes(32 * 8),
        b"OEQ1" + b'{"kind":1}'.ljust(508) + bytes(32 * 8),
        b"OEQ1" + a_question(kind="a\nb").raw[4:],
        a_question(kind="a" * 101).raw,
    ],
)
def test_what_is_no_question_is_refused(raw):
    with pytest.raises(InvalidObject):
        read_question(raw)


def test_a_question_of_another_size_or_with_too_long_a_header_is_not_made():
    with pytest.raises(InvalidObject):
        _ = a_question(9).raw
    with pytest.raises(InvalidObject):
        _ = a_question(case="x" * 600).raw


def test_an_answer_comes_back_and_one_of_another_size_is_refused():
    made = Answer(7, 1000, tuple(os.urandom(32) for _ in range(8)), os.urandom(64))
    assert read_answer(made.raw, 8) == made
    for raw, count in ((made.raw, 16), (made.raw[:-1], 8), (b"OEA2" + made.raw[4:], 8)):
        with pytest.raises(InvalidObject):
            read_answer(raw, count)


def test_what_is_no_list_of_filters_is_refused():
    for raw in (b"", b"{}", b'{"v":2}'):
        with pytest.raises(InvalidObject):
            read_parts(raw)


def a_list(**changes):
    part = Part("phone", 0, 256, "0" * 64)
    made = Parts(
        1, "ID", "PH", "2026-11", 3, "2026-11-24T00:00:00Z", "2026-12-01T00:00:00Z", ("phone",), ("investigation",),
        1024, (part,),
    )  # fmt: skip
    return msgspec.structs.replace(made, **changes)


def test_a_list_comes_back_as_it_was():
    assert read_parts(write_parts(a_list())) == a_list()


@pytest.mark.parametrize(
    "change",
    [
        {"serial": 0},
        {"serial": 2**63},
        {"serial": 2**70},
        {"daily": -1},
        {"daily": 2**31},
        {"at": "now"},
        {"expires": "soon"},
        {"expires": "2026-13-01T00:00:00Z"},
        {"epoch": "next"},
        {"kinds": ("a\nb",)},
        {"kinds": ("phone",) * 33},
        {"purposes": ("x" * 41,)},
        {"parts": (Part("phone", -1, 256, "0" * 64),)},
        {"parts": (Part("phone", 2**31, 256, "0" * 64),)},
        {"parts": (Part("phone", 0, 0, "0" * 64),)},
        {"parts": (Part("phone", 0, 2**70, "0" * 64),)},
        {"parts": (Part("phone", 0, 256, "0" * 63),)},
        {"parts": (Part("a b", 0, 256, "0" * 64),)},
        {"parts": (Part("phone", 0, 256, "0" * 64),) * 2},
    ],
)
def test_a_list_out_of_bounds_is_refused(change):
    with pytest.raises(InvalidObject):
        read_parts(write_parts(a_list(**change)))
