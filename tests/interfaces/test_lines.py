"""Lines that are kept between private questions: used again, never wrongly, and telling nothing."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hit_parties import OTHER_PHONE, PHONE, SAID, agreed, borne_out, hold, red
from taps import Tap, records
from wired import Running, homes, until

from oureyes.client import Client
from oureyes.errors import NotHeld, OurEyesError, Refused
from oureyes.exchange.certificates import to_pem
from oureyes.interfaces.api import forms
from oureyes.interfaces.lines import Lines
from oureyes.interfaces.probing import Wanted, ask_over
from oureyes.model.accounts import OFFICER, Account
from oureyes.node import Node, accounts, answering, probing
from oureyes.node.opening import member_of
from oureyes.node.probing import Outcome


class Asker:
    """PH, which asks ID over lines with a tap on them."""

    def __init__(self, running: Running, tap: Tap, lines: Lines) -> None:
        self.running, self.tap, self.lines = running, tap, lines
        self.node, self.holder = running.node("PH"), running.node("ID")

    async def ask(self, value: str = PHONE) -> Outcome:
        (one,) = await ask_over(self.node, self.lines, wanted(value))
        return one

    def booked(self) -> list[tuple[str, int]]:
        """The questions in the ledgers of both, what is left of the budget with them."""
        found = (*probing.ledger(self.holder.ctx), *probing.ledger(self.node.ctx))
        return sorted((line.side, line.keys) for line in found)

    def knows(self, **members: object) -> None:
        """The asker's roster is another from now on: None is a member no more."""
        left = {**self.node.roster.members, **members}
        self.node.ctx.roster = replace(self.node.roster, members={name: one for name, one in left.items() if one})


def wanted(value: str = PHONE) -> Wanted:
    return Wanted("phone", [value], ["ID"], **SAID)


@asynccontextmanager
async def asking(folder: Path, **options: float) -> AsyncIterator[Asker]:
    async with Running(homes(folder, ["ID", "PH", "SG"])) as running:
        holder, asker = running.node("ID"), running.node("PH")
        await ready(holder, asker)
        async with Tap(running.services["ID"].url) as tap, Lines(asker, {"ID": tap.url}, **options) as lines:
            yield Asker(running, tap, lines)


async def ready(holder: Node, asker: Node) -> None:
    hold(holder, "phone-number", PHONE, red("PH"))
    await asyncio.to_thread(agreed, holder, "PH")
    await until(borne_out(asker, "ID"))


def play(folder: Path, story: Callable[[Asker], Awaitable[None]], **options: float) -> None:
    async def played() -> None:
        async with asking(folder, **options) as asker:
            await story(asker)

    asyncio.run(played())


def test_a_second_question_goes_over_the_line_of_the_first(tmp_path: Path) -> None:
    async def story(asker: Asker) -> None:
        assert [len((await asker.ask()).hits) for _ in range(3)] == [1, 1, 1]
        assert (asker.tap.joined, asker.tap.open) == (1, 1)

    play(tmp_path, story)


def test_questions_at_once_have_a_few_lines_between_them_and_no_more(tmp_path: Path) -> None:
    async def story(asker: Asker) -> None:
        await asker.ask()
        found = await asyncio.gather(*(asker.ask() for _ in range(9)))
        assert [one.refusal for one in found] == [""] * 9
        assert 1 < asker.tap.joined <= 4

    play(tmp_path, story)


def test_a_line_that_lay_idle_for_too_long_is_not_used_again(tmp_path: Path) -> None:
    async def story(asker: Asker) -> None:
        await asker.ask()
        await until(lambda: asker.tap.open == 0)
        await asker.ask()
        assert asker.tap.joined == 2

    play(tmp_path, story, kept_s=0.05)


def test_a_member_that_is_removed_has_its_line_ended_and_not_used_again(tmp_path: Path) -> None:
    async def story(asker: Asker) -> None:
        await asker.ask()
        asker.knows(ID=None)
        asker.lines.roster_changed()
        await until(lambda: asker.tap.open == 0)
        sent = len(asker.tap.sent)
        with pytest.raises(Refused):
            await asker.ask()
        with pytest.raises(NotHeld):
            async with asker.lines.to("ID"):
                pass
        assert (asker.tap.joined, len(asker.tap.sent)) == (1, sent)

    play(tmp_path, story)


def test_a_member_removed_while_a_question_is_made_ready_is_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(asker: Asker) -> None:
        await asker.ask()
        prepare, sent = probing.prepare, len(asker.tap.sent)

        def and_removed(*given, **named):
            made = prepare(*given, **named)
            asker.knows(ID=None)
            return made

        monkeypatch.setattr(probing, "prepare", and_removed)
        assert "member ID" in (await asker.ask()).refusal
        assert (asker.tap.joined, len(probing.ledger(asker.holder.ctx))) == (1, 1)
        assert len(asker.tap.sent) <= sent + 64  # an alert that ends TLS, and no request

    play(tmp_path, story)


def test_a_member_with_another_certificate_is_not_asked_over_the_line_of_the_old(tmp_path: Path) -> None:
    """The old line stands and would carry the question: to whoever has the old key."""

    async def story(asker: Asker) -> None:
        await asker.ask()
        there, other = asker.node.roster.members["ID"], asker.node.roster.members["SG"]
        asker.knows(ID=replace(there, keys=replace(there.keys, certificate=other.keys.certificate)))
        assert "reached" in (await asker.ask()).refusal
        assert asker.tap.joined == 2
        assert len(probing.ledger(asker.holder.ctx)) == 1
        await until(lambda: asker.tap.open == 0)
        asker.knows(ID=there)
        assert (await asker.ask()).refusal == ""
        assert asker.tap.joined == 3

    play(tmp_path, story)


def test_over_a_dead_line_a_question_is_asked_once_more_on_a_fresh_one_and_counted_once(tmp_path: Path) -> None:
    async def story(asker: Asker) -> None:
        await asker.ask()
        asker.tap.dead = asker.tap.joined
        again = await asker.ask()
        assert (len(again.hits), again.left) == (1, 1024 - 2 * 8)
        assert (asker.tap.cuts, asker.tap.joined) == (1, 2)
        assert asker.booked() == [("answered", 8)] * 2 + [("asked", 8)] * 2
        await asker.ask()
        assert asker.tap.joined == 2  # the fresh one is kept in its turn

    play(tmp_path, story)


def test_of_several_dead_lines_no_second_one_is_tried(tmp_path: Path) -> None:
    async def story(asker: Asker) -> None:
        await asker.ask()
        await asyncio.gather(*(asker.ask() for _ in range(6)))
        asker.tap.dead = before = asker.tap.joined
        assert before > 1
        assert [len((await asker.ask()).hits) for _ in range(2)] == [1, 1]
        assert (asker.tap.cuts, asker.tap.joined) == (1, before + 1)

    play(tmp_path, story)


def test_a_question_whose_answer_was_lost_is_not_answered_nor_counted_twice(tmp_path: Path) -> None:
    async def story(asker: Asker) -> None:
        await asker.ask()
        asker.tap.cut = "answered"
        lost = await asker.ask()
        assert (lost.hits, "ended before" in lost.refusal) == ((), True)
        assert (asker.tap.cuts, asker.tap.joined) == (1, 2)
        assert asker.booked() == [("answered", 8)] * 2 + [("asked", 8)] * 2

    play(tmp_path, story)


def test_lines_that_keep_ending_are_tried_afresh_once(tmp_path: Path) -> None:
    async def story(asker: Asker) -> None:
        await asker.ask()
        asker.tap.cut = "all"
        assert "reached" in (await asker.ask()).refusal
        assert asker.tap.joined == 2
        asker.tap.cut = ""
        assert len((await asker.ask()).hits) == 1

    play(tmp_path, story)


def test_a_restarted_partner_is_asked_over_a_fresh_line(tmp_path: Path) -> None:
    async def story(asker: Asker) -> None:
        await asker.ask()
        await asker.running.stop("ID")
        await until(lambda: asker.tap.open == 0)
        assert "reached" in (await asker.ask()).refusal
        await asker.running.start("ID")
        assert len((await asker.ask()).hits) == 1

    play(tmp_path, story)


def test_on_a_kept_line_a_hit_and_a_miss_look_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same records, all of them before anybody looks; the line stands after a hit as after a miss."""

    async def story(asker: Asker) -> None:
        tap, settle = asker.tap, probing.settle_all
        at_the_look: list[tuple[int, int, int]] = []

        def looked(*given):
            at_the_look.append((len(tap.sent), len(tap.received), tap.open))
            return settle(*given)

        monkeypatch.setattr(probing, "settle_all", looked)
        await asker.ask(OTHER_PHONE)
        shapes, found = [], []
        for value in (PHONE, OTHER_PHONE, PHONE, OTHER_PHONE):
            tap.sent.clear()
            tap.received.clear()
            found.append(len((await asker.ask(value)).hits))
            await asyncio.sleep(0.05)  # what would still come
            assert at_the_look[-1] == (len(tap.sent), len(tap.received), tap.open) == (*at_the_look[1][:2], 1)
            shapes.append((records(bytes(tap.sent)), records(bytes(tap.received))))
        assert found == [1, 0, 1, 0]
        assert shapes[0][0]
        assert shapes == [shapes[0]] * 4
        assert tap.joined == 1

    play(tmp_path, story)


def test_all_answers_are_read_before_any_is_looked_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A partner that answers late keeps what the others said unread by anybody: no line learns of it."""

    async def story() -> None:
        async with Running(homes(tmp_path, ["ID", "PH", "SG"])) as running:
            asker = running.node("PH")
            await ready(running.node("ID"), asker)
            await asyncio.to_thread(agreed, running.node("SG"), "PH")
            await until(borne_out(asker, "SG"))
            order: list[str] = []
            opened, settle = probing.opened, probing.settle_all
            monkeypatch.setattr(probing, "opened", lambda *given: order.append("read") or opened(*given))
            monkeypatch.setattr(probing, "settle_all", lambda *given: order.append("look") or settle(*given))
            async with Lines(asker) as lines:
                for _ in range(2):
                    found = await ask_over(asker, lines, replace(wanted(), partners=["ID", "SG"]))
                    assert [len(one.hits) for one in found] == [1, 0]
            assert order == ["read", "read", "look"] * 2

    asyncio.run(story())


def test_closed_lines_are_closed_for_good(tmp_path: Path) -> None:
    async def story(asker: Asker) -> None:
        await asker.ask()
        await asker.lines.close()
        await until(lambda: asker.tap.open == 0)
        assert "ending" in (await asker.ask()).refusal
        assert asker.tap.joined == 1
        with pytest.raises(OurEyesError, match="ending"):
            async with asker.lines.to("ID"):
                pass

    play(tmp_path, story)


def test_a_running_node_keeps_its_lines_for_officers_until_it_stops(tmp_path: Path) -> None:
    """Through its own interface, twice; and a member that leaves the roster is shown off its line."""
    said = forms.Probe("phone", [PHONE], ["ID"], "treaty", "K")

    async def story() -> None:
        found = homes(tmp_path, ["ID", "PH", "SG"], doors_listen="127.0.0.1:0")
        others = Running({name: found[name] for name in ("ID", "SG")})
        async with others as running, Tap(running.services["ID"].url) as tap:
            running.homes = found
            service = await running.start("PH", addresses={"ID": tap.url})
            await ready(running.node("ID"), service.node)
            client = an_officer(service.node, service.doors_port, tmp_path)
            await asyncio.to_thread(client.probe, said)
            before = tap.joined
            for _ in range(2):
                (one,) = await asyncio.to_thread(client.probe, said)
                assert len(one.hits) == 1
            assert tap.joined == before
            client.close()
            left = {name: one for name, one in service.node.roster.members.items() if name != "ID"}
            service.node.ctx.roster = replace(service.node.roster, members=left)
            service.node.ctx.heard("roster", "")
            await until(lambda: not service._lines._lines)

    asyncio.run(story())


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_node_that_stops_tells_an_officer_who_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines end before the officers' door does, or the door would be held open by whoever waits for an answer."""
    said, asked, over = forms.Probe("phone", [PHONE], ["ID"], "treaty", "K"), threading.Event(), threading.Event()

    def never(*_: object) -> bytes:
        asked.set()
        over.wait()
        return b""

    async def story() -> None:
        found = homes(tmp_path, ["ID", "PH", "SG"], doors_listen="127.0.0.1:0")
        async with Running(found) as running:
            service = running.services["PH"]
            await ready(running.node("ID"), service.node)
            client = an_officer(service.node, service.doors_port, tmp_path)
            monkeypatch.setattr(answering, "evaluate", never)
            waiting = asyncio.create_task(asyncio.to_thread(client.probe, said))
            try:
                await until(asked.is_set)
                await running.stop("PH")
                (one,) = await waiting
            finally:
                over.set()
            assert "ending" in one.refusal
            client.close()

    asyncio.run(story())


def an_officer(node: Node, port: int, folder: Path) -> Client:
    scopes = frozenset({"api:read", "api:probe"})
    accounts.create(node.ctx, Account("lia", OFFICER, scopes=scopes), by="registrar")
    accounts.approve_account(node.ctx, "lia", by="chief")
    _, token = accounts.issue(node.ctx, "lia", by="registrar", scopes=scopes, days=1)
    accounts.approve_credentials(node.ctx, "lia", by="chief")
    file = folder / "node.pem"
    file.write_text(to_pem(member_of(node.ctx.config.home).keys.certificate))
    return Client(f"https://127.0.0.1:{port}", token=token, ca=file)
