"""Inputs are opened within limits, and what is wrong with them is said exactly."""

import gzip
import io

import pytest

from oureyes.errors import InvalidObject
from oureyes.record.opening import broken, checked_utf8, head_of, nested, open_stream, read_bytes, top_level


def test_gzip_is_known_by_its_bytes_and_not_by_its_name(tmp_path):
    path = tmp_path / "plain.json"
    path.write_bytes(gzip.compress(b"{}"))
    with open_stream(path) as stream:
        assert stream.read() == b"{}"


def test_a_decompression_bomb_is_refused_before_it_unfolds(tmp_path):
    path = tmp_path / "bomb.json.gz"
    path.write_bytes(gzip.compress(b"\0" * (80 << 20), 1))
    with open_stream(path) as stream, pytest.raises(InvalidObject, match="no bomb"):
        read_bytes(stream, "bomb", 1 << 30)


def test_a_cut_off_gzip_file_is_refused(tmp_path):
    path = tmp_path / "cut.gz"
    path.write_bytes(gzip.compress(bytes(range(256)) * 100)[:-20])
    with open_stream(path) as stream, pytest.raises(InvalidObject, match="whole gzip"):
        stream.read()


def test_an_input_over_the_limit_is_refused():
    with pytest.raises(InvalidObject, match="at most 10 bytes"):
        read_bytes(io.BytesIO(b"x" * 11), "big", 10)


def test_a_wrong_byte_is_found_across_the_borders_of_the_pieces_it_is_read_in():
    data = "é".encode() * (1 << 19) + b"a" + "ê".encode() * 5 + b"\xe9!"
    with pytest.raises(InvalidObject, match=f"offset {len(data) - 2}"):
        checked_utf8(data, "x")
    assert checked_utf8(data[:-2], "x") == data[:-2]


def test_utf_16_without_its_mark_is_named():
    with pytest.raises(InvalidObject, match="UTF-16"):
        checked_utf8('{"a": 1}'.encode("utf-16-be"), "x")


def test_the_column_counts_characters():
    error = broken('{\n"ก": x'.encode(), ValueError("JSON is malformed: invalid character (byte 9)"), "x")
    assert "line 2, column 6" in str(error)


def test_brackets_in_strings_do_not_nest():
    assert not nested(b'{"a": "' + b"[" * 100 + b'\\""}', 64)
    assert nested(b"[" * 65 + b"]" * 65, 64)


def test_the_top_level_of_a_cut_off_text_is_read_as_far_as_it_goes():
    assert top_level(b'[{"type": "x", "a": {"id": 1}, "b": ["id"], "id": "y", "name": "cut')  == {
        "type": "x", "a": "", "b": "", "id": "y", "name": "",
    }  # fmt: skip
    assert top_level(b"text") is None


def test_a_stream_that_cannot_go_back_still_begins_with_its_head(tmp_path):
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(b"abc" * 50_000))
    with open_stream(path) as stream:
        head, again = head_of(stream)
        assert again.read() == b"abc" * 50_000
        assert head == (b"abc" * 50_000)[: len(head)]
