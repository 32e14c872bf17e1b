"""search, graph, matches, inbox, plan, audit, doctor …: what analysts, planners, auditors and operators do."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from types import SimpleNamespace

import pytest
from a_case import a_bundle, a_plan_on, a_report, an_indicator, an_object
from at_the_desk import a_home, homes, oureyes

from oureyes.alert.rules import EventKind

WALLET = "TKBQpjpi7ud7NxPuAopzsiijD7bi8pQubY"


def a_case(home: Path, folder: Path) -> tuple[str, str]:
    """An indicator on a wallet and the actor it indicates; and a report of a unit that names the wallet."""
    indicator, actor = an_indicator("cryptocurrency-wallet:value", WALLET), an_object("threat-actor", name="Funders")
    link = an_object("relationship", relationship_type="indicates", source_ref=indicator.id, target_ref=actor.id)
    oureyes("--home", home, "import", a_bundle(folder, indicator, actor, link), a_report(folder, f"pay to {WALLET}"))
    return indicator.id, actor.id


def test_search_answers_with_the_stable_keys_and_says_when_there_is_nothing(tmp_path: Path) -> None:
    home = a_home(tmp_path)
    _, actor = a_case(home, tmp_path)
    said = oureyes("--home", home, "search", "funders", "--json").json
    assert {"query", "count", "hits"} <= set(said)
    (hit,) = said["hits"]
    assert (hit["id"], hit["origin"], hit["tlp"]) == (actor, "ID", "TLP:AMBER+STRICT")
    nothing = oureyes("--home", home, "search", "nothing-like-this", "--json")
    assert (nothing.code, nothing.json["count"]) == (1, 0)
    assert oureyes("--home", home, "search", "type:threat-actor from:ID", "--json").json["count"] == 1
    assert oureyes("--home", home, "search", "type:threat-actor", "from:ID", "--json").json["count"] == 1
    assert oureyes("--home", home, "search", 'open"quote').code == 7
    assert oureyes("--home", home, "search", "funders", "--purpose", "curiosity").code == 3


def test_a_name_found_in_another_script_says_what_it_matched(tmp_path: Path) -> None:
    home = a_home(tmp_path)
    person = an_object("identity", name="ทองดี พรหมมา", identity_class="individual")
    assert oureyes("--home", home, "import", a_bundle(tmp_path, person, name="person.json")).code == 0
    [hit] = oureyes("--home", home, "search", "Thongdi", "--json").json["hits"]
    assert (hit["id"], hit["matched_as"], hit["zawgyi"]) == (person.id, "ทองดี พรหมมา", False)
    taken = oureyes(
        "--home", home, "export", "--query", "Thongdi", "--json"
    )  # what merely sounds so is not taken along
    assert taken.code == 1
    assert oureyes("--home", home, "export", "--query", "ทองดี").code == 0
    assert "matched as ทองดี พรหมมา" in oureyes("--home", home, "search", "Thongdi").out


def test_reports_alike_are_told_with_their_reasons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("oureyes.node.opening.installed", lambda: None)
    home = a_home(tmp_path)
    call = "Brothers, send what you can to the relief fund before Friday and tell everybody you trust about it: {}"
    one, other = (an_object("note", abstract="-", content=call.format(end), object_refs=[]) for end in "ab")
    for name, note in (("one.json", one), ("other.json", other)):
        oureyes("--home", home, "import", a_bundle(tmp_path, note, name=name))
    said = oureyes("--home", home, "similar", one.id, "--json").json
    assert [alike["id"] for alike in said["alike"]] == [other.id]
    shown = oureyes("--home", home, "similar", one.id).out
    assert "wording:" in shown
    assert "not installed" in shown
    assert oureyes("--home", home, "similar", "note--00000000-0000-4000-8000-000000000000").code != 0


def test_a_name_is_screened_against_those_held_with_the_reason(tmp_path: Path) -> None:
    home = a_home(tmp_path)
    held = an_object("identity", identity_class="individual", name="สมชาย ทองดี")
    many = an_object("identity", identity_class="individual", name="Nguyễn Văn Hùng")
    oureyes("--home", home, "import", a_bundle(tmp_path, held, many))
    said = oureyes("--home", home, "screen", "Somchai Thongdi", "--born", "1979", "--country", "TH", "--json").json
    assert (said["count"], said["found"][0]["id"], said["found"][0]["origin"]) == (1, held.id, "ID")
    moved = dict(said["found"][0]["parts"])
    assert moved["share of the longer"] > 0
    weighed = oureyes("--home", home, "screen", "Somchai Thongdi", "--parts").out
    assert f"{moved['share of the longer']:+.2f} share of the longer" in weighed
    shown = oureyes("--home", home, "screen", "NGUYEN VAN HUNG", "--kind", "person").out
    assert "(a second sign is needed)" in shown
    assert "hypotheses" in shown
    assert oureyes("--home", home, "screen", "Maria Santos").code == 1
    assert oureyes("--home", home, "screen", "Maria Santos", "--purpose", "curiosity").code == 3
    row = oureyes("--home", home, "audit", "--verb", "screen", "--json").out
    assert "Somchai" not in row
    assert '"screen"' in row


def test_the_search_index_is_built_anew_on_demand(tmp_path: Path) -> None:
    home = a_home(tmp_path)
    a_case(home, tmp_path)
    said = oureyes("--home", home, "reindex", "--json").json
    assert said["objects"] > 0
    assert oureyes("--home", home, "search", "funders").code == 0


def test_matches_answer_with_the_stable_keys_and_a_reason_in_words(tmp_path: Path) -> None:
    home = a_home(tmp_path)
    assert oureyes("--home", home, "matches", "--json").json == {"count": 0, "matches": []}
    indicator, _ = a_case(home, tmp_path)
    (match,) = oureyes("--home", home, "matches", "--json").json["matches"]
    assert {"left", "right", "score", "rank", "reason", "value", "kind", "matcher", "warned"} <= set(match)
    assert WALLET in match["reason"]
    assert indicator in (match["left"], match["right"])
    assert WALLET in oureyes("--home", home, "matches", indicator).out


def test_a_value_shows_every_holder(tmp_path: Path) -> None:
    home = a_home(tmp_path)
    a_case(home, tmp_path)
    said = oureyes("--home", home, "matches", "--value", WALLET, "--json").json
    assert {one["source"] for one in said["holders"]} == {"bundle.json", "report.csv"}
    assert said["count"] == 1
    assert oureyes("--home", home, "matches", "--value", "never-seen.example", "--json").json["holders"] == []


def test_a_match_is_judged_by_a_person(tmp_path: Path) -> None:
    home = a_home(tmp_path)
    a_case(home, tmp_path)
    (match,) = oureyes("--home", home, "matches", "--json").json["matches"]
    said = oureyes("--home", home, "judge", match["left"], match["right"], "not-same", "--why", "resold", "--json").json
    assert said["verdict"] == "not-same"
    (after,) = oureyes("--home", home, "matches", "--json").json["matches"]
    assert after["judged"] == [{"state": "ID", "verdict": "not-same", "why": "resold"}]
    assert "says not-same: resold" in oureyes("--home", home, "matches").out.replace("\n", " ")
    assert oureyes("--home", home, "judge", match["left"], match["right"], "maybe").code == 2


def test_an_alert_is_seen_assigned_and_done(tmp_path: Path) -> None:
    home = a_home(tmp_path)
    a_case(home, tmp_path)
    (alert,) = oureyes("--home", home, "inbox", "--json").json["alerts"]
    assert alert["id"] in oureyes("--home", home, "inbox").out
    assert oureyes("--home", home, "inbox", "see", alert["id"]).code == 0
    assert oureyes("--home", home, "inbox", "assign", alert["id"], "--to", "lim").code == 0
    (taken,) = oureyes("--home", home, "inbox", "list", "--state", "assigned", "--json").json["alerts"]
    assert taken["assignee"] == "lim"
    assert oureyes("--home", home, "inbox", "done", alert["id"]).code == 0
    assert oureyes("--home", home, "inbox", "assign", alert["id"]).code == 3
    assert oureyes("--home", home, "inbox", "see", "alert--none").code == 4
    assert oureyes("--home", home, "inbox", "list", "--state", "open").code == 2


def test_a_rule_is_made_listed_and_dropped(tmp_path: Path) -> None:
    home = a_home(tmp_path)
    made = oureyes("--home", home, "subscribe", "--event", "match", "--state", "MY", "--by", "lim", "--json").json
    (rule,) = oureyes("--home", home, "rules", "--json").json["rules"]
    assert rule == made
    assert (rule["owner"], rule["events"], rule["states"]) == ("lim", ["match"], ["MY"])
    assert oureyes("--home", home, "unsubscribe", rule["id"]).code == 0
    assert oureyes("--home", home, "unsubscribe", rule["id"]).code == 4
    assert oureyes("--home", home, "subscribe", "--event", "party").code == 2


def test_every_kind_of_event_can_be_subscribed_to(tmp_path: Path) -> None:
    words = ",".join(EventKind)
    made = oureyes("--home", a_home(tmp_path), "subscribe", "--event", words, "--json").json
    assert made["events"] == sorted(EventKind)


def test_the_graph_the_path_and_the_timeline_lead_from_one_thing_to_another(tmp_path: Path) -> None:
    home = a_home(tmp_path)
    indicator, actor = a_case(home, tmp_path)
    found = oureyes("--home", home, "graph", indicator, "--hops", "2", "--json").json
    assert {"nodes", "edges", "cut"} <= set(found)
    assert {"source": indicator, "link": "indicates", "target": actor, "origin": "ID"} in found["edges"]
    assert "indicates: Funders" in oureyes("--home", home, "graph", indicator).out
    assert oureyes("--home", home, "path", indicator, actor, "--json").json["nodes"] == [indicator, actor]
    alone = an_object("tool", name="alone")
    oureyes("--home", home, "import", a_bundle(tmp_path, alone, name="alone.json"))
    assert oureyes("--home", home, "path", indicator, alone.id).code == 1
    assert oureyes("--home", home, "timeline", indicator, "--json").json["events"]
    assert oureyes("--home", home, "trends", "--step", "week", "--json").code == 0


def test_a_plan_is_written_from_options_and_follows_its_evidence(tmp_path: Path) -> None:
    home = a_home(tmp_path)
    indicator, _ = a_case(home, tmp_path)
    words = ["--claim", f"the wallet = theirs={indicator}", "--measure", "SG,2099-12-31,freeze it", "--states", "ID,SG"]
    plan = oureyes("--home", home, "plan", "new", "Cut the funding", *words, "--json").json
    assert plan["status"] == "holds"
    assert plan["claims"][0]["evidence"] == [{"id": indicator, "state": "held", "grade": ""}]
    oureyes("--home", home, "retract", indicator, "--reason", "withdrawn")
    (broken,) = oureyes("--home", home, "plan", "--json").json["plans"]
    assert broken["status"] == "broken"
    waived = oureyes(
        "--home", home, "plan", "waive", plan["plan"], "c1", "--until", "2099-12-31", "--why", "raid is set", "--json"
    )
    assert waived.json["claims"][0]["waived_until"] == "2099-12-31"
    assert waived.json["status"] != "broken"
    assert oureyes("--home", home, "audit", "--verb", "waive", "--json").json["count"] == 1
    assert oureyes("--home", home, "plan", "waive", plan["plan"], "c9", "--until", "2099-12-31", "--why", "x").code == 4
    assert oureyes("--home", home, "plan", "new", "x", "--claim", "no evidence").code == 2


def test_a_plan_is_added_from_a_file_in_either_form(tmp_path: Path) -> None:
    home = a_home(tmp_path)
    obj = an_indicator()
    oureyes("--home", home, "import", a_bundle(tmp_path, obj))
    file = tmp_path / "plan.json"
    file.write_bytes(a_plan_on(obj).raw)
    assert oureyes("--home", home, "plan", "add", file, "--json").json["status"] == "holds"
    short = {
        "objective": "x",
        "claims": [{"text": "c", "evidence": [obj.id]}],
        "measures": [{"text": "m", "owner": "SG"}],
    }
    file.write_text(json.dumps(short), encoding="utf-8")
    assert oureyes("--home", home, "plan", "add", file, "--json").json["status"] == "holds"
    for bad in ('{"objective": 1}', '{"objective": "x", "claims": "none"}', "[]", "no JSON", '{"type": "x"}'):
        file.write_text(bad, encoding="utf-8")
        assert oureyes("--home", home, "plan", "add", file).code == 7


def test_the_audit_log_reads_as_sentences_and_verifies(tmp_path: Path) -> None:
    home = a_home(tmp_path)
    indicator, _ = a_case(home, tmp_path)
    oureyes("--home", home, "show", indicator, "--by", "sari", "--purpose", "prevention")
    assert f"sari opened {indicator}, for prevention" in oureyes("--home", home, "audit", "--subject", indicator).out
    assert oureyes("--home", home, "verify", "--audit", "--json").json["whole"]
    assert oureyes("--home", home, "audit", "--verb", "dance").code == 2
    assert oureyes("--home", home, "who-has", indicator).code == 1
    assert oureyes("--home", home, "who-has", "an id with spaces").code == 2


def test_figures_are_counts(tmp_path: Path) -> None:
    home = a_home(tmp_path)
    a_case(home, tmp_path)
    assert oureyes("--home", home, "figures", "--json").json["objects"] > 3
    assert oureyes("--home", home, "figures", "--year", "2001", "--json").json["counts"]["released"] == 0


def test_the_doctor_names_what_is_wrong(tmp_path: Path) -> None:
    (home,) = homes(tmp_path, "ID")
    checks = {one["name"]: one for one in oureyes("--home", home, "doctor", "--json").json["checks"]}
    assert {"SQLite", "settings", "sign.key", "disk space", "database", "integrity", "clock", "roster"} <= set(checks)
    (home / "seal.key").chmod(stat.S_IRUSR | stat.S_IROTH)
    said = oureyes("--home", home, "doctor")
    assert said.code == 1
    assert "chmod 600 seal.key" in said.out
    (home / "database.key").write_text("00" * 32)
    assert oureyes("--home", home, "doctor").code == 1
    assert oureyes("--home", tmp_path / "none", "doctor").code == 1


def test_the_settings_are_listed_and_never_a_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = a_home(tmp_path)
    monkeypatch.setenv("OUREYES_DATABASE_KEY", "ab" * 32)
    said = oureyes("--home", home, "doctor", "--settings", "--json")
    assert "two_person_from" in {one["setting"] for one in said.json["settings"]}
    assert "abab" not in said.out


def test_a_backup_is_restored_only_when_it_is_one(tmp_path: Path) -> None:
    home = a_home(tmp_path)
    copy, other = tmp_path / "copy.db", tmp_path / "other.db"
    assert oureyes("--home", home, "backup", copy, "--json").json["bytes"] == copy.stat().st_size
    assert oureyes("--home", home, "backup", copy).code == 6
    a_case(home, tmp_path)
    assert oureyes("--home", home, "restore", copy, typed="n\n").code == 130
    assert oureyes("--home", home, "search", "funders").code == 0
    assert oureyes("--home", home, "restore", copy, typed="y\n").code == 0
    assert oureyes("--home", home, "search", "funders").code == 1
    other.write_bytes(b"no database" * 500)
    assert oureyes("--home", home, "restore", other, "--yes").code == 6
    assert oureyes("--home", home, "restore", tmp_path / "none", "--yes").code == 5


def test_the_demo_and_the_service_are_run_with_what_was_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    parts = {
        "oureyes.interfaces.demo": SimpleNamespace(run=lambda **said: asked.append(said) or 0),
        "oureyes.interfaces.service": SimpleNamespace(run=lambda home, ready: asked.append(home)),
    }
    monkeypatch.setattr("oureyes.interfaces.cli.demonstrating.import_module", parts.__getitem__)
    monkeypatch.setattr("oureyes.interfaces.cli.exchanging.import_module", parts.__getitem__)
    home = a_home(tmp_path)
    assert oureyes("demo", "--once", "--json", "--data", tmp_path).code == 0
    assert oureyes("--home", home, "serve").code == 0
    assert asked == [{"once": True, "json": True, "data": tmp_path, "home": None, "port": 8443}, home]
    assert oureyes("demo", "--data", tmp_path / "none").code == 7
    assert oureyes("--home", tmp_path / "none", "serve").code == 5
