"""A feed is files that any MISP reads; it holds what its reader may have, and no longer what it may not."""

import hashlib
import json

import pytest
from at_the_desk import oureyes
from misp_parties import ANYBODY, MispSite, an_event
from paths import DATA

from oureyes.interfaces.misp.client import run
from oureyes.interfaces.misp.feed import write_feed
from oureyes.model.remotes import Remote
from oureyes.node import polling
from oureyes.node.serving import Serving
from oureyes.record import is_feed


@pytest.fixture
def site(tmp_path):
    made = MispSite(tmp_path / "home", taxii_loopback=True)
    made.account("desk", to=("reader",), speaks_for=ANYBODY)
    made.account("reader", speaks_for=ANYBODY)
    yield made
    made.close()


def written(site, folder, name="reader"):
    return write_feed(Serving(site.node.ctx), folder, name, by="ayu", purpose="investigation")


def published(site, **more):
    misp = site.misp("desk")
    event = misp.add_event(an_event(**more), pythonify=True)
    misp.publish(event)
    return event


def test_a_feed_has_a_manifest_digests_and_a_file_an_event(site, tmp_path):
    event, folder = published(site), tmp_path / "feed"
    site.misp("desk").add_event(an_event(info="a draft"))
    assert written(site, folder) == (1, 0)
    assert is_feed(folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    assert set(manifest) == {event.uuid}
    assert set(manifest[event.uuid]) == {"info", "date", "analysis", "threat_level_id", "timestamp", "Orgc", "Tag"}
    digest = hashlib.md5(b"fund-relief.example").hexdigest()
    assert f"{digest},{event.uuid}" in (folder / "hashes.csv").read_text().split()
    content = json.loads((folder / f"{event.uuid}.json").read_text())["Event"]
    assert [one["value"] for one in content["Attribute"]] == ["fund-relief.example", "198.51.100.7"]
    assert "event_creator_email" not in json.dumps(content)


def test_what_its_reader_may_no_longer_have_is_taken_out(site, tmp_path):
    event, folder = published(site), tmp_path / "feed"
    written(site, folder)
    site.misp("desk").tag(event, "tlp:red")
    assert written(site, folder) == (0, 1)
    assert sorted(file.name for file in folder.iterdir()) == ["hashes.csv", "manifest.json"]


def test_a_feed_that_was_written_is_read_elsewhere(site, tmp_path):
    event, folder = published(site), tmp_path / "feed"
    written(site, folder)
    other = MispSite(tmp_path / "other")
    other.account("feed", to=("ann",), speaks_for=ANYBODY)
    other.account("ann")
    ctx = other.node.ctx
    polling.add(ctx, Remote("feed", str(folder), kind="feed", account="feed"), "", by="ayu")
    told = run(Serving(ctx), "feed", early=True)
    assert (told.state, told.error, told.progress.stored) == ("idle", "", 1)
    assert other.misp("ann").get_event(event.uuid)["Event"]["info"] == "Relief fund fraud"
    assert run(Serving(ctx), "feed", early=True).progress.pages == 1  # the manifest is the one of last time
    other.close()


def test_a_broken_file_is_put_aside_and_the_others_are_read(site, tmp_path):
    first, second, folder = published(site), published(site, info="b"), tmp_path / "feed"
    written(site, folder)
    (folder / f"{first.uuid}.json").write_text("{")
    other = MispSite(tmp_path / "other")
    other.account("feed", speaks_for=ANYBODY)
    ctx = other.node.ctx
    polling.add(ctx, Remote("feed", str(folder), kind="feed", account="feed"), "", by="ayu")
    told = run(Serving(ctx), "feed", early=True)
    assert (told.progress.stored, told.progress.put_aside) == (1, 1)
    assert other.misp("feed").event_exists(second.uuid)
    other.close()


@pytest.mark.slow
@pytest.mark.skipif(not DATA.exists(), reason="the shared data is not here")
def test_a_real_feed_is_read(site):
    ctx = site.node.ctx
    folder = DATA / "misp" / "feed-tweetfeed"
    polling.add(ctx, Remote("tweets", str(folder), kind="feed", account="desk"), "", by="ayu")
    assert run(Serving(ctx), "tweets", early=True).progress.stored == len(list(folder.glob("*.json"))) - 1


def test_the_command_line_writes_a_feed_for_an_account(site, tmp_path):
    published(site)
    site.node.close()
    home = site.node.ctx.config.home
    told = oureyes("--home", home, "--json", "--by", "ayu", "export", "--feed", tmp_path / "feed", "--for", "reader")
    assert (told.code, told.json["events"]) == (0, 1)
    assert oureyes("--home", home, "--by", "ayu", "export", "--feed", tmp_path / "feed").code == 2
