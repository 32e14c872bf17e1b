"""`oureyes export`: a file for whoever takes one, and what is not in it told beside it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from a_case import a_bundle, an_indicator, an_object
from at_the_desk import a_home, oureyes

from oureyes.model.objects import StixObject
from oureyes.node import Node
from oureyes.record.exports import FORMATS

GOOD = ("--tlp", "GREEN", "--pap", "GREEN", "--to", "csirts")
LISTED = {"ips", "urls", "emails", "phones", "wallets", "ibans", "md5", "sha1", "sha256"}


def recorded(home: Path, folder: Path, *objects: StixObject, marks: tuple[str, ...] = GOOD) -> list[str]:
    file = a_bundle(folder, *objects, name=f"{len(list(folder.iterdir()))}.json")
    assert oureyes("--home", home, "import", file, *marks).code == 0
    return [obj.id for obj in objects]


@pytest.mark.parametrize("form", list(FORMATS))
def test_every_format_goes_to_the_standard_output_or_says_that_it_holds_nothing(tmp_path: Path, form: str) -> None:
    home = a_home(tmp_path)
    (obj,) = recorded(home, tmp_path, an_indicator(value="evil.example"))
    said = oureyes("--home", home, "export", obj, "--format", form)
    if form in LISTED:
        assert (said.code, said.out) == (3, "0 exported\n")
        assert f"not of the kind that a list of {form} holds: 1 ({obj})" in said.err
    else:
        assert said.code == 0
        assert b"evil" in said.raw
        assert not said.err


def test_what_is_left_out_is_told_by_id_and_reason_and_stays_out_of_the_file(tmp_path: Path) -> None:
    home = a_home(tmp_path)
    good, warned, gone, report = recorded(
        home,
        tmp_path,
        an_indicator(),
        an_indicator("ipv4-addr:value", "8.8.8.8"),
        an_indicator(value="gone.example", revoked=True),
        an_object("report", name="r", published="2026-11-20T08:00:00Z"),
    )
    said = oureyes("--home", home, "export", good, warned, gone, report, "--format", "domains")
    assert [line for line in said.out.splitlines() if not line.startswith("#")] == ["fund-relief.example"]
    assert f"left out, on the warninglist public resolvers: 1 ({warned})" in said.err
    assert f"left out, revoked: 1 ({gone})" in said.err
    assert "8.8.8.8" not in said.err
    body = oureyes("--home", home, "export", good, warned, gone, report, "--format", "stix", "--json").json
    assert {one["object"] for one in body["omitted"]} == {warned, gone}
    assert body["count"] == 2


def test_whole_keeps_in_a_document_what_is_out_of_date_and_in_no_list(tmp_path: Path) -> None:
    home = a_home(tmp_path)
    good, gone = recorded(home, tmp_path, an_indicator(), an_indicator(value="gone.example", revoked=True))
    said = oureyes("--home", home, "export", good, gone, "--whole")
    assert said.code == 0
    assert [one["id"] for one in json.loads(said.raw)["objects"]][:2] == [good, gone]
    assert oureyes("--home", home, "export", good, gone, "--whole", "--format", "domains").code == 2


def test_misp_says_what_it_has_no_word_for_and_fails_when_that_is_all(tmp_path: Path) -> None:
    home = a_home(tmp_path)
    malware, seen = recorded(home, tmp_path, an_object("malware", name="m", is_family=False), an_indicator())
    alone = oureyes("--home", home, "export", malware, "--format", "misp", "--out", tmp_path / "a.json")
    assert alone.code == 3
    assert malware in alone.err
    assert not (tmp_path / "a.json").exists()
    both = oureyes("--home", home, "export", malware, seen, "--format", "misp", "--json").json
    assert both["count"] == 1
    assert both["omitted"] == [{"object": malware, "reason": "MISP has no word for it"}]


def test_a_bundle_read_again_elsewhere_is_under_the_marking_it_left_under(tmp_path: Path) -> None:
    ours, theirs = a_home(tmp_path, "ID"), a_home(tmp_path, "MY")
    (obj,) = recorded(ours, tmp_path, an_indicator(), marks=("--tlp", "AMBER+STRICT", "--pap", "AMBER", "--to", "MY"))
    file = tmp_path / "out.json"
    assert oureyes("--home", ours, "export", obj, "--out", file).code == 0
    assert oureyes("--home", theirs, "import", file).code == 0
    with Node.open(ours) as left, Node.open(theirs) as arrived:
        before, after = left.marking_of(obj), arrived.marking_of(obj)
    assert after == before  # its originator too, whose consent it takes to pass it on
    rows = oureyes("--home", ours, "export", obj, "--format", "csv").out.splitlines()
    assert "TLP:AMBER+STRICT" in rows[1]


def test_the_file_an_account_would_fetch_can_be_made_here(tmp_path: Path) -> None:
    home = a_home(tmp_path)
    recorded(home, tmp_path, an_indicator(value="for-all.example"))
    recorded(home, tmp_path, an_indicator(value="canary.example"), marks=("--tlp", "GREEN", "--to", "police"))
    create = ("account", "create", "bank", "--groups", "csirts", "--scopes", "export:read", "--by", "ayu")
    assert oureyes("--home", home, *create).code == 0
    add = ("collection", "add", "For the CSIRTs", "--readers", "csirts", "--alias", "csirts", "--by", "ayu")
    assert oureyes("--home", home, *add).code == 0
    fetch = ("export", "--collection", "csirts", "--format", "domains", "--by", "ayu")
    said = oureyes("--home", home, *fetch, "--for", "bank")
    assert [line for line in said.out.splitlines() if not line.startswith("#")] == ["for-all.example"]
    assert oureyes("--home", home, *fetch, "--for", "nobody").code == 4
    assert oureyes("--home", home, *fetch).code == 2
    row = oureyes("--home", home, "audit", "--verb", "export", "--json").json["rows"][0]
    assert (row["actor"], row["detail"]["to"], row["detail"]["format"]) == ("ayu", "bank", "domains")


def test_the_name_of_the_file_that_was_imported_is_in_no_export(tmp_path: Path) -> None:
    home, file = a_home(tmp_path), tmp_path / "operation-garuda-informant.csv"
    file.write_text("value,type\nevil.example,domain\n,\nx,y\n", encoding="utf-8")
    assert oureyes("--home", home, "import", file, *GOOD).code == 0
    for form in ("stix", "misp", "csv", "domains", "rpz", "sigma", "suricata"):
        said = oureyes("--home", home, "export", "--source", file.name, "--format", form)
        assert said.code == 0
        assert b"garuda" not in said.raw
        assert "garuda" not in said.err
