"""Lists of hashes as communities share them arrive as media and files, and go out again the same."""

import io
import json

import pytest
from a_case import NOW
from hypothesis import given
from hypothesis import strategies as st

from oureyes import record
from oureyes.errors import OurEyesError
from oureyes.model.mediahashes import MOST_FRAMES, Film, Frame, Picture, media_object, seen
from oureyes.model.ports import Options, Record, Rejected
from oureyes.record import signals

POSTER = "f9fece700003b66c9fc0021913ce0941c631fbdeec7efec4311bcedefde60010"
BRIDGE = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"
MD5 = "9" * 32
ONE = "file--0d14eb21-0d3d-4449-a9f6-2a4e1928d3c4"


def taken(text, name):
    return list(record.read(io.BytesIO(text.encode()), name, Options(source=name, now=NOW)))


FORMS = {
    "bank.csv": f"collab,signal_type,signal_str,category,tags\nc,pdq,{POSTER},POSITIVE_CLASS,recruitment video_a\n",
    "plain.csv": f"hash,type,tags\n{POSTER},pdq,recruitment video_a\n",
    "lines.txt": f"pdq {POSTER}\n",
    "api.json": json.dumps({"data": [{"type": "HASH_PDQ", "indicator": POSTER, "tags": {"data": [{"text": "a"}]}}]}),
    "list.json": json.dumps([{"type": "HASH_PDQ", "indicator": POSTER.upper(), "status": "MALICIOUS"}]),
}


@pytest.mark.parametrize(("name", "text"), FORMS.items())
def test_each_form_is_claimed_once_and_gives_the_same_object(name, text):
    assert [one.NAME for one in record.IMPORTERS if one.sniff(text.encode(), name)] == ["signals"]
    (found,) = taken(text, name)
    assert found.object.id == media_object({"PDQ": POSTER}).id
    assert found.counts == (("hashes", 1),)


def test_tags_are_kept_and_a_word_against_is_a_tag():
    text = f"signal_type,signal_str,category,tags\npdq,{POSTER},NEGATIVE_CLASS,news\npdq,{BRIDGE},POSITIVE_CLASS,\n"
    assert [one.tags for one in taken(text, "a.csv")] == [("news", "disagree"), ()]
    said = [{"type": "HASH_MD5", "indicator": MD5, "status": "NON_MALICIOUS", "tags": ["a", "b"]}]
    (found,) = taken(json.dumps(said), "a.json")
    assert found.tags == ("a", "b", "disagree")
    assert found.object.content["hashes"] == {"MD5": MD5}


def test_what_nothing_here_can_match_by_is_put_aside_and_the_rest_goes_on():
    text = f"photodna 12,34\npdq {POSTER[:-1]}\ntlsh T1{'A' * 70}\nvideo_md5 {MD5}\n# end\n"
    found = taken(text, "a.txt")
    assert [type(one) for one in found] == [Rejected, Rejected, Record, Record]
    assert "photodna" in str(found[0].error)
    assert POSTER[:-1] not in str(found[1].error)


def test_the_frames_of_one_film_are_one_object():
    text = f"0,100,{POSTER},0.000\n1,100,{BRIDGE},1.000\n2,10,{BRIDGE},2.000\n"
    (found,) = taken(text, "film.vpdq.txt")
    assert [(one.hash, one.second) for one in seen(found.object.content)] == [(POSTER, 0.0), (BRIDGE, 1.0)]
    assert dict(found.counts) == {"hashes": 1, "frames": 3}


FRAMES = [
    json.dumps([f"{POSTER},100,0.0", f"{BRIDGE},100,1.0"]),
    json.dumps([
        {"hash": POSTER, "quality": 100, "timestamp": 0}, {"pdq_hash": BRIDGE, "quality": 100, "timestamp": 1}]),
    json.dumps({"10": {"hash": BRIDGE, "quality": 100, "timestamp": 1.0}, "9": {
        "hash": POSTER, "quality": 100, "timestamp": 0.0}}),
    f"0,100,{POSTER},0.000;1,100,{BRIDGE},1.000",
]  # fmt: skip


@pytest.mark.parametrize("text", FRAMES, ids=["now", "objects", "numbered", "lines"])
@pytest.mark.parametrize("kind", ["vpdq", "HASH_VPDQ", "HASH_VIDEO_VPDQ"])
def test_every_form_of_vpdq_is_one_film(text, kind):
    quoted = text.replace('"', '""')
    (row,) = taken(f'signal_type,signal_str\n{kind},"{quoted}"\n', "a.csv")
    (item,) = taken(json.dumps([{"type": kind, "indicator": text}]), "a.json")
    (line,) = taken(f"vpdq {text}\n", "a.txt")
    film = media_object(row.object.content["hashes"], film=Film((Frame(POSTER, 100, 0.0), Frame(BRIDGE, 100, 1.0))))
    assert row.object.content == item.object.content == line.object.content == film.content
    assert row.counts == (("hashes", 1), ("frames", 2))


@pytest.mark.parametrize(
    "text",
    [
        "[]", "{}", "[1]", '{"a": []}', "[", "x" * 32, f'["{POSTER},100"]', f'["{POSTER},101,0"]',
        f'["{POSTER},9,nan"]', f'["{POSTER},9,-1"]', f'["{POSTER},9,0","{POSTER[1:]},9,1"]',
    ],
)  # fmt: skip
def test_a_film_with_a_frame_that_is_none_is_put_aside_whole(text):
    (found,) = taken(json.dumps([{"type": "HASH_VPDQ", "indicator": text}]), "a.json")
    assert "no valid HASH_VPDQ" in str(found.error)


def test_a_malformed_row_is_named_and_the_rest_goes_on():
    rows = [f"pdq,{POSTER},x", f"pdq,{POSTER},x,y,z", "pdq", f"pdq,{'a' * (1 << 24)}a,", f"pdq,{BRIDGE},", ",a,b"]
    found = taken("\n".join(["signal_type,signal_str,tags", *rows]) + "\n", "a.csv")
    assert [type(one) for one in found] == [Record, Rejected, Rejected, Rejected, Record, Rejected]
    assert str(found[1].error) == (
        "a.csv row 2: expected a type, a hash, and no more than the 3 cells that the header names, found 5 cells;"
        " check its commas and quotes"
    )
    assert [one.subject for one in found if isinstance(one, Rejected)] == [
        "a.csv row 2", "a.csv row 3", "a.csv line 5", "a.csv row 6",
    ]  # fmt: skip
    assert "check its quotes" in str(found[3].error)


def test_a_row_put_aside_does_not_part_the_hashes_of_one_object():
    one, other = ONE, f"{ONE[:-1]}5"
    rows = [f"pdq,{POSTER},{one}", f"pdq,none,{one}", f"tmk,a,{one}", "pdq"]
    rows += [f"md5,{MD5},{one}", f"md5,{MD5},{one}", f"md5,{MD5},{other}"]
    found = taken("\n".join(["signal_type,signal_str,object", *rows]) + "\n", "a.csv")
    assert [one.object.content["hashes"] for one in found if isinstance(one, Record)] == [
        {"MD5": MD5, "PDQ": POSTER},
        {"MD5": MD5},
    ]
    assert [one.subject for one in found if isinstance(one, Rejected)] == [
        "a.csv row 4", "a.csv row 2", "a.csv row 3", "a.csv row 6",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "said", [None, "photo", "", 7, True, [], ["photo"], ONE.upper(), f"{ONE}4", "bundle" + ONE[4:]]
)
def test_what_names_no_file_joins_no_hashes(said):
    rows = [{"type": "HASH_PDQ", "indicator": one, "tags": [one[:4]], "object": said} for one in (POSTER, BRIDGE)]
    found = taken(json.dumps({"data": rows}), "a.json")
    assert [(one.object.content["hashes"], one.tags) for one in found] == [
        ({"PDQ": POSTER}, (POSTER[:4],)),
        ({"PDQ": BRIDGE}, (BRIDGE[:4],)),
    ]
    assert "extensions" not in found[0].object.content


def test_a_column_that_others_call_object_joins_no_hashes():
    found = taken(f"hash,type,object\n{POSTER},pdq,photo\n{BRIDGE},pdq,photo\n{MD5},md5,photo\n", "a.csv")
    assert [one.object.content["hashes"] for one in found] == [{"PDQ": POSTER}, {"PDQ": BRIDGE}, {"MD5": MD5}]


@pytest.mark.parametrize(("said", "known"), [(None, None), (90, 90), (90.0, 90), ("90", 90), (0, 0), (100.0, 100)])
def test_a_quality_is_a_whole_number_however_it_is_written_and_null_is_none(said, known):
    row = {"type": "HASH_PDQ", "indicator": POSTER, "quality": said, "status": None, "tags": [None, {"text": None}]}
    (found,) = taken(json.dumps([row]), "a.json")
    picture = None if known is None else Picture(POSTER, known)
    assert found.object.content == media_object({"PDQ": POSTER}, picture=picture).content
    assert found.tags == ()


@pytest.mark.parametrize("said", [90.5, 101, -1, True, "good", [90], "9_0", "٩"])
def test_a_quality_that_is_none_puts_its_hash_aside(said):
    (found,) = taken(json.dumps([{"type": "HASH_PDQ", "indicator": POSTER, "quality": said}]), "a.json")
    assert isinstance(found, Rejected)


def test_a_line_that_is_no_frame_is_named_and_the_film_goes_on():
    found = taken(f"0,100,{POSTER},0.000\n1,x,{BRIDGE},1.000\n\n3,100,{BRIDGE},3.000\n", "film.txt")
    assert [one.subject for one in found if isinstance(one, Rejected)] == ["film.txt line 2"]
    assert dict(found[-1].counts) == {"hashes": 1, "frames": 2}


def test_lines_that_are_all_no_frames_are_no_film():
    found = taken(f"0,999,{POSTER},1.0\n1,101,{POSTER},1.0\n", "film.txt")
    assert [type(one) for one in found] == [Rejected, Rejected]


def test_a_film_of_too_many_frames_is_put_aside_whole_and_says_so():
    lines = [f"{n},100,{POSTER},{n}.0" for n in range(MOST_FRAMES + 1)]
    (found,) = taken("\n".join(lines), "film.txt")
    assert "expected at most 100,000 frames, found 100,001" in str(found.error)
    (found,) = taken("\n".join(lines[:-1]), "film.txt")
    assert dict(found.counts)["frames"] == MOST_FRAMES


def listed(*rows, header="hash,type,tags"):
    return taken("\n".join([header, *rows]) + "\n", "a.csv")


def test_a_quote_that_is_never_closed_is_named_where_it_opened_and_what_is_before_it_is_kept():
    found = listed(f"{POSTER},pdq,a", f'{BRIDGE},pdq,"b', *[f"{MD5},md5,c"] * 50)
    assert [type(one) for one in found] == [Record, Rejected]
    assert found[1].subject == "a.csv line 3"
    assert "check its quotes" in str(found[1].error)


@pytest.mark.parametrize("kind", ["pdq", "vpdq"])
def test_a_quote_that_swallows_rows_and_is_closed_by_another_is_named(kind):
    film = json.dumps([f"{POSTER},100,0.0"]).replace('"', '""')
    found = listed(f'{BRIDGE},{kind},"b', f"{MD5},md5,c", f'"{film}",vpdq,d', f"{POSTER},pdq,e")
    assert [type(one) for one in found] == [Rejected, Record]
    found = listed(f'{BRIDGE},{kind},"b', f"{MD5},md5,c", f'{MD5},md5,"', f"{POSTER},pdq,e")
    assert [type(one) for one in found] == [Rejected, Record]
    assert found[0].subject == "a.csv row 1"
    assert "one may not be closed" in str(found[0].error)


@pytest.mark.parametrize(
    "row",
    [f"{POSTER},pdq,{'a' * 131_073}", f"{'a' * 131_073},pdq,a", f"[],{'a' * 131_073},a", f"[],vpdq,{'a ' * 70000}"],
)
def test_only_a_film_is_long(row):
    found = listed(row, f"{POSTER},pdq,{'a' * 131_072}")
    assert [one.subject for one in found if isinstance(one, Rejected)] == ["a.csv row 1"]
    assert "131,072 characters" in str(found[0].error)
    assert isinstance(found[1], Record)


def test_a_film_may_be_long_and_of_several_lines():
    lines = "\n".join(f"{n},100,{POSTER},{n}.0" for n in range(3000))
    (found,) = listed(f'"{lines}",vpdq,a')
    assert dict(found.counts)["frames"] == 3000


@pytest.mark.parametrize("header", ['hash,type,"tags', 'hash,type,"tags\n1,2,3"'])
def test_a_header_whose_quote_is_not_closed_is_said(header):
    with pytest.raises(OurEyesError, match="check its quotes"):
        listed(f"{POSTER},pdq,a", header=header)


def test_json_that_is_no_list_is_said():
    with pytest.raises(OurEyesError, match="a list of hashes"):
        list(signals.read(io.BytesIO(b'{"data": {"indicator": "a"}}'), Options(source="a.json", now=NOW)))


def test_broken_json_says_where():
    with pytest.raises(OurEyesError, match="line 1"):
        taken('[{"type": "HASH_PDQ", "indicator": ', "a.json")


@given(st.lists(st.recursive(st.none() | st.text() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(
    st.sampled_from(["type", "indicator", "tags", "status", "data", "text"]), inner))))  # fmt: skip
def test_junk_raises_nothing_but_our_own_errors(junk):
    try:
        list(signals.read(io.BytesIO(json.dumps(junk).encode()), Options(source="junk", now=NOW)))
    except OurEyesError:
        return


def test_other_files_are_not_claimed():
    assert not signals.sniff(b'{"type": "bundle", "objects": []}', "x.json")
    assert not signals.sniff(b"name,born\nA,1970\n", "x.csv")
