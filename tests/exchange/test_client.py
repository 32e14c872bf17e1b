"""A partner's task against a partner that is played: what it receipts, how it comes back, when it doubts."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from exchange_parties import SIGN
from wired import until

from oureyes.errors import InvalidObject, VerificationError
from oureyes.exchange.certificates import new_certificate
from oureyes.exchange.client import Batch, Dialler, Follower, PartnerSaid, Pusher, collect
from oureyes.exchange.log import checkpoint_frame, entry_frame, heartbeat_frame
from oureyes.exchange.outbox import Delivery, State
from oureyes.exchange.tls import client_context, server_context
from oureyes.model.sharing import Channel

CHANNEL = Channel("ID", "SG")


class PlayedNode:
    """A node whose log is a number; times pass quickly."""

    def __init__(self) -> None:
        self.held, self.given, self.states, self.faults = 0, list[int](), list[Delivery](), list[Exception]()
        self.log: list[tuple[bytes, bytes]] = []

    async def next_of(self, channel):
        return self.held

    async def receive(self, channel, batch):
        if self.faults:
            raise self.faults.pop(0)
        self.held += len(batch.lines)
        return b"receipt %d" % self.held

    async def receipt_of(self, channel):
        return b"receipt %d" % self.held if self.held else b""

    async def unreceipted(self, channel, start):
        return Batch(tuple(self.log[self.held if start is None else start :]), b"head")

    async def receipted(self, channel, note):
        self.held = int(note.split()[1])

    async def stands(self, delivery):
        self.states.append(delivery)

    def now(self):
        return asyncio.get_running_loop().time()

    def random(self):
        return 0.0


class PlayedPartner:
    """Stands where a Dialler stands; `script` is what each stream does in turn."""

    partner = "ID"

    def __init__(self, *script) -> None:
        self.script, self.starts, self.polls, self.receipts = list(script), list[int](), list[int](), list[bytes]()

    async def stream(self, channel, start, silence_s):
        self.starts.append(start)
        for step in self.script.pop(0) if self.script else [asyncio.Event().wait]:
            if isinstance(step, Exception):
                raise step
            if isinstance(step, Batch):
                yield step
            else:
                await step()

    async def entries(self, channel, start, wait_s, what="entries"):
        self.polls.append(start)
        if len(self.polls) > 3:
            await asyncio.Event().wait()
        return Batch(((b"h", b"s"),), b"note")

    async def give_receipt(self, channel, note):
        self.receipts.append(note)


def entries(count: int) -> Batch:
    return Batch(((b"header", b"sealed"),) * count, b"note")


async def follow(here: PlayedNode, partner: PlayedPartner, done, **options) -> None:
    follower = Follower(here, partner, CHANNEL, **{"heartbeat_s": 1, "retry_max_s": 0.01, **options})
    task = asyncio.create_task(follower.run())
    await until(done)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def test_it_comes_back_where_it_was_and_gives_its_last_receipt_again() -> None:
    here, partner = PlayedNode(), PlayedPartner([Batch(), entries(2), OSError()], [Batch(), entries(1)])
    asyncio.run(follow(here, partner, lambda: partner.receipts[-1:] == [b"receipt 3"]))
    assert partner.starts[:2] == [0, 2]
    assert b"receipt 2" in partner.receipts


def test_a_partner_nobody_hears_of_waits_longer_and_at_last_counts_as_failed() -> None:
    here, partner = PlayedNode(), PlayedPartner(*[[OSError()]] * 12)
    asyncio.run(follow(here, partner, lambda: len(partner.starts) > 10))
    assert here.states[0].state is State.WAITING
    assert here.states[-1].state is State.FAILED
    assert here.states[-1].last_error == "OSError"


def test_a_partner_heard_of_is_dialled_without_waiting_out_the_pause() -> None:
    here, partner = PlayedNode(), PlayedPartner(*[[OSError()]] * 12)

    async def story() -> float:
        follower = Follower(here, partner, CHANNEL, heartbeat_s=1, retry_max_s=60)
        follower.delivery = replace(follower.delivery, attempts=5)
        task = asyncio.create_task(follower.run())
        await until(lambda: len(partner.starts) == 1)
        begun = here.now()
        await asyncio.sleep(0.01)
        follower.nudge()
        await until(lambda: len(partner.starts) == 2)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        return here.now() - begun

    assert asyncio.run(story()) < 2


def test_a_sign_of_life_ends_the_counting_of_failures() -> None:
    here, partner = PlayedNode(), PlayedPartner(*[[OSError()]] * 3, [Batch(), asyncio.Event().wait])
    asyncio.run(follow(here, partner, lambda: here.states and here.states[-1].state is State.SENDING))
    assert (here.states[-1].attempts, here.states[-1].last_error) == (0, "")


def test_silence_makes_it_ask_by_long_poll() -> None:
    here, partner = PlayedNode(), PlayedPartner([TimeoutError()])
    asyncio.run(follow(here, partner, lambda: len(partner.polls) > 3))
    assert (partner.starts, partner.polls) == ([0], [0, 1, 2, 3])


def test_in_doubt_it_sends_its_receipt_and_asks_from_the_beginning_only_the_second_time() -> None:
    differs = [VerificationError("ID/SG/1", "a checkpoint of our 3 entries", "another")] * 2
    here = PlayedNode()
    here.held, here.faults = 3, list(differs)
    partner = PlayedPartner([entries(1)], [entries(1)], [entries(1), asyncio.Event().wait])
    asyncio.run(follow(here, partner, lambda: len(partner.starts) > 2))
    assert partner.starts[:3] == [3, 3, 0]
    assert partner.receipts[0] == b"receipt 3"


def test_a_push_begins_where_the_partner_says_it_is() -> None:
    here, asked = PlayedNode(), []

    class Wants(PlayedPartner):
        async def push(self, channel, batch):
            asked.append(len(batch.lines))
            if len(asked) == 1:
                raise PartnerSaid("SG", 409, have=1)
            return b"receipt 5"

    here.log = [(b"h", b"s")] * 5
    here.held = 3

    async def story():
        pusher = Pusher(here, Wants(), CHANNEL, retry_max_s=0.01)
        task = asyncio.create_task(pusher.run())
        await until(lambda: here.held == 5)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    asyncio.run(story())
    assert asked == [2, 4]


def test_a_body_of_frames_is_whole_or_refused() -> None:
    body = heartbeat_frame() + entry_frame(b"{}", b"sealed") + checkpoint_frame(b"note")
    assert collect(body) == Batch(((b"{}", b"sealed"),), b"note")
    for junk in (body[:-1], b"\x00\x00\x00\x01\x09", b"\xff" * 8, entry_frame(b"{}", b"") * 257):
        with pytest.raises(InvalidObject):
            collect(junk)


def test_an_answer_that_goes_on_and_on_is_cut_off(tmp_path: Path) -> None:
    """A partner's stream without a checkpoint must not fill our memory; nor its receipt."""
    now = datetime.now(UTC)
    mine, theirs = (new_certificate(member, ["127.0.0.1"], now) for member in ("SG", "ID"))
    for name, pem in (("mine", mine[0]), ("theirs", theirs[0])):
        (tmp_path / name).write_bytes(pem)

    async def story():
        async def answer(reader, writer):
            with suppress(OSError):
                await reader.readuntil(b"\r\n\r\n")
                writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + entry_frame(b"{}", bytes(1000)) * 300)
                await reader.read()
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

        server = await asyncio.start_server(
            answer, "127.0.0.1", 0, ssl=server_context(theirs[1], tmp_path / "theirs", [mine[1]])
        )
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        tls = client_context(mine[1], tmp_path / "mine", theirs[1])
        async with aiohttp.ClientSession(auto_decompress=False) as session:
            dial = Dialler(session, tls, "SG", SIGN["SG"], "ID", url, lambda: 0)
            async with aclosing(dial.stream(CHANNEL, 0, 5)) as batches:
                with pytest.raises(InvalidObject):
                    await anext(batches)
            with pytest.raises(InvalidObject):
                await dial.ask_receipt(CHANNEL)
        server.close()

    asyncio.run(story())
