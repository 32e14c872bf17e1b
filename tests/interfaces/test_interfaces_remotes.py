"""A server of others is polled by the client of its kind, whoever asks: the service, or a person."""

import json

import pytest
from at_the_desk import a_home, oureyes
from misp_callers import UUID, an_event

from oureyes.errors import NotHeld
from oureyes.interfaces.remotes import run
from oureyes.node import Node
from oureyes.node.serving import Serving


@pytest.fixture
def home(tmp_path):
    made = a_home(tmp_path)
    words = ("account", "create", "osint", "--scopes", "misp:read,misp:write", "--speaks-for", "*", "--tlp", "GREEN")
    assert oureyes("--home", made, "--by", "ayu", *words).code == 0
    return made


def a_feed(folder):
    event = an_event(1, published=True)
    folder.mkdir()
    line = {"info": "x", "date": event["date"], "timestamp": event["timestamp"], "Orgc": event["Orgc"]}
    (folder / "manifest.json").write_text(json.dumps({event["uuid"]: line}))
    (folder / f"{event['uuid']}.json").write_text(json.dumps({"Event": event}))
    return folder


def test_a_feed_is_added_and_polled_from_the_command_line(home, tmp_path):
    feed = a_feed(tmp_path / "feed")
    added = oureyes("--home", home, "--by", "ayu", "misp", "add", "osint", feed, "--feed", "--as", "osint", typed="\n")
    assert added.code == 0
    told = oureyes("--home", home, "--json", "misp", "poll", "osint")
    assert (told.code, told.json["remotes"][0]["progress"]["stored"]) == (0, 1)
    assert oureyes("--home", home, "--json", "show", f"report--{UUID.format(1)}").code == 0
    assert oureyes("--home", home, "--by", "ayu", "misp", "remove", "osint").code == 0


def test_a_remote_without_its_account_is_not_added(home):
    words = ("misp", "add", "there", "https://misp.example/", "--as", "nobody")
    assert oureyes("--home", home, "--by", "ayu", *words, typed="key\n").code != 0


def test_a_taxii_server_is_asked_by_taxii(home):
    words = ("taxii", "add", "there", "https://10.0.0.1/collections/x/")
    assert oureyes("--home", home, "--by", "ayu", *words, typed="key\n").code == 0
    with Node.open(home) as node:
        serving = Serving(node.ctx)
        assert run(serving, "there", early=True).state == "failing"
        with pytest.raises(NotHeld):
            run(serving, "nobody")
        serving.notes.close()
