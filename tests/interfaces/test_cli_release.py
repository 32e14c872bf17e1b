"""release, supersede, retract, consent, neutrality, partners, verify, recover, export, who-has: what goes out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from a_case import a_bundle, an_indicator, an_object
from at_the_desk import a_home, homes, oureyes
from simulated import deliver

from oureyes.model.objects import StixObject
from oureyes.node import Node


def carried(*homes: Path) -> None:
    """Everything written is carried to whom it is for, as the service does."""
    nodes = {home.name: Node.open(home) for home in homes}
    deliver(nodes)
    for node in nodes.values():
        node.close()


def recorded(home: Path, folder: Path, *words: str, obj: StixObject | None = None) -> StixObject:
    """An object of ours, marked with these words; as its bytes stand in the file."""
    given = obj or an_indicator()
    made = StixObject.parse(json.dumps(dict(given.content)).encode())
    assert oureyes("--home", home, "import", a_bundle(folder, made), *words).code == 0
    return made


def released(home: Path, obj: StixObject, to: str) -> None:
    """Proposed by one officer and approved by another."""
    draft = oureyes("--home", home, "release", obj.id, "--to", to, "--by", "ayu", "--json").json["draft"]
    assert oureyes("--home", home, "release", "approve", draft, "--by", "budi").code == 0


def test_a_dry_run_shows_each_recipient_what_it_would_get_and_keeps_nothing(tmp_path: Path) -> None:
    ours, *_ = homes(tmp_path, "ID", "MY", "SG")
    obj = recorded(ours, tmp_path, "--tlp", "GREEN", "--to", "MY")
    said = oureyes("--home", ours, "release", obj.id, "--to", "MY,SG", "--dry-run", "--json")
    my, sg = said.json["preview"]
    assert (my["allowed"], sg["allowed"]) == (True, False)
    assert my["bytes"].encode() == obj.raw
    assert "SG is not among the recipients" in sg["reason"]
    raw = oureyes("--home", ours, "release", obj.id, "--to", "MY", "--dry-run", "--bytes").raw
    assert obj.raw in raw
    assert oureyes("--home", ours, "release", "--list", "--json").json == {"drafts": []}


def test_a_dry_run_that_gives_nobody_anything_is_refused(tmp_path: Path) -> None:
    ours, *_ = homes(tmp_path, "ID", "MY")
    obj = recorded(ours, tmp_path, "--tlp", "AMBER", "--to", "MY")
    words = ["--home", ours, "release", obj.id, "--to", "MY", "--dry-run", "--by", "ayu"]
    assert oureyes(*words).code == 0
    alone = oureyes(*words, "--as", "ayu")
    assert alone.code == 3
    assert "needs two people" in alone.out


def test_a_release_that_policy_refuses_gives_its_exit_code_and_reason(tmp_path: Path) -> None:
    ours, *_ = homes(tmp_path, "ID", "MY")
    obj = recorded(ours, tmp_path)
    draft = oureyes("--home", ours, "release", obj.id, "--to", "MY", "--by", "ayu", "--json").json["draft"]
    said = oureyes("--home", ours, "release", "approve", draft, "--by", "budi")
    assert said.code == 3
    assert "nobody is named as a recipient" in said.err
    assert oureyes("--home", ours, "release", "approve", "release--none").code == 4
    assert oureyes("--home", ours, "release", obj.id, "--to", "XX").code == 5
    assert oureyes("--home", ours, "release", "--to", "MY").code == 2


def test_a_proposal_is_shown_declined_and_listed_no_longer(tmp_path: Path) -> None:
    ours, *_ = homes(tmp_path, "ID", "MY")
    recorded(ours, tmp_path, "--tlp", "GREEN", "--to", "MY")
    words = ["--source", "bundle.json", "--to", "MY", "--json", "--by", "ayu lestari"]
    made = oureyes("--home", ours, "release", *words).json
    (listed,) = oureyes("--home", ours, "release", "list", "--json").json["drafts"]
    assert listed["draft"] == made["draft"]
    assert oureyes("--home", ours, "release", "show", made["draft"], "--by", "budi").code == 0
    assert oureyes("--home", ours, "release", "decline", made["draft"]).code == 2
    assert oureyes("--home", ours, "release", "decline", made["draft"], "--reason", "name the source").code == 0
    assert oureyes("--home", ours, "release", "--list", "--json").json == {"drafts": []}


def test_a_person_may_have_a_dot_in_the_name(tmp_path: Path) -> None:
    ours, *_ = homes(tmp_path, "ID", "MY")
    obj = recorded(ours, tmp_path, "--tlp", "GREEN", "--to", "MY")
    draft = oureyes("--home", ours, "release", obj.id, "--to", "MY", "--by", "j.smith", "--json").json["draft"]
    assert oureyes("--home", ours, "release", "approve", draft, "--by", "b.santoso").code == 0


def test_what_is_released_is_held_verified_and_taken_back_everywhere(tmp_path: Path) -> None:
    ours, theirs = homes(tmp_path, "ID", "MY")
    obj = recorded(ours, tmp_path, "--tlp", "GREEN", "--to", "MY")
    released(ours, obj, "MY")
    carried(ours, theirs)
    assert oureyes("--home", theirs, "show", obj.id, "--raw").raw == obj.raw
    (partner,) = oureyes("--home", ours, "partners", "--json").json["partners"]
    assert (partner["member"], partner["lag"]) == ("MY", 0)
    (holder,) = oureyes("--home", ours, "who-has", obj.id, "--json").json["holders"]
    assert holder["received"]
    assert oureyes("--home", ours, "verify", "--json").json["whole"]
    assert oureyes("--home", ours, "retract", obj.id).code == 3
    told = oureyes("--home", ours, "retract", obj.id, "--reason", "the source withdrew it", "--json").json["told"]
    assert told == {"MY": [obj.id]}
    carried(ours, theirs)
    assert oureyes("--home", theirs, "search", "type:indicator").code == 1
    assert oureyes("--home", theirs, "inbox", "--json").json["count"]


def test_a_correction_goes_to_whoever_holds_the_earlier_version(tmp_path: Path) -> None:
    ours, theirs = homes(tmp_path, "ID", "MY")
    obj = recorded(ours, tmp_path, "--tlp", "GREEN", "--to", "MY")
    released(ours, obj, "MY")
    newer = StixObject.make({**obj.content, "modified": "2026-11-21T08:00:00.000Z", "name": "mended"})
    newer = recorded(ours, tmp_path, "--tlp", "GREEN", "--to", "MY", obj=newer)
    made = oureyes("--home", ours, "supersede", newer.id, "--by", "ayu", "--json").json
    assert (made["kind"], made["to"]) == ("supersede", ["MY"])
    oureyes("--home", ours, "release", "approve", made["draft"], "--by", "budi")
    carried(ours, theirs)
    assert oureyes("--home", theirs, "show", obj.id, "--raw").raw == newer.raw


def test_an_exported_log_is_checked_offline_and_one_altered_byte_is_found(tmp_path: Path) -> None:
    ours, theirs = homes(tmp_path, "ID", "MY")
    released(ours, recorded(ours, tmp_path, "--tlp", "GREEN", "--to", "MY"), "MY")
    carried(ours, theirs)
    log = tmp_path / "log.json"
    assert oureyes("--home", ours, "verify", "--export", "ID/MY/1", log).code == 0
    assert oureyes("--home", ours, "verify", "--export", "ID/MY/1", log).code == 5
    assert oureyes("--home", theirs, "verify", "--file", log).code == 0
    roster, nowhere = theirs / "roster.json", tmp_path / "nowhere"
    assert oureyes("--home", nowhere, "verify", "--file", log, "--roster", roster).code == 0  # an auditor has no node
    assert oureyes("--home", nowhere, "verify", "--roster", roster).code == 2
    read = json.loads(log.read_bytes())
    read["lines"][0][2] = "A" * 43 + "="
    log.write_text(json.dumps(read), encoding="utf-8")
    said = oureyes("--home", theirs, "verify", "--file", log, "--json")
    assert said.code == 1
    assert "line 0 was altered" in said.json["channels"][0]["fault"]


@pytest.mark.parametrize("text", ["{}", "no JSON", '{"channel":"x","size":0,"note":"","receipt":"","lines":[]}'])
def test_a_log_that_is_none_is_told_in_words(tmp_path: Path, text: str) -> None:
    (home,) = homes(tmp_path, "ID")
    file = tmp_path / "log.json"
    file.write_text(text, encoding="utf-8")
    assert oureyes("--home", home, "verify", "--file", file).code == 1
    assert oureyes("--home", home, "recover", file).code == 1


def test_a_node_restored_from_an_old_backup_takes_its_entries_back_from_the_recipient(tmp_path: Path) -> None:
    ours, theirs = homes(tmp_path, "ID", "MY")
    copy, log = tmp_path / "old.db", tmp_path / "log.json"
    released(ours, recorded(ours, tmp_path, "--tlp", "GREEN", "--to", "MY"), "MY")
    assert oureyes("--home", ours, "backup", copy).code == 0
    released(ours, recorded(ours, tmp_path, "--tlp", "GREEN", "--to", "MY"), "MY")
    carried(ours, theirs)
    assert oureyes("--home", ours, "restore", copy, "--yes").code == 0
    oureyes("--home", theirs, "verify", "--export", "ID/MY/1", log)
    (done,) = oureyes("--home", ours, "recover", log, "--json").json["channels"]
    assert done == {"channel": "ID/MY/1", "size": 2, "recovered": 1, "unknown": 0}
    assert oureyes("--home", ours, "verify").code == 0


def test_passing_on_needs_the_origins_word(tmp_path: Path) -> None:
    ours, theirs, third = homes(tmp_path, "ID", "MY", "SG")
    obj = recorded(ours, tmp_path, "--tlp", "GREEN", "--to", "MY", "--onward", "consent")
    released(ours, obj, "MY")
    carried(ours, theirs, third)
    assert oureyes("--home", theirs, "release", obj.id, "--to", "SG", "--dry-run").code == 3
    assert oureyes("--home", theirs, "consent", "ask", obj.id, "--to", "SG", "--reason", "joint team").code == 0
    carried(ours, theirs, third)
    (asked,) = oureyes("--home", ours, "consent", "list", "--json").json["consents"]
    assert (asked["asker"], asked["to"], asked["state"]) == ("MY", "SG", "asked")
    assert oureyes("--home", ours, "consent", "grant", obj.id, "--asker", "MY", "--to", "SG").code == 0
    carried(ours, theirs, third)
    assert oureyes("--home", theirs, "release", obj.id, "--to", "SG", "--dry-run").code == 0
    assert oureyes("--home", ours, "consent", "withdraw", obj.id, "--asker", "MY", "--to", "SG").code == 0
    (state,) = oureyes("--home", ours, "consent", "list", "--json").json["consents"]
    assert state["state"] == "withdrawn"


def test_a_notice_leaves_only_when_the_neutrality_questions_are_answered(tmp_path: Path) -> None:
    ours, *_ = homes(tmp_path, "ID", "MY")
    notice = an_object("x-oureyes-notice", name="notice on a person")
    recorded(ours, tmp_path, "--tlp", "GREEN", "--to", "MY", obj=notice)
    rehearsal = ["--home", ours, "release", notice.id, "--to", "MY", "--dry-run"]
    assert oureyes(*rehearsal).code == 3
    doubt = oureyes("--home", ours, "neutrality", notice.id, "--by", "ayu", typed="no\nunsure\nno\nno\nno\nno\n")
    assert doubt.code == 3
    assert oureyes("--home", ours, "neutrality", notice.id, "--review", "--clear", "--by", "ayu").code == 7
    assert oureyes("--home", ours, "neutrality", notice.id, "--review", "--clear", "--by", "budi").code == 0
    assert oureyes(*rehearsal).code == 0


def test_an_export_passes_the_rules_of_whom_it_is_for_and_is_remembered(tmp_path: Path) -> None:
    ours, *_ = homes(tmp_path, "ID", "MY", "SG")
    green = recorded(ours, tmp_path, "--tlp", "GREEN", "--to", "MY")
    amber = recorded(ours, tmp_path, "--tlp", "AMBER", "--to", "MY")
    file = tmp_path / "out.json"
    said = oureyes("--home", ours, "export", green.id, amber.id, "--for", "MY", "--out", file, "--json").json
    assert said["count"] == 1
    assert "needs two people" in said["refused"][0]["reason"]
    kinds = [one["type"] for one in json.loads(file.read_bytes())["objects"]]
    assert kinds == ["indicator", "marking-definition", "marking-definition"]  # TLP's own, and the whole of it
    assert amber.id.encode() not in file.read_bytes()
    assert oureyes("--home", ours, "export", green.id, "--for", "SG").code == 3
    assert [one["member"] for one in oureyes("--home", ours, "who-has", green.id, "--json").json["holders"]] == ["MY"]
    assert oureyes("--home", ours, "retract", green.id, "--reason", "wrong", "--json").json["told"] == {
        "MY": [green.id]
    }
    assert oureyes("--home", ours, "audit", "--verb", "export", "--json").json["count"] == 2


@pytest.mark.parametrize(
    ("form", "begins"), [("stix", b'{"type":"bundle"'), ("misp", b'{"response"'), ("csv", b"\xef\xbb\xbf")]
)
def test_every_format_is_written_to_the_standard_output(tmp_path: Path, form: str, begins: bytes) -> None:
    home = a_home(tmp_path)
    obj = recorded(home, tmp_path)
    assert oureyes("--home", home, "export", obj.id, "--format", form).raw.startswith(begins)
    assert oureyes("--home", home, "export", "--query", "type:indicator", "--format", form, "--json").json["count"] == 1
    assert oureyes("--home", home, "export", "--query", "type:tool").code == 1
    assert oureyes("--home", home, "export", obj.id, "--format", "xml").code == 2
