"""Lists of hashes as communities share them arrive as media and files, and go out again the same."""

import io
import json

import pytest
from a_case import NOW
from hypothesis import given
from hypothesis import strategies as st

from oureyes import record
from oureyes.errors import OurEyesError
from oureyes.model.mediahashes import Picture, media_object, seen
from oureyes.model.ports import Options, Record, Rejected
from oureyes.record import signals

POSTER = "f9fece700003b66c9fc0021913ce0941c631fbdeec7efec4311bcedefde60010"
BRIDGE = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"
MD5 = "9" * 32


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


@pytest.mark.parametrize("write", [signals.export_csv, signals.export_json])
def test_what_is_written_is_read_again(write):
    picture = media_object({"SHA-256": "a" * 64}, picture=Picture(POSTER, 100, BRIDGE))
    document = media_object({"TLSH": f"T1{'A' * 70}"})
    raw = write([(picture, ["recruitment", "disagree"]), (document, [])], "posters")
    name = "a.csv" if write is signals.export_csv else "a.json"
    found = taken(raw.decode(), name)
    assert [one.tags for one in found] == [("recruitment", "disagree"), ("recruitment", "disagree"), ()]
    assert [one.hash for item in found[:2] for one in seen(item.object.content)] == [POSTER, BRIDGE]
    assert found[2].object.content["hashes"] == {"TLSH": f"T1{'A' * 70}"}


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
