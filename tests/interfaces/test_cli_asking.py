"""Questions to partners, and judgements told to them, from the command line."""

from __future__ import annotations

import json
from pathlib import Path

from at_the_desk import homes, oureyes
from simulated import deliver

from oureyes.node import Node


def carried(*found: Path) -> None:
    nodes = {home.name: Node.open(home) for home in found}
    deliver(nodes)
    for node in nodes.values():
        node.close()


def test_a_question_is_asked_acknowledged_and_refused_on_a_ground(tmp_path: Path) -> None:
    malaysia, thailand = homes(tmp_path, "MY", "TH")
    asked = oureyes("--home", malaysia, "--by", "aziz", "ask", "TH", "Is it he?", "--urgency", "urgent", "--json").json
    assert oureyes("--home", malaysia, "--by", "salmah", "release", "approve", asked["draft"]).code == 0
    carried(malaysia, thailand)
    (there,) = oureyes("--home", thailand, "requests", "--json").json["requests"]
    assert (there["from"], there["question"], there["replies"]) == ("MY", "Is it he?", [])
    assert there["due"] == oureyes("--home", malaysia, "requests", "--json").json["requests"][0]["due"]
    assert "Is it he?" in oureyes("--home", malaysia, "requests").out.replace("\n", " ")
    for words in (["acknowledged"], ["refused", "--ground", "minor"]):
        draft = oureyes("--home", thailand, "--by", "somchai", "reply", asked["id"], *words, "--json").json["draft"]
        assert oureyes("--home", thailand, "--by", "malee", "release", "approve", draft).code == 0
    carried(malaysia, thailand)
    (here,) = oureyes("--home", malaysia, "requests", "--json").json["requests"]
    assert [one["state"] for one in here["replies"]] == ["acknowledged", "refused"]
    assert here["stands"].startswith("refused: the offence is too minor")


def test_what_is_asked_and_replied_must_be_a_known_word(tmp_path: Path) -> None:
    malaysia, _ = homes(tmp_path, "MY", "TH")
    assert oureyes("--home", malaysia, "ask", "TH", "?", "--urgency", "now").code == 2
    assert oureyes("--home", malaysia, "reply", "x", "maybe").code == 2
    assert "nobody asks" in oureyes("--home", malaysia, "requests").out


def test_a_judgement_makes_a_cluster_that_says_whose_it_is_and_can_be_taken_back(tmp_path: Path) -> None:
    (home,) = homes(tmp_path, "MY")
    ids = [f"identity--00000000-0000-4000-8000-00000000000{at}" for at in (1, 2)]
    people = [
        {"type": "identity", "spec_version": "2.1", "id": one, "created": "2026-11-20T08:00:00Z",
         "modified": "2026-11-20T08:00:00Z", "name": f"Person {one[-1]}", "identity_class": "individual"}
        for one in ids
    ]  # fmt: skip
    file = tmp_path / "people.json"
    file.write_text(json.dumps({"type": "bundle", "id": f"bundle{ids[0][8:]}", "objects": people}))
    assert oureyes("--home", home, "import", file).code == 0
    said = oureyes("--home", home, "--by", "aziz", "judge", *ids, "same", "--why", "one passport", "--json").json
    assert (said["state"], said["drafts"]) == ("MY", [])
    (found,) = oureyes("--home", home, "clusters", ids[0], "--json").json["clusters"]
    assert found["members"] == ids
    assert not found["contradicted"]
    assert [(word["by"], word["why"]) for word in found["words"]] == [("aziz", "one passport")]
    shown = oureyes("--home", home, "clusters").out
    assert "Person 1" in shown
    assert "MY (aziz) says the same" in shown.replace("\n", " ")
    assert "says the same" in oureyes("--home", home, "show", ids[0]).out.replace("\n", " ")
    assert "hypothesis" in oureyes("--home", home, "graph", ids[0]).out
    assert oureyes("--home", home, "judge", *ids, "withdrawn").code == 0
    assert oureyes("--home", home, "clusters", "--json").json["clusters"] == []
    assert "nobody says" in oureyes("--home", home, "clusters").out
    assert oureyes("--home", home, "judge", *ids, "withdrawn").code != 0
