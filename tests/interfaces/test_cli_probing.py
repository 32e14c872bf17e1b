"""Private questions on the command line: a liaison officer asks, opens a case, and is answered."""

import asyncio
import re

from at_the_desk import a_home, oureyes
from at_the_desk import homes as closed_homes
from hit_parties import OTHER_PHONE, PHONE, borne_out, hold
from simulated import for_
from wired import Running, homes, until

from oureyes.model.markings import TLP
from oureyes.node import Node

SAID = ("--to", "ID", "--basis", "treaty", "--case", "KN-2026-118", "--by", "lia")


def test_an_officer_asks_opens_a_case_and_is_answered(tmp_path):
    asyncio.run(_story(tmp_path))


async def _story(folder):
    found = homes(folder, ["ID", "PH", "SG"])

    async def desk(member, *words):
        return await asyncio.to_thread(oureyes, "--home", found[member], *words)

    async with Running(found) as running:
        made = hold(running.node("ID"), "phone-number", PHONE, for_(tlp=TLP.RED))
        assert (await desk("ID", "mark", made.id, "--hit", "PH", "--by", "ayu")).code == 0
        assert (await desk("ID", "hits", "allow", "PH", "--kinds", "phone", "--by", "ayu")).code == 0
        assert (await desk("ID", "hits", "agree", "PH", "--by", "ayu")).code == 3  # not by the same person
        agreed = await desk("ID", "hits", "agree", "PH", "--by", "budi", "--json")
        assert (agreed.code, agreed.json["state"]) == (0, "open")
        assert (await desk("ID", "hits", "publish", "--json")).json["published"][0]["partner"] == "PH"
        await until(borne_out(running.node("PH"), "ID"))

        asked = await desk("PH", "probe", "phone", PHONE, OTHER_PHONE, *SAID, "--json")
        (answer,) = asked.json["answers"]
        assert (asked.code, answer["asked"], answer["left"], answer["refusal"]) == (0, 2, 1016, "")
        (hit,) = answer["hits"]
        assert (hit["value"], hit["state"]) == (PHONE, "found")
        drawn = await desk("PH", "probe", "phone", OTHER_PHONE, *SAID)
        assert (drawn.code, "answered" in drawn.out, hit["id"] in drawn.out) == (0, True, False)
        assert hit["id"] in (await desk("PH", "hits")).out
        (quota,) = (await desk("PH", "hits", "quota", "--json")).json["quotas"]
        assert (quota["partner"], quota["left"], quota["witnesses"]) == ("ID", 1008, 1)
        shown = (await desk("PH", "hits", "evidence", "ID", "--json")).json["shown"]
        assert [one["shown_to"] for one in shown] == ["PH", "SG"]
        assert len({one["keys"] for one in shown}) == len({one["words"] for one in shown}) == 1
        assert len((await desk("ID", "hits", "ledger", "--json")).json["questions"]) == 2
        assert PHONE not in (await desk("ID", "hits", "ledger")).out

        opened = await desk("PH", "hits", "open", hit["id"], "--by", "lia", "--json")
        case = opened.json["case"]
        await until(lambda: case in str(running.node("ID").inbox()))
        (theirs,) = (await desk("ID", "hits", "cases", "--json")).json["cases"]
        assert (theirs["id"], theirs["we_are"], theirs["stands"]) == (case, "holder", "open, 1 d 23 h left")
        assert (await desk("ID", "hits", "show", case, "--json")).json["records"]
        refused = await desk("ID", "hits", "answer", case, "--refuse", "security", "--by", "ayu")
        assert (refused.code, "security" in refused.out) == (0, True)

        async def answered():
            return (await desk("PH", "hits", "cases", "--json")).json["cases"][0]["ground"] == "security"

        await until(answered)
        assert (await desk("ID", "hits", "end", "PH", "--by", "ayu", "--json")).json["state"] == "ended"
        (gone,) = (await desk("PH", "probe", "phone", PHONE, *SAID, "--json")).json["answers"]
        assert gone["hits"] == []
        assert gone["refusal"]


def test_what_is_missing_is_named_before_anybody_is_asked(tmp_path):
    home = a_home(tmp_path, "PH")
    assert oureyes("--home", home, "probe", "phone").code == 2
    for words, code in (
        (("phone", PHONE, "--to", "ID", "--case", "K", "--basis", "treaty"), 3),  # no such member
        (("phone", PHONE, "--to", "PH", "--case", "K", "--basis", "treaty"), 3),
    ):
        assert oureyes("--home", home, "probe", *words).code == code
    assert "nobody is answered" in oureyes("--home", home, "hits", "agreements").out
    assert "no cases" in oureyes("--home", home, "hits", "cases").out
    assert "no questions" in oureyes("--home", home, "hits", "ledger").out
    assert oureyes("--home", home, "hits", "evidence", "ID", "--epoch", "2026-10").code == 1
    assert oureyes("--home", home, "hits", "open", "hit--none").code == 4
    assert oureyes("--home", home, "hits", "allow", "ID").code == 5


def test_a_marking_says_who_may_learn_hit_or_no_hit_and_takes_it_back(tmp_path):
    home = a_home(tmp_path, "ID")
    with Node.open(home) as node:
        one = hold(node, "phone-number", PHONE, for_(tlp=TLP.RED)).id
    assert oureyes("--home", home, "mark", one, "--hit", "PH,SG").code == 0
    assert "says hit or no hit to PH, SG" in oureyes("--home", home, "show", one).out
    assert oureyes("--home", home, "mark", one, "--hit", "nobody").code == 0
    assert "hit or no hit" not in oureyes("--home", home, "show", one).out


def test_the_front_line_checks_a_set_without_a_node(tmp_path):
    home = a_home(tmp_path, "ID")
    with Node.open(home) as node:
        hold(node, "phone-number", PHONE, for_(tlp=TLP.RED, hit_no_hit=True, answers_to=frozenset({"border"})))
    folder, roster = tmp_path / "set", tmp_path / "roster.json"
    words = ("pss", "make", folder, "--for", "border", "--kinds", "phone", "--by", "ayu")
    assert re.findall(r"\* +--([a-z-]+)", oureyes("pss", "make", "--help").out) == ["for", "approved-by"]
    assert oureyes("--home", home, *words).code == 2  # nobody approved
    assert oureyes("--home", home, *words[:3], *words[5:], "--approved-by", "budi").code == 2  # for nobody
    assert oureyes("--home", home, *words, "--approved-by", " AYU").code == 3  # nobody else approved
    made = oureyes("--home", home, *words, "--approved-by", "budi", "--json")
    assert made.code == 0
    assert oureyes("--home", home, "roster", "build", home / "member.json", "--out", roster).code == 0
    check = ("pss", "check", folder, "phone", PHONE, "--key", tmp_path / "set.key", "--roster", roster)
    offline = oureyes("--home", tmp_path / "nowhere", *check, "--json")
    assert (offline.code, offline.json["hits"]) == (0, [True])
    assert (offline.json["listed"], offline.json["standing"][:13]) == ("", "nobody looked")
    assert "nobody looked whether it was revoked" in oureyes(*check).out
    assert oureyes("--home", home, "pss", "revocations", tmp_path / "before").code == 0
    assert "not revoked by ID's list of 20" in oureyes(*check, "--revoked", tmp_path / "before").out
    (tmp_path / "empty").touch()
    assert oureyes(*check, "--revoked", tmp_path / "empty").code not in (0, 1)  # it is no list, so nobody answers
    assert oureyes(*check[:4], OTHER_PHONE, *check[5:]).code == 1
    assert oureyes(*check[:5]).code == 2
    assert oureyes("--home", home, "pss", "take", folder, "--name", "ours", "--key", tmp_path / "set.key").code in (
        0,
        1,
    )
    assert oureyes("--home", home, "pss", "revoke", made.json["id"]).code == 0
    assert oureyes("--home", home, "pss", "revocations", tmp_path / "revoked").code == 0
    assert oureyes(*check, "--revoked", tmp_path / "revoked").code == 1
    assert made.json["id"] in oureyes("--home", home, "pss").out


def test_a_taken_set_is_judged_by_the_newest_list_of_its_maker(tmp_path):
    maker, other = closed_homes(tmp_path, "ID", "SG")
    with Node.open(maker) as node:
        hold(node, "phone-number", PHONE, for_(tlp=TLP.RED, hit_no_hit=True, answers_to=frozenset({"border"})))
    folder, before, after = tmp_path / "set", tmp_path / "before", tmp_path / "after"
    words = ("make", folder, "--for", "border", "--kinds", "phone", "--by", "ayu", "--approved-by", "budi")
    made = oureyes("--home", maker, "pss", *words, "--json").json["id"]
    assert oureyes("--home", maker, "pss", "revocations", before).code == 0
    taken = ("pss", "take", folder, "--name", "theirs", "--key", tmp_path / "set.key", "--revoked", before)
    assert oureyes("--home", other, *taken).code == 0
    check = ("--home", other, "pss", "check", "--taken", "theirs", "phone", PHONE)
    assert "not revoked by ID's list of 20" in oureyes(*check, "--revoked", before).out
    assert oureyes("--home", maker, "pss", "revoke", made).code == 0
    assert oureyes("--home", maker, "pss", "revocations", after).code == 0
    assert oureyes("--home", other, "pss", "update", after, "--json").json["sets"] == [made]
    assert "revoked" in oureyes(*check).err
    assert "which was seen here" in oureyes("--home", other, "pss", "update", before).err
