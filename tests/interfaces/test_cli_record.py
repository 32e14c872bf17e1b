"""import, quarantine, mark, init, roster: what goes in."""

from __future__ import annotations

import json
from pathlib import Path

from a_case import a_bundle, an_indicator
from at_the_desk import a_home, homes, oureyes

from oureyes.model.objects import StixObject

HOSTILE = "[red]fund\u202erelief[/red]\r[link=https://bad.example]pay[/link]"


def _bad(folder: Path) -> Path:
    file = folder / "broken.json"
    file.write_text('{"type": "bundle", "objects": [', encoding="utf-8")
    return file


def test_an_import_answers_with_the_stable_keys_and_the_same_file_twice_adds_nothing(tmp_path: Path) -> None:
    home, file = a_home(tmp_path), a_bundle(tmp_path, an_indicator())
    first = oureyes("--home", home, "import", file, "--json")
    assert first.code == 0
    assert {"files", "read", "stored", "unchanged", "quarantined", "seconds"} <= set(first.json)
    assert (first.json["files"], first.json["stored"]) == (1, 1)
    again = oureyes("--home", home, "import", file, "--json").json
    assert (again["stored"], again["unchanged"]) == (0, 1)


def test_what_cannot_be_read_is_put_aside_and_gives_its_own_exit_code(tmp_path: Path) -> None:
    home = a_home(tmp_path)
    said = oureyes("--home", home, "import", _bad(tmp_path), "--json")
    assert said.code == 7
    assert said.json["quarantined"] == 1
    (aside,) = oureyes("--home", home, "quarantine", "--json").json["unreadable"]
    assert oureyes("--home", home, "quarantine", "show", aside["n"], "--raw").raw == _bad(tmp_path).read_bytes()


def test_one_unreadable_file_among_others_does_not_fail_the_import(tmp_path: Path) -> None:
    home, file = a_home(tmp_path), a_bundle(tmp_path, an_indicator())
    said = oureyes("--home", home, "import", file, _bad(tmp_path))
    assert said.code == 0
    assert "broken.json" in said.out


def test_a_path_where_nothing_is_cannot_be_read(tmp_path: Path) -> None:
    said = oureyes("--home", a_home(tmp_path), "import", tmp_path / "none.json")
    assert said.code == 7
    assert "none.json" in said.err


def test_a_folder_given_as_a_file_is_told_in_words(tmp_path: Path) -> None:
    assert oureyes("--home", a_home(tmp_path), "plan", "add", tmp_path).code == 7


def test_the_mended_bytes_are_taken_from_quarantine(tmp_path: Path) -> None:
    home, file = a_home(tmp_path), a_bundle(tmp_path, an_indicator())
    oureyes("--home", home, "import", _bad(tmp_path))
    (aside,) = oureyes("--home", home, "quarantine", "--json").json["unreadable"]
    assert oureyes("--home", home, "quarantine", "retry", aside["n"], "--file", file, "--json").json["stored"] == 1
    assert not oureyes("--home", home, "quarantine", "list", "--json").json["unreadable"]


def test_what_was_held_back_counts_once_a_person_confirmed_it(tmp_path: Path) -> None:
    home = a_home(tmp_path)
    unknown = "marking-definition--00000000-0000-4000-8000-000000000001"
    obj = an_indicator(object_marking_refs=[unknown])
    oureyes("--home", home, "import", a_bundle(tmp_path, obj))
    (held,) = oureyes("--home", home, "quarantine", "--json").json["held_back"]
    assert held["id"] == obj.id
    assert oureyes("--home", home, "search", "type:indicator").code == 1
    assert oureyes("--home", home, "quarantine", "confirm", obj.id, "--tlp", "AMBER").code == 0
    (hit,) = oureyes("--home", home, "search", "type:indicator", "--json").json["hits"]
    assert hit["tlp"] == "TLP:AMBER"


def test_marking_options_say_who_may_have_it_and_mark_changes_only_what_is_said(tmp_path: Path) -> None:
    home, obj = a_home(tmp_path), an_indicator()
    words = ["--tlp", "GREEN", "--to", "MY,SG", "--grade", "4x4:A1", "--review", "2099-01-31", "--onward", "consent"]
    oureyes("--home", home, "import", a_bundle(tmp_path, obj), *words)
    said = oureyes("--home", home, "mark", obj.id, "--tlp", "AMBER", "--json").json["marked"][obj.id]
    assert said["tlp"] == "AMBER"
    assert said["releasable_to"] == ["MY", "SG"]
    assert (said["grade"], said["onward"], said["review"]) == ("A1", "consent", "2099-01-31T00:00:00Z")
    assert oureyes("--home", home, "mark", obj.id).code == 2


def test_a_table_is_read_with_the_mapping_of_a_file(tmp_path: Path) -> None:
    home = a_home(tmp_path)
    table, mapping = tmp_path / "sheet.csv", tmp_path / "mapping.json"
    table.write_text("Situs,Ket\nfund-relief.example,seen\n", encoding="utf-8")
    mapping.write_text(json.dumps({"Situs": "value", "Ket": "comment"}), encoding="utf-8")
    oureyes("--home", home, "import", table, "--mapping", mapping)
    assert oureyes("--home", home, "search", "fund-relief.example", "--json").json["count"]
    mapping.write_text("[1]", encoding="utf-8")
    assert oureyes("--home", home, "import", table, "--mapping", mapping).code == 7


def test_a_hostile_name_is_shown_as_it_is_written(tmp_path: Path) -> None:
    home, obj = a_home(tmp_path), an_indicator()
    named = StixObject.make({**obj.content, "name": HOSTILE})
    oureyes("--home", home, "import", a_bundle(tmp_path, named))
    for words in (["search", "type:indicator"], ["show", obj.id], ["graph", obj.id], ["timeline", obj.id]):
        said = oureyes("--home", home, *words).out
        assert "[red]fund⟦U+202E⟧relief[/red] [link=https://bad.example]pay[/link]" in said
        assert "\u202e" not in said
        assert "\r" not in said


def test_json_escapes_what_hides_and_reads_back_unchanged(tmp_path: Path) -> None:
    home, obj = a_home(tmp_path), an_indicator()
    oureyes("--home", home, "import", a_bundle(tmp_path, StixObject.make({**obj.content, "name": HOSTILE})))
    said = oureyes("--home", home, "search", "type:indicator", "--json")
    assert "\u202e" not in said.out
    assert said.json["hits"][0]["name"] == HOSTILE


def test_a_home_is_never_made_twice_and_a_member_id_is_plain(tmp_path: Path) -> None:
    home = a_home(tmp_path)
    key = (home / "sign.key").read_bytes()
    assert oureyes("--home", home, "init", "--member", "ID").code == 5
    assert (home / "sign.key").read_bytes() == key
    assert oureyes("--home", tmp_path / "x", "init", "--member", "../up").code == 5


def test_a_roster_is_built_signed_by_everybody_and_installed(tmp_path: Path) -> None:
    ours, theirs = a_home(tmp_path, "ID"), a_home(tmp_path, "MY")
    file = tmp_path / "roster.json"
    members = [ours / "member.json", theirs / "member.json"]
    assert oureyes("--home", ours, "roster", "build", *members, "--out", file, "--json").json["needed"] == 2
    assert oureyes("--home", ours, "roster", "sign", file).code == 0
    assert oureyes("--home", ours, "roster", "check", file).code == 1
    assert oureyes("--home", ours, "roster", "install", file).code == 1
    assert oureyes("--home", theirs, "roster", "sign", file, "--json").json["signed"] == ["ID", "MY"]
    for home in (ours, theirs):
        assert oureyes("--home", home, "roster", "install", file).code == 0
    assert [one["id"] for one in oureyes("--home", ours, "roster", "--json").json["members"]] == ["ID", "MY"]
    successor = tmp_path / "next.json"
    assert oureyes("--home", ours, "roster", "build", *members, "--out", successor, "--json").json["version"] == 2


def test_a_roster_that_is_none_is_told_in_words(tmp_path: Path) -> None:
    (home,) = homes(tmp_path, "ID")
    file = tmp_path / "none.json"
    file.write_text("{}", encoding="utf-8")
    for word in ("show", "check", "sign", "install"):
        assert oureyes("--home", home, "roster", word, file).code in (1, 7)


def test_what_waits_is_listed_with_its_value_and_shown_by_its_id(tmp_path: Path) -> None:
    home, report = a_home(tmp_path), tmp_path / "report.txt"
    report.write_text("They were paid by way of fund-relief[.]example in March.\n", encoding="utf-8")
    oureyes("--home", home, "import", report)
    held = oureyes("--home", home, "quarantine", "--json").json["held_back"]
    assert {one["what"] for one in held} == {"fund-relief.example", "fund-relief[.]example"}
    for one in held:
        shown = oureyes("--home", home, "quarantine", "show", one["id"], "--json").json
        assert (shown["id"], shown["what"]) == (one["id"], one["what"])
        assert oureyes("--home", home, "quarantine", "show", one["id"], "--raw").raw.startswith(b"{")
    assert oureyes("--home", home, "quarantine", "show", "indicator--none").code == 4
    assert oureyes("--home", home, "quarantine", "show", "99").code == 4


def test_a_member_is_no_person(tmp_path: Path) -> None:
    home, _ = homes(tmp_path, "ID", "SG")
    for name in ("SG", " sg", "\uff33\uff27", "ID"):
        said = oureyes("--home", home, "--by", name, "inbox")
        assert said.code != 0
        assert "the name of a person" in said.err
    assert oureyes("--home", home, "--by", "sg.budi", "inbox").code == 0


def test_a_name_that_is_no_member_is_warned_of(tmp_path: Path) -> None:
    home, _ = homes(tmp_path, "ID", "SG")
    obj = an_indicator()
    said = oureyes("--home", home, "import", a_bundle(tmp_path, obj), "--to", "SG,XX", "--json")
    assert "XX" in said.err
    assert said.json["stored"] == 1
    assert "XX" in oureyes("--home", home, "mark", obj.id, "--to", "XX").err
    assert not oureyes("--home", home, "mark", obj.id, "--to", "SG").err


def test_what_has_expired_is_still_seen_at_home_and_can_be_prolonged(tmp_path: Path) -> None:
    home, _ = homes(tmp_path, "ID", "SG")
    obj = an_indicator()
    oureyes("--home", home, "import", a_bundle(tmp_path, obj), "--to", "SG", "--tlp", "GREEN")
    assert oureyes("--home", home, "mark", obj.id, "--expires", "2020-01-31").code == 0
    assert oureyes("--home", home, "show", obj.id).code == 0
    assert oureyes("--home", home, "mark", obj.id, "--expires", "2099-01-31").code == 0


def test_reading_again_says_what_it_does_not_do_and_how_to_have_it(tmp_path: Path) -> None:
    home, obj = a_home(tmp_path), an_indicator()
    file = a_bundle(tmp_path, obj)
    oureyes("--home", home, "import", file)
    assert "--remark" in oureyes("--home", home, "import", file, "--tlp", "GREEN").out
    assert oureyes("--home", home, "import", file, "--tlp", "GREEN", "--remark", "--json").json["remarked"] == 1
    assert oureyes("--home", home, "import", file, "--remark").code != 0
    oureyes("--home", home, "retract", obj.id, "--reason", "wrong person")
    said = oureyes("--home", home, "import", file).out
    assert "--again" in said
    assert "retracted on" in said
    assert oureyes("--home", home, "import", file, "--again", "--json").json["stored"] == 1
