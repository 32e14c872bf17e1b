"""account, collection and taxii, as a person uses them."""

from __future__ import annotations

from pathlib import Path

from at_the_desk import a_home, oureyes


def test_an_account_is_let_in_approved_given_a_token_and_shut_out(tmp_path: Path) -> None:
    home = a_home(tmp_path)
    words = ("--groups", "csirts", "--ceiling", "AMBER", "--scopes", "taxii:read,taxii:write", "--tlp", "GREEN")
    made = oureyes("--home", home, "account", "create", "cert-a", *words, "--by", "ayu", "--json").json
    assert (made["ceiling"], made["groups"], made["marking"]["tlp"]) == ("AMBER", ["csirts"], "GREEN")
    assert oureyes("--home", home, "account", "approve", "cert-a", "--by", "ayu").code == 3
    assert oureyes("--home", home, "account", "approve", "cert-a", "--by", "budi").code == 0
    token = oureyes("--home", home, "account", "token", "cert-a", "--by", "ayu", "--json").json
    assert token["token"].startswith("oe_")
    words = ("account", "password", "cert-a", "--by", "ayu")
    assert oureyes("--home", home, *words, typed="a long enough password\n").code == 0
    (listed,) = oureyes("--home", home, "account", "--json").json["accounts"]
    assert (listed["approved"], listed["password"]) == (True, False)  # what one person gave waits
    shown = oureyes("--home", home, "account", "show", "cert-a", "--json").json
    assert [(one["author"], one["approved"]) for one in shown["tokens"]] == [("ayu", False)]
    assert oureyes("--home", home, "account", "approve-credentials", "cert-a", "--by", "ayu").code == 3
    done = oureyes("--home", home, "account", "approve-credentials", "cert-a", "--by", "budi", "--json")
    assert done.json["approved"] == [token["id"], "password"]
    (listed,) = oureyes("--home", home, "account", "--json").json["accounts"]
    assert (listed["approved"], listed["password"]) == (True, True)
    shown = oureyes("--home", home, "account", "show", "cert-a", "--json")
    assert [one["id"] for one in shown.json["tokens"]] == [token["id"]]
    assert token["token"] not in shown.out
    assert oureyes("--home", home, "account", "revoke", token["id"]).code == 0
    assert oureyes("--home", home, "account", "disable", "cert-a").code == 0
    assert "disabled" in oureyes("--home", home, "account", "list").out
    assert oureyes("--home", home, "account", "enable", "cert-a").code == 0


def test_wrong_words_are_told(tmp_path: Path) -> None:
    home = a_home(tmp_path)
    assert oureyes("--home", home, "account", "create", "Cert A").code != 0
    assert oureyes("--home", home, "account", "create", "a1", "--ceiling", "PURPLE").code == 2
    assert oureyes("--home", home, "account", "create", "a1", "--max-grade", "Z9").code == 2
    assert oureyes("--home", home, "account", "show", "nobody").code != 0
    assert oureyes("--home", home, "account", "create", "a1", "--scopes", "all").code != 0


def test_a_collection_is_made_approved_and_closed(tmp_path: Path) -> None:
    home = a_home(tmp_path)
    made = oureyes(
        "--home", home, "collection", "add", "For CSIRTs", "--readers", "csirts", "--named", "csirts", "--alias", "c",
        "--up-to", "GREEN", "--by", "ayu", "--json",
    ).json  # fmt: skip
    assert (made["view"]["named"], made["view"]["tlp_up_to"], made["approver"]) == (["csirts"], "GREEN", "")
    assert oureyes("--home", home, "collection", "approve", "c", "--by", "budi").code == 0
    inbox = oureyes("--home", home, "collection", "add", "Inbox", "--writers", "banks", "--posted-only", "--json").json
    assert inbox["view"] is None
    assert oureyes("--home", home, "collection", "--json").json["count"] == 2
    assert "approved" in oureyes("--home", home, "collection", "list").out
    assert oureyes("--home", home, "collection", "close", "c").code == 0
    assert oureyes("--home", home, "collection", "approve", "c").code != 0


def test_a_server_is_polled_and_its_failure_is_shown_with_what_comes_next(tmp_path: Path) -> None:
    home = a_home(tmp_path)
    said = oureyes(
        "--home", home, "taxii", "add", "them", "http://127.0.0.1:9/c/", "--max-grade", "C3", typed="secret\n"
    )
    assert said.code == 0
    polled = oureyes("--home", home, "taxii", "poll", "--json")
    assert polled.code == 1
    (one,) = polled.json["remotes"]
    assert (one["state"], one["attempts"], one["progress"]["objects"]) == ("failing", 1, 0)
    assert one["next_in_s"] > 0
    assert "secret" not in oureyes("--home", home, "taxii", "list", "--json").out
    assert "failing" in oureyes("--home", home, "taxii").out
    assert oureyes("--home", home, "taxii", "remove", "them").code == 0
    assert oureyes("--home", home, "taxii", "poll", "them").code != 0
