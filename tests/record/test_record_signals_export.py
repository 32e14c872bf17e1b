"""A bank goes out in a community's form and comes back the same, and what does not go is named."""

import io
import json

import pytest
from a_case import NOW

from oureyes import record
from oureyes.model.identifiers import observable_id
from oureyes.model.mediahashes import Film, Frame, Picture, media_object
from oureyes.model.objects import EXTENSIONS, StixObject
from oureyes.model.ports import Options
from oureyes.record.frames import name_of
from oureyes.record.signals_export import export_csv, export_json

POSTER = "f9fece700003b66c9fc0021913ce0941c631fbdeec7efec4311bcedefde60010"
BRIDGE = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"
MD5 = "9" * 32


def taken(raw, name):
    return list(record.read(io.BytesIO(raw), name, Options(source=name, now=NOW)))


FILM = Film((Frame(POSTER, 100, 0.0), Frame(BRIDGE, 10, 1.0), Frame(BRIDGE, 93, 4000.033366700033)))
WRITERS = pytest.mark.parametrize(("write", "name"), [(export_csv, "a.csv"), (export_json, "a.json")])
OBJECTS = {
    "a picture": media_object({"SHA-256": "a" * 64}, picture=Picture(POSTER, 97, BRIDGE)),
    "a film": media_object({"SHA-256": "b" * 64}, film=FILM),
    "a film known by its frames": media_object({"VPDQ": name_of(FILM.frames)}, film=FILM),
    "a long film": media_object({"MD5": MD5}, film=Film(tuple(Frame(POSTER, 90, n / 7) for n in range(4000)))),
    "a document": media_object({"SHA-1": "d" * 40, "TLSH": f"T1{'A' * 70}"}),
    "a picture of unknown quality": media_object({}, picture=Picture(POSTER, None, BRIDGE)),
    "a hash from a list": media_object({"PDQ": POSTER}),
    "any file": media_object({"MD5": MD5}),
}


@WRITERS
@pytest.mark.parametrize("obj", OBJECTS.values(), ids=OBJECTS)
def test_what_is_written_is_read_again_as_the_same_object(write, name, obj):
    made = write([(obj, ["recruitment", "disagree"])], "posters")
    (found,) = taken(made.body, name)
    assert found.object.content == obj.content
    assert found.tags == ("recruitment", "disagree")
    assert (made.ids, made.left) == ({obj.id}, ())


@WRITERS
def test_objects_written_together_are_read_apart(write, name):
    made = write([(obj, []) for obj in OBJECTS.values()], "posters")
    assert [one.object.id for one in taken(made.body, name)] == [obj.id for obj in OBJECTS.values()]


@WRITERS
def test_what_a_form_has_no_word_for_is_named(write, name):
    poor = media_object({"SHA-512": "a" * 128, "MD5": "none"}, picture=Picture(POSTER, 3, BRIDGE))
    assert [(one.id, one.reason) for one in write([(poor, [])], "posters").left] == [
        (poor.id, "the form has no name for SHA-512"),
        (poor.id, "no valid MD5"),
        (poor.id, "PDQ of too low a quality"),
    ]
    assert [one.reason for one in write([(media_object({}, name="a"), [])], "posters").left] == ["no hash"]


def test_a_film_and_an_ordinary_hash_go_under_the_names_threatexchange_reads():
    film = media_object({"SHA-256": "b" * 64}, film=Film((Frame(POSTER, 100, 1.5),)))
    rows = export_csv([(film, [])], "b").body.decode().splitlines()
    assert rows[1].startswith(f'b,vpdq,"[""{POSTER},100,1.5""]",POSITIVE_CLASS')
    assert rows[2].startswith(f"b,video_sha256,{'b' * 64},")
    kinds = [one["type"] for one in json.loads(export_json([(film, [])], "b").body)["data"]]
    assert kinds == ["HASH_VIDEO_VPDQ", "HASH_VIDEO_SHA256"]


def known(hashes, said=None, **more):
    """An object as anybody's STIX may hold it."""
    content = {"type": "file", "spec_version": "2.1", "hashes": hashes, **more}
    if said is not None:
        content["extensions"] = {EXTENSIONS["media"]: {"extension_type": "property-extension", **said}}
    return StixObject.make({"id": observable_id("file", content), **content})


FRAME = {"second": 0.0, "pdq": POSTER, "quality": 100}
CHANGED = {
    "a frame out of bounds": known({"MD5": MD5}, {"frames": [FRAME, FRAME | {"second": -1.0}]}),
    "a fractional quality of a frame": known({"MD5": MD5}, {"frames": [FRAME | {"quality": 99.5}]}),
    "a fractional quality": known({"PDQ": POSTER}, {"quality": 77.5}),
    "upper case": known({"MD5": "D" * 32}),
    "a TLSH without its version": known({"TLSH": "A" * 70}),
    "a named file": known({"MD5": MD5}, name="a.jpg"),
    "an extension of others": known({"MD5": MD5}, extensions={"windows-pebinary-ext": {"pe_type": "exe"}}),
    "a foreign id": StixObject.make(
        {**known({"MD5": MD5}).content, "id": f"file--{'0' * 8}-0000-4000-8000-{'0' * 12}"}
    ),
}


@WRITERS
@pytest.mark.parametrize("obj", CHANGED.values(), ids=CHANGED)
def test_what_comes_back_as_another_object_is_named(write, name, obj):
    made = write([(obj, ["a"])], "posters")
    assert [one.object.id for one in taken(made.body, name)] != [obj.id]
    assert "comes back as another object" in [one.reason for one in made.left if one.id == obj.id]


@pytest.mark.parametrize("tag", ["child abuse", "a,b", "a;b", "a|b"])
def test_a_label_that_is_parted_on_the_way_is_named(tag):
    obj = known({"MD5": MD5})
    assert [one.reason for one in export_csv([(obj, [tag])], "b").left] == ["comes back with other labels"]
    assert export_json([(obj, [tag])], "b").left == ()  # there it stands by itself


@WRITERS
@pytest.mark.parametrize("tag", ["malicious", "x" * 129])
def test_a_label_that_is_lost_on_the_way_is_named(write, name, tag):
    assert [one.reason for one in write([(known({"MD5": MD5}), [tag])], "b").left] == ["comes back with other labels"]


@WRITERS
def test_the_name_of_a_hash_is_not_told_where_it_may_be_anything(write, name):
    made = write([(known({"MD5": MD5, "\x1b[31mnobody's secret": "x"}), [])], "b")
    assert "the form has no name for a hash" in [one.reason for one in made.left]


def test_a_hash_stands_beside_its_marking():
    obj = known({"MD5": MD5})
    row = export_csv([(obj, [])], "b", {obj.id: "TLP:RED"}).body.decode().splitlines()[1]
    assert row.endswith(f",{obj.id},TLP:RED")
    (item,) = json.loads(export_json([(obj, [])], "b", {obj.id: "TLP:RED"}).body)["data"]
    assert item["marking"] == "TLP:RED"
