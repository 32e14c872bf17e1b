"""One poster re-uploaded with edits meets itself in every state, only its hashes travel, and banks show who agrees."""

import csv
import gzip
import json

import pytest
from paths import DATA
from simulated import deliver, federation, for_

from oureyes.errors import InvalidObject, NotHeld
from oureyes.model.markings import TLP
from oureyes.model.objects import EXTENSIONS

held = pytest.mark.skipif(not DATA.exists(), reason="the shared data is not here")
STATES = ("ID", "MY", "PH", "SG", "TH", "BN", "VN")
EDITS = {"MY": "jpeg_q20", "PH": "watermark", "SG": "shrink_25pc", "TH": "screenshot_border", "BN": "mirror"}


def poster(edit, number=101):
    return DATA / f"media/posters/p{number}_{edit}.jpg"


@pytest.mark.media
@held
def test_s4_a_poster_re_uploaded_with_edits_is_known_in_five_states_and_its_neighbours_match_nothing(tmp_path):
    nodes = federation(tmp_path, STATES)
    indonesia = nodes["ID"]
    for state, edit in EDITS.items():
        nodes[state].add_media([poster(edit)], by="desk")
    nodes["VN"].add_media([poster("original", 102), DATA / "media/other/chelsea.jpg"], by="desk")
    indonesia.add_media([poster("original")], by="ayu", marking=for_(*STATES))
    made = next(one for one in indonesia.search("type:file", by="ayu"))
    draft = indonesia.propose([made.id], [one for one in STATES if one != "ID"], by="ayu")
    if draft.state == "proposed":
        indonesia.approve(draft.id, by="budi")
    deliver(nodes)
    met = {state: [one.match for one in nodes[state].matches() if one.match.matcher == "media"] for state in STATES}
    assert {state: len(found) for state, found in met.items()} == {"ID": 0, "VN": 0, **dict.fromkeys(EDITS, 1)}
    assert "mirrored" in met["BN"][0].reason
    assert "border cut off" in met["TH"][0].reason
    assert "differ in 18 of 256 bits" in met["SG"][0].reason
    assert all(nodes[state].inbox() for state in EDITS)
    assert not nodes["VN"].inbox(state="match")


@pytest.mark.media
@held
def test_only_hashes_are_stored_and_travel(tmp_path):
    node = federation(tmp_path, ["ID"])["ID"]
    file = poster("original")
    node.add_media([file], by="ayu")
    found = node.show(node.search("type:file", by="ayu")[0].id, by="ayu").raw
    assert len(found) < 1000
    assert file.name.encode() not in found
    assert file.read_bytes()[1000:1032] not in (tmp_path / "ID" / "node.db").read_bytes()


@pytest.mark.media
@held
def test_two_posters_of_one_folder_meet_and_the_order_does_not_matter(tmp_path):
    node = federation(tmp_path, ["ID"])["ID"]
    node.add_media([poster("mirror"), poster("original"), poster("original", 102), poster("rotate90")], by="ayu")
    assert len([one for one in node.matches() if one.match.matcher == "media"]) == 3


@pytest.mark.media
@held
def test_a_bank_shows_labels_hits_and_which_states_agree(tmp_path):
    nodes = federation(tmp_path, ["ID", "MY"])
    indonesia, malaysia = nodes.values()
    indonesia.add_media(
        [poster("original"), poster("original", 102)],
        by="ayu",
        bank="posters",
        labels=["recruitment"],
        marking=for_("MY"),
    )
    indonesia.add_media([poster("watermark")], by="ayu")
    ids = [one.object.id for one in indonesia.bank("posters", by="ayu")]
    draft = indonesia.propose(ids, ["MY"], by="ayu")
    if draft.state == "proposed":
        indonesia.approve(draft.id, by="budi")
    deliver(nodes)
    opinion = malaysia.opine(ids[0], False, why="a news photograph", by="aziz")
    malaysia.mark([opinion.id], for_("ID"), by="aziz")
    draft = malaysia.propose([opinion.id], ["ID"], by="aziz")
    if draft.state == "proposed":
        malaysia.approve(draft.id, by="bala")
    indonesia.opine(ids[0], True, by="ayu")
    deliver(nodes)
    first, second = sorted(indonesia.bank("posters", by="ayu"), key=lambda one: ids.index(one.object.id))
    assert (first.labels, first.agree, first.disagree) == (("recruitment",), ("ID",), ("MY",))
    assert sorted([first.hits, second.hits]) == [0, 1]
    assert indonesia.banks() == [("posters", 2)]
    exported = json.loads(indonesia.export_bank("posters", "json", by="ayu").body)["data"]
    assert {one["status"] for one in exported if one["indicator"] == first.object.content["hashes"]["PDQ"]} == {
        "NON_MALICIOUS"
    }


POSTER = "f9fece700003b66c9fc0021913ce0941c631fbdeec7efec4311bcedefde60010"
TURNED = "d8f8f0cec0f4a84f0637022a278f67f0b36e2ed596621e1d33e6b39c4e9c9b22"
LISTED = f"""collab,signal_type,signal_str,category,tags
x,pdq,{POSTER},POSITIVE_CLASS,recruitment threat
x,pdq,{TURNED},NEGATIVE_CLASS,press
x,photodna,AAAA,POSITIVE_CLASS,recruitment
"""


def a_bank(node):
    return {one.object.content["hashes"]["PDQ"]: (set(one.labels), one.hits) for one in node.bank("theirs", by="x")}


@pytest.mark.parametrize("form", ["csv", "json"])
def test_a_bank_goes_from_state_to_state_in_a_communitys_form_with_its_labels(tmp_path, form):
    nodes = federation(tmp_path, ["ID", "MY"])
    indonesia, malaysia = nodes.values()
    given = tmp_path / "list.csv"
    given.write_text(LISTED)
    report = indonesia.import_bank("theirs", given, by="ayu")
    assert (report.stored, report.quarantined) == (2, 1)  # no matcher here can use the third, and it says so
    known = {POSTER: ({"recruitment", "threat"}, 0), TURNED: ({"press", "disagree"}, 0)}
    assert a_bank(indonesia) == known
    file = tmp_path / f"out.{form}"
    file.write_bytes(indonesia.export_bank("theirs", form, by="ayu").body)
    assert malaysia.import_bank("theirs", file, by="aziz").stored == 2
    assert a_bank(malaysia) == known
    assert malaysia.banks() == [("theirs", 2)]
    assert malaysia.import_bank("theirs", file, by="aziz").unchanged == 2  # the same again adds nothing
    seen = tmp_path / "seen.txt"
    seen.write_text(f"pdq {POSTER[:-1]}1\n")
    assert malaysia.record([seen], by="aziz").matches == 1
    assert a_bank(malaysia)[POSTER][1] == 1
    again = json.loads(malaysia.export_bank("theirs", "json", by="aziz").body)["data"]
    assert {(one["type"], one["indicator"], one["status"]) for one in again} == {
        ("HASH_PDQ", POSTER, "MALICIOUS"),
        ("HASH_PDQ", TURNED, "NON_MALICIOUS"),
    }


def a_bank_of(node, folder, *marked):
    """A bank with one hash under each of the markings; their ids."""
    for n, (hash_, marking) in enumerate(marked):
        file = folder / f"{n}.txt"
        file.write_text(f"pdq {hash_}\n")
        node.import_bank("theirs", file, by="ayu", marking=marking)
    return {one.object.content["hashes"]["PDQ"]: one.object.id for one in node.bank("theirs", by="ayu")}


OTHER = "0123456789abcdef" * 4


@pytest.mark.parametrize("form", ["csv", "json"])
def test_a_bank_for_a_member_holds_what_may_go_to_it_and_no_word_of_the_rest(tmp_path, form):
    nodes = federation(tmp_path, ["ID", "MY", "SG"])
    node = nodes["ID"]
    markings = [(POSTER, for_("MY", tlp=TLP.RED)), (TURNED, for_("SG")), (OTHER, for_("MY"))]
    ids = a_bank_of(node, tmp_path, *markings)
    made = node.export_bank("theirs", form, by="ayu", to="MY")
    text = made.body.decode()
    assert (POSTER in text, TURNED in text, OTHER in text) == (False, False, True)
    assert (ids[POSTER] in text, ids[TURNED] in text) == (False, False)
    assert {one for one, _ in made.refused} == {ids[POSTER], ids[TURNED]}
    assert not any(one in reason for one in (POSTER, TURNED) for _, reason in made.refused)
    assert made.count == 1
    row = node.audit(by="auditor", verb="export")[0]
    assert {name: row.detail[name] for name in ("to", "count", "refused")} == {"to": "MY", "count": 1, "refused": 2}
    assert row.detail["format"] == f"hashes-{form}"
    assert node.who_has(ids[OTHER], by="ayu")  # so a correction finds it


def test_a_bank_for_oneself_says_how_each_hash_is_marked(tmp_path):
    node = federation(tmp_path, ["ID"])["ID"]
    a_bank_of(node, tmp_path, (POSTER, for_(tlp=TLP.RED)), (TURNED, for_()))
    rows = list(csv.DictReader(node.export_bank("theirs", by="ayu").body.decode().splitlines()))
    assert {row["signal_str"]: row["marking"].split()[0] for row in rows} == {POSTER: "TLP:RED", TURNED: "TLP:GREEN"}
    data = json.loads(node.export_bank("theirs", "json", by="ayu").body)["data"]
    assert {one["indicator"]: one["marking"].split()[0] for one in data} == {POSTER: "TLP:RED", TURNED: "TLP:GREEN"}


def test_a_bank_for_a_member_does_not_tell_a_state_s_word_that_may_not_go(tmp_path):
    nodes = federation(tmp_path, ["ID", "MY"])
    node = nodes["ID"]
    ids = a_bank_of(node, tmp_path, (POSTER, for_("MY")))
    opinion = node.opine(ids[POSTER], False, by="ayu")
    node.mark([opinion.id], for_(tlp=TLP.RED), by="ayu")

    def status(to):
        made = node.export_bank("theirs", "json", by="ayu", to=to)
        return json.loads(made.body)["data"][0]["status"], [one for one, _ in made.refused]

    assert status("") == ("NON_MALICIOUS", [])
    assert status("MY") == ("MALICIOUS", [opinion.id])


def test_a_film_with_a_number_that_no_clock_has_stops_no_import(tmp_path):
    node = federation(tmp_path, ["ID"])["ID"]
    ids = [f"file--0d14eb21-0d3d-4449-a9f6-2a4e1928d3c{n}" for n in range(3)]
    found = [{"type": "file", "spec_version": "2.1", "id": one, "hashes": {"MD5": one[-1] * 32}} for one in ids]
    frame = {"pdq": POSTER, "quality": 100, "second": int("9" * 400)}
    found[1]["extensions"] = {EXTENSIONS["media"]: {"extension_type": "property-extension", "frames": [frame]}}
    file = tmp_path / "bundle.json"
    file.write_text(json.dumps({"type": "bundle", "id": f"bundle{ids[0][4:]}", "objects": found}))
    report = node.record([file], by="ayu")
    assert report.stored + report.quarantined == 3
    assert {ids[0], ids[2]} <= {one.id for one in node.search("type:file", by="ayu")}


def test_a_bank_s_hits_are_of_what_its_reader_may_see(tmp_path):
    node = federation(tmp_path, ["ID"])["ID"]
    given, seen = tmp_path / "list.csv", tmp_path / "seen.txt"
    given.write_text(LISTED)
    node.import_bank("theirs", given, by="ayu")
    seen.write_text(f"pdq {POSTER[:-1]}1\n")
    hidden = for_(originator="MY", expires="2026-01-01T00:00:00Z")
    assert node.record([seen], by="ayu", marking=hidden).matches == 1
    assert a_bank(node)[POSTER][1] == 0


def test_only_a_list_of_hashes_goes_into_a_bank(tmp_path):
    node = federation(tmp_path, ["ID"])["ID"]
    file = tmp_path / "a.csv"
    file.write_text("domain\nevil.example\n")
    with pytest.raises(InvalidObject):
        node.import_bank("theirs", file, by="ayu")
    assert node.banks() == []


@pytest.mark.parametrize("form", ["csv", "json"])
def test_a_film_goes_from_state_to_state_as_one_film(tmp_path, form):
    nodes = federation(tmp_path, ["ID", "MY"])
    indonesia, malaysia = nodes.values()
    given, file = tmp_path / "film.txt", tmp_path / f"out.{form}"
    given.write_text(f"0,100,{POSTER},0.000\n1,80,{TURNED},1.001\n")
    indonesia.import_bank("films", given, by="ayu")
    made = indonesia.export_bank("films", form, by="ayu")
    file.write_bytes(made.body)
    assert malaysia.import_bank("films", file, by="aziz").stored == 1
    (there,) = malaysia.bank("films", by="aziz")
    (here,) = indonesia.bank("films", by="ayu")
    assert there.object.content == here.object.content
    assert made.omitted == ()


@pytest.mark.media
@held
def test_a_bank_exported_here_is_matched_there(tmp_path):
    nodes = federation(tmp_path, ["ID", "MY"])
    indonesia, malaysia = nodes.values()
    indonesia.add_media([poster("original")], by="ayu", bank="posters", labels=["recruitment"])
    file = tmp_path / "posters.json"
    file.write_bytes(indonesia.export_bank("posters", "json", by="ayu").body)
    assert malaysia.import_bank("posters", file, by="aziz").stored == 1
    malaysia.add_media([poster("mirror")], by="aziz")
    (found,) = [one.match for one in malaysia.matches() if one.match.matcher == "media"]
    assert "mirrored" in found.reason  # the list held one hash, and no picture to turn


def test_a_later_opinion_takes_the_place_of_the_first(tmp_path):
    node = federation(tmp_path, ["ID"])["ID"]
    file = tmp_path / "hashes.txt"
    file.write_text("pdq f9fece700003b66c9fc0021913ce0941c631fbdeec7efec4311bcedefde60010\n")
    node.record([file], by="ayu")
    about = node.search("type:file", by="ayu")[0].id
    first, second = node.opine(about, True, by="ayu"), node.opine(about, False, by="ayu")
    assert first.id == second.id
    assert first.content["created"] == second.content["created"]
    assert node.show(first.id, by="ayu").raw == second.raw


def test_what_is_not_there_is_said(tmp_path):
    node = federation(tmp_path, ["ID"])["ID"]
    with pytest.raises(NotHeld):
        node.bank("none", by="ayu")
    with pytest.raises(NotHeld):
        node.opine("file--d30430c9-e519-5362-87ea-29729576cdc3", True, by="ayu")
    with pytest.raises(InvalidObject):
        node.add_media([tmp_path / "nothing"], by="ayu")
    with pytest.raises(InvalidObject):
        node.export_bank("none", "xml", by="ayu")


@pytest.mark.media
def test_an_unreadable_file_stops_nothing_and_is_named(tmp_path):
    node = federation(tmp_path, ["ID"])["ID"]
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jpg").write_text("no picture")
    (tmp_path / "in" / "b.txt").write_bytes(gzip.compress(bytes(range(256)) * 40) + bytes(range(256)) * 4)
    report = node.add_media([tmp_path / "in"], by="ayu")
    assert (report.files, report.stored, report.quarantined) == (2, 1, 1)
    assert "a.jpg" in report.errors[0]["error"]
