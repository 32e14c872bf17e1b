"""Every re-upload that a person calls the same is found where its hash allows it, and nothing else."""

import csv
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paths import DATA

from oureyes.correlate import media
from oureyes.model.mediahashes import Film, Frame, Picture, eight, media_object, pdq_text
from oureyes.model.objects import StixObject
from oureyes.record.media import hashed

held = pytest.mark.skipif(not DATA.exists(), reason="the shared data is not here")
values = st.integers(0, (1 << 256) - 1)


def keys(obj):
    return {key.value for key in media.keys(obj)}


def looked_up(obj):
    return keys(obj) | {key.value for key in media.probes(obj)}


def picture(value, inner=None):
    return media_object({}, picture=Picture(pdq_text(value), 100, pdq_text(inner) if inner is not None else ""))


def changed(value, bits):
    for bit in bits:
        value ^= 1 << bit
    return value


@pytest.mark.media
@held
def test_all_re_uploads_of_the_shared_pictures_are_found_and_nothing_else():
    rows = list(csv.DictReader((DATA / "media/pdq_expected.csv").read_text().splitlines()))
    objects = list(hashed(DATA / row["file"] for row in rows))
    assert [one.content["hashes"]["PDQ"] for one in objects] == [row["pdq"] for row in rows]
    sets = {one.id: (keys(one), looked_up(one)) for one in objects}
    wrong, lost, pairs = [], [], 0
    for (row, one), (other_row, other) in combinations(zip(rows, objects, strict=True), 2):
        met = media.compare(one, other)
        same = row["group"] == other_row["group"] and "crop" not in row["edit"] + other_row["edit"]
        if met is not None:
            assert sets[one.id][0] & sets[other.id][1]
            assert sets[other.id][0] & sets[one.id][1]
            wrong += [] if same else [(row["file"], other_row["file"])]
        elif same and rows.index(row) == next(at for at, r in enumerate(rows) if r["group"] == row["group"]):
            lost.append(
                (row["file"], other_row["file"])
            )  # against the original; two strong edits may lie further apart
        pairs += met is not None
    assert not wrong
    assert not lost
    assert pairs >= 438


@settings(max_examples=60, deadline=None)
@given(values, st.sets(st.integers(0, 255), max_size=34), st.integers(0, 7))
def test_what_is_accepted_shares_a_key_in_every_position_and_31_bits_are_accepted(value, bits, position):
    one, other = picture(value), picture(changed(eight(value)[position], bits))
    met = media.compare(one, other)
    if len(bits) <= 31:
        assert met is not None
    if met is not None:
        assert keys(one) & looked_up(other)
        assert keys(other) & looked_up(one)


@settings(max_examples=40, deadline=None)
@given(values, values, st.integers(0, 255))
def test_what_is_inside_a_border_counts_like_the_picture(value, framed, bit):
    one, other = picture(value), picture(framed, inner=changed(value, [bit]))
    met = media.compare(one, other)
    assert met is not None
    assert keys(one) & looked_up(other)
    assert keys(other) & looked_up(one)


@given(values, values)
def test_unlike_pictures_are_not_put_together(value, other):
    met = media.compare(picture(value), picture(other))
    near = min((turned ^ other).bit_count() for turned in eight(value))
    assert (met is not None) == (near <= 31)


def a_film(*scenes, digest="a"):
    frames = tuple(Frame(pdq_text(value), 100, float(at)) for at, value in enumerate(scenes))
    return media_object({"SHA-256": digest * 64}, film=Film(frames))


SCENES = [int(f"{at:01x}{(at * 7) % 16:01x}" * 32, 16) * (at + 3) % (1 << 256) for at in range(1, 9)]


def test_an_excerpt_of_a_film_meets_it_and_a_still_meets_the_film():
    whole, excerpt = a_film(*SCENES), a_film(*[changed(one, [3, 77]) for one in SCENES[2:6]], digest="b")
    met = media.compare(whole, excerpt)
    assert met is not None
    assert met.reason == "4 of 4 scenes of the shorter film are in the other"
    assert keys(whole) & looked_up(excerpt)
    still = media.compare(picture(changed(SCENES[5], [9])), whole)
    assert still is not None
    assert still.reason.startswith("the picture is in the film, at second 5")
    other = a_film(SCENES[0], *[one ^ (1 << 256) - 1 for one in SCENES[1:4]], digest="c")
    assert media.compare(whole, other) is None


def test_the_reason_says_how_the_pictures_lie_to_each_other():
    said = [media.compare(picture(SCENES[2]), picture(one)).reason for one in eight(SCENES[2])]
    assert said[0] == "the same picture: PDQ hashes differ in 0 of 256 bits"
    assert [one.partition("(")[2].rstrip(")") for one in said[1:4]] == ["mirrored", "mirrored", "upside down"]


def test_objects_of_other_kinds_have_no_keys():
    note = StixObject.make({"type": "note", "id": "note--00000000-0000-4000-8000-000000000001", "content": "x"})
    plain = media_object({"MD5": "a" * 32})
    assert not [*media.keys(note), *media.probes(note), *media.keys(plain), *media.probes(plain)]
    assert media.compare(note, plain) is None


@settings(max_examples=40, deadline=None)
@given(st.text("0123456789ABCDEF", min_size=70, max_size=70), st.dictionaries(st.integers(6, 69), st.integers(0, 15)))
def test_documents_that_are_accepted_share_a_key(digest, changes):
    other = "".join(f"{changes[at]:X}" if at in changes and len(changes) < 16 else one for at, one in enumerate(digest))
    one, near = media_object({"TLSH": f"T1{digest}"}), media_object({"TLSH": f"T1{other}"})
    if media.compare(one, near) is not None:
        assert keys(one) & looked_up(near)
        assert keys(near) & looked_up(one)
