"""Hashes as numbers: the eight positions are a group, rows are found by one bit, TLSH is what its library says."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oureyes.model import mediahashes as hashes
from oureyes.model.mediahashes import Film, Frame, Picture, media_object, seen

values = st.integers(0, (1 << 256) - 1)
POSTER = "f9fece700003b66c9fc0021913ce0941c631fbdeec7efec4311bcedefde60010"
BRIDGE = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"


def distance(one, other):
    return (one ^ other).bit_count()


@given(values, values)
def test_flips_and_turns_keep_distances(one, other):
    for left, right in zip(hashes.eight(one), hashes.eight(other), strict=True):
        assert distance(left, right) == distance(one, other)


@given(values)
def test_the_eight_positions_are_a_group(value):
    positions = set(hashes.eight(value))
    assert all(set(hashes.eight(one)) == positions for one in positions)
    assert hashes.transposed(hashes.transposed(value)) == value


@given(values, values)
def test_nearest_is_the_same_from_either_side(one, other):
    left, right = hashes.pdq_text(one), hashes.pdq_text(other)
    assert hashes.nearest(left, right) == hashes.nearest(right, left)


@given(values, st.sets(st.integers(0, 255), max_size=31), st.integers(0, 7))
def test_some_row_of_a_near_picture_in_any_position_differs_in_one_bit_at_most(value, bits, position):
    near = hashes.eight(value)[position]
    for bit in bits:
        near ^= 1 << bit
    stored = {(place, hashes.canonical(row)) for place, row in enumerate(hashes.rows(value))}
    asked = {
        (place, form)
        for upright in (near, hashes.transposed(near))
        for place, row in enumerate(hashes.rows(upright))
        for form in hashes.flipped_once(row)
    }
    assert stored & asked


def test_rows_are_asked_for_in_seventeen_forms_or_fewer():
    assert len(hashes.rows(int(POSTER, 16))) == 16
    assert all(len(hashes.flipped_once(row)) <= 17 for row in hashes.rows(int(POSTER, 16)))


def test_a_hash_is_64_hexadecimal_digits_and_nothing_else():
    assert hashes.pdq(f" {POSTER.upper()} ") == int(POSTER, 16)
    assert hashes.pdq_text(hashes.pdq(POSTER)) == POSTER
    assert [hashes.pdq(one) for one in ("", POSTER[:-1], f"{POSTER}0", "g" * 64, None, 7)] == [None] * 6


def test_what_a_medium_is_matched_by():
    picture = media_object({"SHA-256": "a" * 64}, picture=Picture(POSTER, 100, BRIDGE))
    assert [(one.hash, one.part) for one in seen(picture.content)] == [(POSTER, ""), (BRIDGE, "inner")]
    assert not seen(media_object({"SHA-256": "a" * 64}, picture=Picture(POSTER, 49, BRIDGE)).content)
    assert not seen(media_object({"MD5": "a" * 32}).content)
    assert seen(media_object({"PDQ": POSTER}).content)[0].hash == POSTER  # a list's: no quality is known


def test_a_film_is_found_by_scenes_that_are_good_and_unlike_each_other():
    frames = [Frame(POSTER, 100, 0), Frame(POSTER[:-1] + "1", 100, 1), Frame(BRIDGE, 20, 2), Frame(BRIDGE, 80, 3)]
    film = media_object({"SHA-256": "a" * 64}, film=Film(tuple(frames)))
    assert [(one.second, one.part) for one in seen(film.content)] == [(0, "scene"), (3, "scene")]
    many = random.Random(1)
    long = [Frame(hashes.pdq_text(many.getrandbits(256)), 100, at) for at in range(4000)]
    assert 16 <= len(hashes.scenes(long)) <= 32
    assert hashes.scenes([]) == ()


def test_the_same_hashes_are_the_same_object_whoever_made_it():
    one = media_object({"SHA-256": "a" * 64}, size=9, picture=Picture(POSTER, 100))
    assert one.id == media_object({"SHA-256": "a" * 64}, size=9, picture=Picture(POSTER, 100)).id


@settings(max_examples=30)
@given(st.dictionaries(st.sampled_from(["pdq", "PDQ", "TLSH", "second", "quality", "inner"]), st.none() | st.text()))
def test_what_is_no_medium_raises_nothing(junk):
    extension = next(iter(media_object({}, picture=Picture(POSTER, 9)).content["extensions"]))
    for content in (junk, {"hashes": junk}, {"extensions": {extension: junk | {"frames": [junk, 1]}}, "hashes": junk}):
        assert isinstance(seen(content), tuple)
        assert isinstance(hashes.tlsh(content), str)


@pytest.mark.media
def test_tlsh_is_what_its_library_says():
    import tlsh

    chosen = random.Random(7)
    words = [bytes(chosen.choices(range(97, 123), k=chosen.randint(2, 9))) for _ in range(800)]
    base = [chosen.choice(words) for _ in range(300)]
    digests = []
    for changes in (0, 1, 3, 10, 40, 300):
        text = list(base)
        for _ in range(changes):
            text[chosen.randrange(len(text))] = chosen.choice(words)
        digests.append(tlsh.hash(b" ".join(text)))
    for one in digests:
        for other in digests:
            ours = hashes.document_distance(one.removeprefix("T1"), other.removeprefix("T1"))
            assert ours == tlsh.diff(one, other)


@pytest.mark.parametrize(
    "said",
    [
        {"second": int("9" * 400)}, {"second": 1e9}, {"second": -1}, {"second": float("nan")}, {"second": True},
        {"quality": int("9" * 400)}, {"quality": 101}, {"quality": -1}, {"quality": True}, {"quality": "90"},
    ],
)  # fmt: skip
def test_a_frame_with_a_number_out_of_bounds_is_none(said):
    good = {"pdq": POSTER, "second": 1.5, "quality": 90}
    content = {"extensions": {hashes.EXTENSIONS["media"]: {"frames": [good | said, good]}}}
    assert hashes.frames_of(content) == (Frame(POSTER, 90, 1.5),)
    assert hashes.no_frames(content) == 1
    assert len(seen(content)) == 1
