"""Media, money and cases on the command line."""

import json

import pytest
from at_the_desk import a_home, oureyes
from paths import DATA

held = pytest.mark.skipif(not DATA.exists(), reason="the shared data is not here")
W2, W4 = "TKBQpjpi7ud7NxPuAopzsiijD7bi8pQubY", "TH7tPvFfsqzWQrBSLBxhH1X1GD3eieSoWU"


@pytest.mark.media
@held
def test_a_poster_is_added_to_a_bank_judged_and_exported(tmp_path):
    home = a_home(tmp_path)
    poster = DATA / "media/posters/p101_original.jpg"
    added = oureyes("--home", home, "media", "add", poster, "--bank", "posters", "--label", "recruitment", "--json")
    assert (added.code, added.json["stored"]) == (0, 1)
    assert oureyes("--home", home, "media", "--json").json == {"banks": [{"name": "posters", "hashes": 1}]}
    (one,) = oureyes("--home", home, "media", "bank", "posters", "--json").json["hashes"]
    assert oureyes("--home", home, "media", "disagree", one["id"], "--why", "a film still").code == 0
    assert oureyes("--home", home, "media", "agree", one["id"]).code == 0
    assert "recruitment" in oureyes("--home", home, "media", "bank", "posters").out
    (after,) = oureyes("--home", home, "media", "bank", "posters", "--json").json["hashes"]
    assert (after["agree"], after["disagree"], after["labels"]) == (["ID"], [], ["recruitment"])
    exported = oureyes("--home", home, "media", "export", "posters").raw.decode().splitlines()
    assert exported[0] == "collab,signal_type,signal_str,category,tags,quality,object,marking"
    assert all(",POSITIVE_CLASS,recruitment," in row and f",{one['id']},TLP:" in row for row in exported[1:])
    assert {row.split(",")[1] for row in exported[1:]} == {"pdq", "sha256"}


@pytest.mark.media
def test_what_cannot_be_hashed_is_named(tmp_path):
    home = a_home(tmp_path)
    (tmp_path / "a.jpg").write_text("no picture")
    answer = oureyes("--home", home, "media", "add", tmp_path / "a.jpg")
    assert answer.code == 7
    assert "a.jpg" in answer.out


@held
def test_money_is_followed_from_a_subject_to_another_and_from_an_account_on(tmp_path):
    home = a_home(tmp_path, "TH")
    oureyes("--home", home, "import", DATA / "scenarios/s3_money_trail.ndjson")
    ids = {
        name: oureyes("--home", home, "search", name, "--json").json["hits"][0]["id"]
        for name in ("ทองดี", "Wichai", "Weiming")
    }
    way = oureyes("--home", home, "money", ids["ทองดี"], ids["Wichai"], "--json")
    assert way.json["routes"][0]["nodes"][0] == ids["ทองดี"]
    assert "steps, on the word of TH" in oureyes("--home", home, "money", ids["ทองดี"], ids["Wichai"]).out
    assert oureyes("--home", home, "money", ids["ทองดี"], ids["Weiming"]).code == 1
    flow = oureyes("--home", home, "flow", W2, "--json").json
    assert [one["account"].split(":")[-1] for layer in flow["layers"] for one in layer["accounts"]] == [W2, W4]
    assert "1,370 USDT" in oureyes("--home", home, "flow", W2).out


def test_cases_alike_are_shown_and_an_alarm_says_how_many(tmp_path):
    home = a_home(tmp_path)
    how = ["T1651", "T1566.002"]
    case = {"type": "x-oureyes-case", "spec_version": "2.1", "created": "2026-09-02T00:00:00.000Z"}
    case |= {"modified": "2026-09-02T00:00:00.000Z", "name": "a case", "techniques": how, "targets": ["bank"]}
    held = [case | {"id": f"x-oureyes-case--00000000-0000-4000-8000-00000000000{at}"} for at in (1, 2)]
    (tmp_path / "cases.json").write_text(json.dumps(held))
    oureyes("--home", home, "import", tmp_path / "cases.json")
    found = oureyes("--home", home, "cases", "--alarm", "--json").json
    assert [len(one["cases"]) for one in found["alike"]] == [2]
    assert (found["new"], found["alerts"]) == ([], 0)
    assert "2 cases: T" not in oureyes("--home", home, "cases").out
    assert "2 cases" in oureyes("--home", home, "cases").out


def test_a_communitys_list_goes_into_a_bank(tmp_path):
    home, file = a_home(tmp_path), tmp_path / "list.txt"
    file.write_text("pdq f9fece700003b66c9fc0021913ce0941c631fbdeec7efec4311bcedefde60010\nphotodna AAAA\n")
    taken = oureyes("--home", home, "media", "import", file, "--bank", "theirs", "--json")
    assert (taken.code, taken.json["stored"], taken.json["quarantined"]) == (0, 1, 1)
    assert oureyes("--home", home, "media", "--json").json == {"banks": [{"name": "theirs", "hashes": 1}]}
    assert "1 known already" in oureyes("--home", home, "media", "import", file, "--bank", "theirs").out
    file.write_text("photodna AAAA\n")
    assert oureyes("--home", home, "media", "import", file, "--bank", "theirs").code == 7


def test_what_an_export_has_no_word_for_is_said_beside_it(tmp_path, capfd):
    home, file = a_home(tmp_path), tmp_path / "list.csv"
    file.write_text(f"signal_type,signal_str,quality\npdq,{'a' * 64},3\nmd5,{'b' * 32},\n")
    assert oureyes("--home", home, "media", "import", file, "--bank", "theirs").code == 0
    exported = oureyes("--home", home, "media", "export", "theirs")
    assert len(exported.raw.splitlines()) == 2
    assert "left out, PDQ of too low a quality: 1" in exported.err


def test_a_bank_for_a_member_says_what_may_not_go(tmp_path):
    home, file = a_home(tmp_path), tmp_path / "a.csv"
    file.write_text(f"signal_type,signal_str\nmd5,{'b' * 32}\n")
    words = ("media", "import", file, "--bank", "theirs", "--tlp", "RED")
    assert oureyes("--home", home, *words).code == 0
    (one,) = oureyes("--home", home, "media", "bank", "theirs", "--json").json["hashes"]
    exported = oureyes("--home", home, "media", "export", "theirs", "--for", "ID")
    assert "b" * 32 not in exported.raw.decode() + exported.err
    assert (exported.code, f"not {one['id']}: " in exported.err) == (3, True)
