"""Journey J3 between real nodes over real sockets, with everything that crosses them captured."""

import asyncio
import contextlib
import re
from collections import Counter
from collections.abc import Iterator

import aiohttp
import msgspec
import pytest
from hit_parties import OTHER_PHONE, PHONE, WALLET, agreed, borne_out, fetched, hold, red
from paths import DATA
from simulated import deliver, federation, for_
from taps import Tap, records
from wired import Running, homes, until

from oureyes.correlate import blind
from oureyes.correlate.blind import voprf
from oureyes.exchange.client import Dialler, PartnerSaid
from oureyes.exchange.envelope import pack, unpack
from oureyes.interfaces import probing as carrying
from oureyes.interfaces import service
from oureyes.interfaces.lines import Lines
from oureyes.interfaces.probing import Wanted
from oureyes.model.markings import TLP
from oureyes.model.objects import StixObject
from oureyes.node import answering, confirming, probing, publishing
from oureyes.node.opening import member_of
from oureyes.storage import filters

SAID = {"by": "lia", "purpose": "investigation", "basis": "treaty", "case": "KN-2026-118"}


@pytest.fixture
def bodies(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, bytes]]]:
    """Every body that crosses the wire in the asker's requests, in the clear."""
    seen: list[tuple[str, bytes]] = []
    question, listed, part = Dialler.hit_question, Dialler.hit_list, Dialler.hit_filter

    async def tapped_question(self, raw):
        seen.append(("question", raw))
        seen.append(("answer", await question(self, raw)))
        return seen[-1][1]

    async def tapped_list(self):
        seen.append(("list", await listed(self)))
        return seen[-1][1]

    async def tapped_part(self, name, limit):
        seen.append(("filter", await part(self, name, limit)))
        return seen[-1][1]

    monkeypatch.setattr(Dialler, "hit_question", tapped_question)
    monkeypatch.setattr(Dialler, "hit_list", tapped_list)
    monkeypatch.setattr(Dialler, "hit_filter", tapped_part)
    return seen


def wanted(kind, values, *partners, **changes):
    return Wanted(kind, values, partners, **{**SAID, **changes})


def test_j3_five_hundred_subjects_are_asked_and_a_hit_is_confirmed(tmp_path, bodies):
    asyncio.run(_captured(tmp_path, bodies))


async def _captured(folder, bodies):
    """Everything between the two goes through taps: questions, filters, the case, and what is released in the end."""
    found = homes(folder, ["ID", "PH", "SG"])
    async with Tap(member_of(found["ID"]).url) as holder, Tap(member_of(found["PH"]).url) as asker:
        await _j3(found, {"ID": holder.url, "PH": asker.url}, bodies)
    for captured in (holder.sent, holder.received, asker.sent, asker.received):
        assert sum(records(bytes(captured))) > 1_000
        for secret in (PHONE.encode(), b"812345678", b"KN-2026-118", b"known to us", b"hitno", b"/oe/1/"):
            assert secret not in captured


async def _j3(found, addresses, bodies):
    async with Running(found, addresses=addresses) as running:
        holder, asker = running.node("ID"), running.node("PH")
        hold(holder, "phone-number", PHONE, red("PH"))
        await asyncio.to_thread(agreed, holder, "PH")
        await until(borne_out(asker, "ID"))
        subjects = [f"+6281{n:08}" for n in range(499)] + ["0066 81 234 5678"]
        (one,) = await carrying.ask_all(asker, wanted("phone", subjects, "ID"), addresses)

        # both see the count, the asker its matching items; the holder nothing but that it was asked
        assert (one.subjects, [hit.value for hit in one.hits], one.left) == (500, [f"phone-number:{PHONE}"], 512)
        assert [(line.side, line.keys, line.subjects, line.hits) for line in probing.ledger(holder.ctx)] == [
            ("answered", 512, 0, 0)
        ]
        assert [(line.side, line.keys, line.subjects, line.hits) for line in probing.ledger(asker.ctx)] == [
            ("asked", 512, 500, 1)
        ]
        assert confirming.cases(holder.ctx) == []

        # a hit opens a case at both, with one clock
        case = await asyncio.to_thread(confirming.open_case, asker.ctx, one.hits[0].id, by="lia")
        await until(lambda: bool(confirming.cases(asker.ctx)[0].received))
        ours, theirs = confirming.cases(asker.ctx)[0], confirming.cases(holder.ctx)[0]
        assert confirming.clock(ours).due() == confirming.clock(theirs).due()

        # the holder confirms, and releases core data only
        core = StixObject.make(
            {
                "type": "note", "spec_version": "2.1", "id": "note--7f0c1a52-3c1b-4d0e-9a51-6f6f6f000001",
                "created": "2026-11-24T08:00:00.000Z", "modified": "2026-11-24T08:00:00.000Z",
                "content": "known to us since May", "object_refs": ["note--7f0c1a52-3c1b-4d0e-9a51-6f6f6f000009"],
            }
        )  # fmt: skip
        await asyncio.to_thread(_released, holder, core, case.id)
        await until(lambda: bool(confirming.cases(asker.ctx)[0].answered))
        await until(lambda: bool(asker.search("known to us since May", by="lia")))
        assert confirming.words(asker.ctx, confirming.cases(asker.ctx)[0]) == "answered in time"

    # nor does what TLS carries show anything in clear: neither what was asked, nor what is held, nor in which case
    crossed = b"".join(raw for _, raw in bodies)
    assert {what for what, _ in bodies} == {"list", "filter", "question", "answer"}
    for secret in (PHONE.encode(), PHONE[1:].encode(), b"812345678", b"628100000017", b"KN-2026-118", b"lia"):
        assert secret not in crossed
    assert re.search(rb"phone-number|canon/1", crossed) is None


def _released(holder, core, case):
    holder.record_objects([core], by="ayu", marking=for_("PH", tlp=TLP.GREEN))
    draft = holder.propose([core.id], ["PH"], by="ayu")
    holder.approve(draft.id, by="budi")
    confirming.answer(holder.ctx, case, by="ayu", release=draft.id)


def test_a_hit_and_a_miss_look_alike_on_the_line(tmp_path, bodies):
    asyncio.run(_alike(tmp_path, bodies))


async def _alike(folder, bodies):
    async with Running(homes(folder, ["ID", "PH", "SG"])) as running:
        holder, asker = running.node("ID"), running.node("PH")
        hold(holder, "phone-number", PHONE, red("PH"))
        await asyncio.to_thread(agreed, holder, "PH")
        await until(borne_out(asker, "ID"))
        await carrying.ask_all(asker, wanted("phone", [OTHER_PHONE], "ID"), fresh=True)
        shapes, found = [], []
        for value in (PHONE, OTHER_PHONE, PHONE, OTHER_PHONE):
            bodies.clear()
            async with Tap(running.services["ID"].url) as tap:
                (one,) = await carrying.ask_all(asker, wanted("phone", [value], "ID"), {"ID": tap.url})
            found.append(len(one.hits))
            clear = [(what, len(raw)) for what, raw in bodies]
            shapes.append((clear, records(bytes(tap.sent))[-2:], records(bytes(tap.received))[-2:]))
            assert PHONE.encode() not in tap.sent + tap.received
        assert found == [1, 0, 1, 0]
        assert shapes[0][0] == [("question", 512 + 8 * 32), ("answer", 16 + 8 * 32 + 64)]
        assert all(shape == shapes[0] for shape in shapes)


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the asker does, in order: requests, multiplications in the group, look-ups, commits, the end of the line."""
    done: list[str] = []

    def counted(owner, name, word):
        was = getattr(owner, name)

        def counting(*given, **named):
            done.append(word)
            return was(*given, **named)

        monkeypatch.setattr(owner, name, counting)

    for name in ("hit_question", "hit_list", "hit_filter"):
        counted(Dialler, name, "request")
    counted(voprf, "_multiply", "multiply")
    counted(blind.Filter, "__contains__", "look up")
    counted(aiohttp.ClientSession, "close", "close")
    counted(probing, "settle_all", "settle")
    return done


def test_a_hit_and_a_miss_are_the_same_work_in_the_same_order(tmp_path, work):
    """Not by the clock: by what is done. What only a hit has done is done when the lines are closed."""
    asyncio.run(_same_work(tmp_path, work))


async def _same_work(folder, work):
    async with Running(homes(folder, ["ID", "MY", "PH", "SG"])) as running:
        asker = running.node("PH")
        for member in ("ID", "SG"):
            hold(running.node(member), "phone-number", PHONE, red("PH"))
            await asyncio.to_thread(agreed, running.node(member), "PH")
            hold(running.node(member), "phone-number", OTHER_PHONE[:-1] + "0", red("PH"))  # a second filter each
            await asyncio.to_thread(publishing.publish, running.node(member).ctx)
            await until(borne_out(asker, member))
        await carrying.ask_all(asker, wanted("phone", [OTHER_PHONE], "ID", "SG"), fresh=True)
        made = []
        for value in (PHONE, OTHER_PHONE, PHONE, OTHER_PHONE):
            work.clear()
            found = await carrying.ask_all(asker, wanted("phone", [value], "ID", "SG"))
            made.append((sum(len(one.hits) for one in found), Counter(work), work[work.index("close") :]))
        assert [hits for hits, *_ in made] == [2, 0, 2, 0]
        assert {str(sorted(counts.items())) for _, counts, _ in made} == {str(sorted(made[0][1].items()))}
        assert (made[0][1]["request"], made[0][1]["settle"]) == (2, 1)
        assert made[0][1]["look up"] == 2 * 2
        opening = ["multiply"] * made[0][2].count("multiply")
        assert len(opening) > 8  # the proofs are checked after the last byte
        assert [after for *_, after in made] == [["close", "close", *opening, "settle", *["look up"] * 4]] * 4


def test_a_running_node_takes_out_what_may_answer_no_more(tmp_path, monkeypatch):
    """Nobody asks, and no day passes."""
    monkeypatch.setattr(service, "_RENEW_S", 0.05)
    asyncio.run(_taken_out(tmp_path))


async def _taken_out(folder):
    async with Running(homes(folder, ["ID", "PH", "SG"])) as running:
        holder = running.node("ID")
        made = hold(holder, "phone-number", PHONE, red("PH"))
        await asyncio.to_thread(agreed, holder, "PH", ("phone",))

        def held():
            with holder.ctx.db.read() as connection:
                return [one.held for one in filters.parts(connection, "ID", "PH")]

        assert held() == [1]
        await asyncio.to_thread(holder.retract, [made.id], by="ayu", reason="misread")
        await until(lambda: held() == [0])


def test_what_is_not_agreed_is_refused_and_logged_at_the_holder(tmp_path, bodies):
    asyncio.run(_unauthorised(tmp_path))


async def _unauthorised(folder):
    async with Running(homes(folder, ["ID", "PH", "SG"])) as running:
        holder, asker = running.node("ID"), running.node("PH")
        hold(holder, "phone-number", PHONE, red("PH"))
        await asyncio.to_thread(agreed, holder, "PH", daily=16)
        await until(borne_out(asker, "ID"))

        async def put(**changes):
            (one,) = await carrying.ask_all(asker, wanted("phone", [PHONE], "ID", **changes))
            return one

        other = await put(purpose="prosecution")
        assert (other.hits, "does not answer this" in other.refusal) == ((), True)
        (row,) = holder.audit(by="auditor", verb="turn-away")
        assert (row.actor, row.purpose, "purpose" in row.detail["reason"]) == ("PH", "prosecution", True)

        assert [len((await put()).hits) for _ in range(2)] == [1, 1]
        over = await put()
        assert "429" in over.refusal
        assert holder.audit(by="auditor", verb="turn-away")[0].detail["reason"] == "budget of the day used up"

        # a member without an agreement learns nothing, not even whether there is a list
        stranger = running.node("SG")
        (none,) = await carrying.ask_all(stranger, wanted("phone", [PHONE], "ID"))
        assert (none.hits, none.subjects) == ((), 0)
        assert probing.ledger(stranger.ctx) == []


def test_what_is_too_long_for_a_question_costs_as_much_as_the_longest(tmp_path):
    asyncio.run(_too_long(tmp_path))


async def _too_long(folder):
    async with Running(homes(folder, ["ID", "PH", "SG"])) as running:
        holder, asker = running.node("ID"), running.node("PH")
        await asyncio.to_thread(agreed, holder, "PH")
        async with Lines(asker) as lines, lines.to("ID") as dial:
            for status in (413, 400):
                with pytest.raises(PartnerSaid) as said:
                    await dial.hit_question(bytes(blind.MAX_QUESTION + 1 if status == 413 else 5))
                assert said.value.status == status
        assert [(line.side, line.keys) for line in probing.ledger(holder.ctx)] == [("refused", 8), ("refused", 512)]
        assert len(holder.audit(by="auditor", verb="turn-away")) == 2


def test_a_question_that_is_not_what_was_signed_is_written_down_and_costs_nothing(tmp_path, monkeypatch):
    asyncio.run(_another_body(tmp_path, monkeypatch))


async def _another_body(folder, monkeypatch):
    async with Running(homes(folder, ["ID", "PH", "SG"])) as running:
        holder, asker = running.node("ID"), running.node("PH")
        await asyncio.to_thread(agreed, holder, "PH")
        await until(borne_out(asker, "ID"))
        request = aiohttp.ClientSession.request

        def altered(self, method, target, **more):
            if "hitno/ask" in str(target):
                more["data"] = more["data"].getvalue()[:-1] + b"?"
            return request(self, method, target, **more)

        monkeypatch.setattr(aiohttp.ClientSession, "request", altered)
        (one,) = await carrying.ask_all(asker, wanted("phone", [PHONE], "ID"))
        assert "401" in one.refusal
        lines = [(line.side, line.partner, line.keys, line.reason) for line in probing.ledger(holder.ctx)]
        assert lines == [("refused", "PH", 0, "not what was signed")]
        assert len(holder.audit(by="auditor", verb="turn-away")) == 1


def test_a_question_sent_again_is_a_replay_and_is_not_answered(tmp_path, monkeypatch):
    asyncio.run(_replayed(tmp_path, monkeypatch))


async def _replayed(folder, monkeypatch):
    from oureyes.exchange.tls import client_context

    async with Running(homes(folder, ["ID", "PH", "SG"])) as running:
        holder, asker = running.node("ID"), running.node("PH")
        await asyncio.to_thread(agreed, holder, "PH")
        await until(borne_out(asker, "ID"))
        sent = []
        request = aiohttp.ClientSession.request

        def kept(self, method, target, **more):
            if "hitno/ask" in str(target) and not sent:
                sent.append((method, target, dict(more["headers"]), more["data"].getvalue()))
            return request(self, method, target, **more)

        monkeypatch.setattr(aiohttp.ClientSession, "request", kept)
        await carrying.ask_all(asker, wanted("phone", [PHONE], "ID"))
        method, target, headers, body = sent[0]
        home = asker.ctx.config.home
        tls = client_context(
            member_of(home).keys.certificate, home / "tls.key", asker.roster.members["ID"].keys.certificate
        )
        async with aiohttp.ClientSession() as session:
            for raw in (body, body[:-32] + body[-64:-32]):
                async with session.request(method, target, data=raw, headers=headers, ssl=tls) as answer:
                    assert answer.status == 401
        assert len(holder.audit(by="auditor", verb="evaluate")) == 1


def test_partners_are_asked_together_and_one_that_is_away_keeps_nobody_waiting(tmp_path, bodies):
    asyncio.run(_together(tmp_path, bodies))


async def _together(folder, bodies):
    async with Running(homes(folder, ["ID", "MY", "PH", "SG"])) as running:
        asker = running.node("PH")
        for member in ("ID", "MY", "SG"):
            node = running.node(member)
            hold(node, "cryptocurrency-wallet", f"trx:{WALLET}", red("PH"))
            await asyncio.to_thread(agreed, node, "PH")
        for member in ("ID", "MY", "SG"):
            await until(borne_out(asker, member))
        found = await carrying.ask_all(asker, wanted("wallet", [WALLET], "ID", "MY", "SG"))
        assert [len(one.hits) for one in found] == [1, 1, 1]
        questions = [raw for what, raw in bodies if what == "question"]
        elements = [raw[at : at + 32] for raw in questions for at in range(512, len(raw), 32)]
        assert len(set(elements)) == len(elements) == 24  # fresh blinds for each
        await running.stop("MY")
        found = await carrying.ask_all(asker, wanted("wallet", [WALLET], "ID", "MY", "SG"))
        assert [(one.partner, len(one.hits)) for one in found] == [("ID", 1), ("MY", 0), ("SG", 1)]
        assert "reached" in found[1].refusal


class Line:
    """A partner's line without a socket; `fault` is what comes instead of an answer."""

    def __init__(self, node, fault=None):
        self.node, self.partner, self._fault = node, node.member, fault

    async def hit_list(self):
        return answering.list_for(self.node.ctx, "PH")

    async def hit_filter(self, name, limit):
        return answering.part_for(self.node.ctx, "PH", name)

    async def hit_question(self, raw):
        if self._fault is not None:
            raise self._fault
        return answering.evaluate(self.node.ctx, "PH", raw)


class NumbersBeyondAllBounds(Line):
    """Its list and its answers name a number that no store holds."""

    async def hit_list(self):
        body, _ = unpack(await super().hit_list(), blind.LIST_TYPE, {})
        made = msgspec.structs.replace(blind.read_parts(body), serial=2**63)
        return pack(blind.LIST_TYPE, blind.write_parts(made), (self.node.ctx.keys.sign,))

    async def hit_question(self, raw):
        said = await super().hit_question(raw)
        return said[:4] + (2**62).to_bytes(8, "big") + said[12:]


class NoNewList(Line):
    """Its list cannot be had."""

    async def hit_list(self):
        raise ConnectionResetError


class DrippingFilter(Line):
    """Its filters never end."""

    async def hit_filter(self, name, limit):
        await asyncio.sleep(600)


def over_lines(monkeypatch, **there):
    """Questions go over these lines."""

    class Kept(contextlib.nullcontext):
        def to(self, partner):
            return contextlib.nullcontext(there[partner])

    monkeypatch.setattr(carrying, "Lines", lambda node, addresses: Kept(Kept()))


def two_that_answer(folder):
    """ID and SG hold one number; PH has their filters."""
    states = federation(folder, ["ID", "PH", "SG"])
    for member in ("ID", "SG"):
        hold(states[member], "phone-number", PHONE, red("PH"))
        agreed(states[member], "PH")
    deliver(states)
    for member in ("ID", "SG"):
        fetched(states["PH"], states[member])
    return states


def test_whatever_one_partner_says_the_others_answers_are_kept(tmp_path, monkeypatch):
    states = two_that_answer(tmp_path)
    over_lines(monkeypatch, ID=Line(states["ID"]), SG=Line(states["SG"], fault=OverflowError("too large")))
    good, other = carrying.ask(states["PH"], wanted("phone", [PHONE], "ID", "SG"))
    assert (len(good.hits), good.refusal) == (1, "")
    assert (len(other.hits), bool(other.refusal)) == (0, True)


@pytest.mark.parametrize("line", [NumbersBeyondAllBounds, NoNewList, DrippingFilter])
def test_an_answer_that_was_paid_for_is_kept_though_newer_filters_cannot_be_had(tmp_path, monkeypatch, line):
    """By the filters of before a hit is a hit; a miss is none, since what has come since is not in them."""
    states = two_that_answer(tmp_path)
    hold(states["SG"], "phone-number", OTHER_PHONE, red("PH"))
    publishing.publish(states["SG"].ctx)
    monkeypatch.setattr(carrying, "_FETCH_S", 0.2)
    over_lines(monkeypatch, ID=Line(states["ID"]), SG=line(states["SG"]))
    good, other = carrying.ask(states["PH"], wanted("phone", [PHONE], "ID", "SG"))
    assert [(len(one.hits), one.refusal) for one in (good, other)] == [(1, ""), (1, "")]
    good, other = carrying.ask(states["PH"], wanted("phone", [OTHER_PHONE], "ID", "SG"))
    assert [(len(one.hits), one.refusal) for one in (good,)] == [(0, "")]
    assert not other.hits
    assert "newest filters" in other.refusal
    good, other = carrying.ask(states["PH"], wanted("phone", [PHONE, OTHER_PHONE], "ID", "SG"))
    assert [len(one.hits) for one in (good, other)] == [1, 1]
    assert (good.refusal, "newest filters" in other.refusal) == ("", True)  # of the second nothing is known


def test_nothing_that_is_sent_waits_for_what_takes_longer_for_more_values(tmp_path, monkeypatch):
    """A holder that always says that it has a newer list would else read off the pause before it is asked for, how many
    of a batch are real."""
    states, order = two_that_answer(tmp_path), []

    class Watched(Line):
        async def hit_list(self):
            order.append("list")
            return await super().hit_list()

        async def hit_question(self, raw):
            order.append("question")
            said = await super().hit_question(raw)
            return said[:4] + (2**40).to_bytes(8, "big") + said[12:]

    over_lines(monkeypatch, ID=Watched(states["ID"]))
    for where, name in ((blind, "selectors"), (probing, "draw"), (probing, "opened"), (probing, "settle_all")):
        work = getattr(where, name)
        monkeypatch.setattr(where, name, lambda *given, name=name, work=work: order.append(name) or work(*given))
    (found,) = carrying.ask(states["PH"], wanted("phone", [PHONE], "ID"), fresh=True)
    assert len(found.hits) == 1
    assert order == ["selectors", "draw", "list", "question", "list", "opened", "settle_all"]


def test_nobody_is_asked_that_is_no_other_member(tmp_path):
    from oureyes.errors import Refused
    from oureyes.node import Node

    found = homes(tmp_path, ["ID", "PH"])
    with Node.open(found["PH"]) as asker:
        for partners in ((), ("PH",), ("XX",)):
            with pytest.raises(Refused, match="oureyes roster"):
                carrying.ask(asker, wanted("phone", [PHONE], *partners))


@pytest.mark.skipif(not DATA.exists(), reason="the shared data is not here")
def test_scenario_s3_the_red_wallet_of_id_says_hit_to_ph_and_nothing_more(tmp_path):
    asyncio.run(_s3(tmp_path))


async def _s3(folder):
    trail = (DATA / "scenarios/s3_money_trail.ndjson").read_text("utf-8").splitlines()
    async with Running(homes(folder, ["ID", "PH", "SG"])) as running:
        holder, asker = running.node("ID"), running.node("PH")
        for member in ("ID", "PH"):
            file = folder / f"{member}.ndjson"
            file.write_text("\n".join(line for line in trail if f'"node": "{member}"' in line) + "\n", "utf-8")
            running.node(member).record([file], by="ayu")
        w1 = "1KhqPD9BnexmYHkZ6Zmmo22T9Fgoy4UF3u"
        ours = [one.object for one in holder.holders(w1, by="ayu")]
        assert ours
        assert all(holder.marking_of(one).tlp is TLP.RED for one in ours)
        holder.mark(ours, holder.marking_of(ours[0]).but(hit_no_hit=True, answers_to=frozenset({"PH"})), by="ayu")
        for partner in ("PH", "SG"):
            await asyncio.to_thread(agreed, holder, partner, ("wallet",))
        await until(borne_out(asker, "ID"))
        await until(borne_out(running.node("SG"), "ID"))
        values = [w1, WALLET, "TH7tPvFfsqzWQrBSLBxhH1X1GD3eieSoWU"]
        (one,) = await carrying.ask_all(asker, wanted("wallet", values, "ID"))
        assert [hit.value for hit in one.hits] == [f"cryptocurrency-wallet:btc:{w1}"]
        (other,) = await carrying.ask_all(running.node("SG"), wanted("wallet", values, "ID"))
        assert (other.refusal, other.hits) == ("", ())  # SG may ask, and this record does not answer SG
        assert {one.origin for one in asker.holders(w1, by="lia")} == {"PH"}
        draft = holder.propose(ours, ["PH"], by="ayu")
        assert not any(one.decision.allowed for one in holder.preview(draft.id, approver="budi"))
