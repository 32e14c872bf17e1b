"""Nodes over TLS on loopback: what is sent arrives and is receipted; whoever has no business is shown out."""

from __future__ import annotations

import asyncio
import io
import secrets
import ssl
import time
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from a_case import an_indicator
from simulated import for_
from wired import Running, homes, release, sent, until
from yarl import URL

from oureyes.exchange.client import Batch, Dialler, PartnerSaid, collect
from oureyes.exchange.keys import new_sign_key
from oureyes.exchange.log import entry_frame, make_entry, origin_line, sign_checkpoint
from oureyes.exchange.requests import sign_request
from oureyes.exchange.tls import client_context
from oureyes.model.merkle import Frontier
from oureyes.model.sharing import Channel
from oureyes.node import Node
from oureyes.node.opening import init, member_of


def dialler(session, sender: Path, node: Node, **changes) -> Dialler:
    """What the node in `sender` would dial another with."""
    ours = member_of(sender)
    to = node.roster.members[node.member]
    tls = client_context(ours.keys.certificate, sender / "tls.key", to.keys.certificate)
    key = new_sign_key()
    key = type(key)(bytes.fromhex((sender / "sign.key").read_text()))
    made = Dialler(session, tls, ours.id, key, to.id, to.url, lambda: int(time.time()))
    return replace(made, **changes)


@asynccontextmanager
async def a_session():
    async with aiohttp.ClientSession(auto_decompress=False) as session:
        yield session


async def status(session, dial: Dialler, method: str, path: str, query: str = "", body: bytes = b"", **changes) -> int:
    """The status of one request, signed unless `headers` are given."""
    headers = changes.pop("headers", None)
    if headers is None:
        signed = {"sender": dial.me, "to": dial.partner, "key": dial.key, "now": int(time.time())}
        headers = sign_request(method, path, query, body, **{**signed, "nonce": secrets.token_urlsafe(18), **changes})
    url = URL(f"{dial.url}{path}" + (f"?{query}" if query else ""), encoded=True)
    async with session.request(
        method, url, data=io.BytesIO(body) if body else None, headers=headers, ssl=dial.tls
    ) as answer:
        await answer.read()
        return answer.status


def test_what_is_released_arrives_and_is_receipted_both_ways(tmp_path: Path) -> None:
    async def story():
        async with Running(homes(tmp_path, ["ID", "SG"])) as net:
            there, back = an_indicator(value="one.example.org"), an_indicator(value="two.example.org")
            release(net.node("ID"), [there], "SG")
            release(net.node("SG"), [back], "ID")
            await until(lambda: sent(net.node("ID"), "SG") == (1, 1) and sent(net.node("SG"), "ID") == (1, 1))
            await until(lambda: all(one.applied == 1 for m in net.homes for one in net.node(m).partners()))
            assert net.node("SG").show(there.id, by="lim").raw == there.raw
            assert net.node("ID").show(back.id, by="ayu").raw == back.raw
            assert all(one.state == "sending" and not one.error for m in net.homes for one in net.node(m).partners())

    asyncio.run(story())


def test_a_stream_goes_on_where_it_was_when_the_origin_starts_again(tmp_path: Path) -> None:
    async def story():
        async with Running(homes(tmp_path, ["ID", "SG"])) as net:
            release(net.node("ID"), [an_indicator(value="one.example.org")], "SG")
            await until(lambda: sent(net.node("ID"), "SG") == (1, 1))
            await net.stop("ID")
            await until(lambda: net.node("SG").partners()[0].state == "waiting")
            await net.start("ID")
            release(net.node("ID"), [an_indicator(value="two.example.org")], "SG")
            await until(lambda: sent(net.node("ID"), "SG") == (2, 2))
            assert not any(log.fault for m in net.homes for log in net.node(m).verify())

    asyncio.run(story())


def test_one_that_was_cut_off_catches_up_in_steps_and_proves_that_it_misses_nothing(tmp_path: Path) -> None:
    async def story():
        async with Running(homes(tmp_path, ["ID", "SG"])) as net:
            await net.stop("SG")
            origin = net.node("ID")
            made = [an_indicator(value=f"d{n}.example.org") for n in range(150)]
            origin.record_objects(made, by="ayu", marking=for_("SG"))
            for obj in made:  # a statement each, more than go between two checkpoints
                origin.approve(origin.propose([obj.id], ["SG"], by="ayu").id, by="budi")
            await net.start("SG")
            await until(lambda: sent(origin, "SG") == (150, 150))
            recipient = net.node("SG")
            await until(lambda: recipient.partners()[0].applied == 150)
            log = next(one for one in recipient.verify() if one.channel == "ID/SG/1")
            assert (log.entries, log.fault) == (150, "")
            assert recipient.show(made[149].id, by="lim").raw == made[149].raw

    asyncio.run(story())


def test_where_answers_are_held_back_on_the_way_it_asks_by_long_poll(tmp_path: Path) -> None:
    async def story():
        async with Running(homes(tmp_path, ["ID", "SG"])) as net:
            await net.stop("SG")
            asked = []
            silent = net.services["ID"]._federation
            flow = silent._flow

            async def held_back(channel, start, first, send):
                asked.append(start)

                async def nothing(piece):
                    return None

                await flow(channel, start, first, nothing)

            silent._flow = held_back
            await net.start("SG")
            release(net.node("ID"), [an_indicator(value="one.example.org")], "SG")
            await until(lambda: sent(net.node("ID"), "SG") == (1, 1))
            assert asked == [0]  # one stream was tried, and brought not even a heartbeat

    asyncio.run(story())


def test_a_partner_that_cannot_dial_is_pushed_to(tmp_path: Path) -> None:
    async def story():
        found = homes(tmp_path, ["ID", "SG"], push_to="SG")
        async with Running(found) as net:
            await net.stop("SG")
            await net.start("SG", addresses={"ID": "https://127.0.0.1:9"})  # nothing listens there
            release(net.node("ID"), [an_indicator(value="one.example.org")], "SG")
            await until(lambda: sent(net.node("ID"), "SG") == (1, 1))
            await until(lambda: net.node("SG").partners()[0].applied == 1)
            release(net.node("ID"), [an_indicator(value="two.example.org")], "SG")
            await until(lambda: sent(net.node("ID"), "SG") == (2, 2))

    asyncio.run(story())


def test_a_push_that_leaves_a_gap_is_told_where_to_begin(tmp_path: Path) -> None:
    async def story():
        found = homes(tmp_path, ["ID", "SG"])
        async with Running({"SG": found["SG"]}) as net, a_session() as session:
            with Node.open(found["ID"]) as origin:
                for name in ("one", "two"):
                    release(origin, [an_indicator(value=f"{name}.example.org")], "SG")
                served = origin.serve("SG", 1, 64)
            batch = Batch(tuple((entry.header, entry.sealed) for entry in served.entries), served.note)
            with pytest.raises(PartnerSaid) as said:
                await dialler(session, found["ID"], net.node("SG")).push(Channel("ID", "SG"), batch)
            assert (said.value.status, said.value.have) == (409, 0)

    asyncio.run(story())


def test_two_histories_are_answered_with_the_evidence_and_stop_the_channel(tmp_path: Path) -> None:
    async def story():
        found = homes(tmp_path, ["ID", "SG"])
        async with Running({"SG": found["SG"]}) as net, a_session() as session:
            channel, dial = Channel("ID", "SG"), dialler(session, found["ID"], net.node("SG"))

            def history(said: bytes) -> Batch:
                seal_key = net.node("SG").roster.members["SG"].keys.seal
                entry = make_entry(channel, 0, said, seal_key)
                root = Frontier().append(entry.leaf).root()
                return Batch(
                    ((entry.header, entry.sealed),), sign_checkpoint(origin_line(channel), 1, root, dial.key).note
                )

            await dial.push(channel, history(b"one"))
            with pytest.raises(PartnerSaid) as said:
                await dial.push(channel, history(b"another"))
            assert said.value.status == 422
            state = net.node("SG").partners()[0]
            assert (state.state, state.received) == ("quarantined", 1)
            assert any("two histories" in alert.headline for alert, _, _ in net.node("SG").inbox())

    asyncio.run(story())


def test_an_entry_nobody_can_read_is_receipted_and_the_channel_goes_on(tmp_path: Path) -> None:
    async def story():
        found = homes(tmp_path, ["ID", "SG"])
        async with Running({"SG": found["SG"]}) as net, a_session() as session:
            channel, dial = Channel("ID", "SG"), dialler(session, found["ID"], net.node("SG"))
            seal_key, lines, tree = net.node("SG").roster.members["SG"].keys.seal, [], Frontier()
            for seq, said in enumerate((b"not an envelope", b'{"payloadType":"x","signatures":[]}\n{}')):
                entry = make_entry(channel, seq, said, seal_key)
                tree = tree.append(entry.leaf)
                lines.append((entry.header, entry.sealed))
            note = sign_checkpoint(origin_line(channel), 2, tree.root(), dial.key).note
            assert (await dial.push(channel, Batch(tuple(lines), note))).startswith(note)
            await until(lambda: net.node("SG").partners()[0].applied == 2)
            assert len(net.node("SG").quarantine()) == 2

    asyncio.run(story())


def test_another_certificate_than_the_rosters_is_not_spoken_to(tmp_path: Path) -> None:
    async def story():
        found = homes(tmp_path, ["ID", "SG"])
        init(tmp_path / "XX", "XX")
        stranger = member_of(tmp_path / "XX").keys.certificate
        async with Running({"SG": found["SG"]}) as net, a_session() as session:
            dial = dialler(session, found["ID"], net.node("SG"))
            wrong = client_context(dial_certificate(found["ID"]), found["ID"] / "tls.key", stranger)
            with pytest.raises(aiohttp.ClientError):
                await replace(dial, tls=wrong).ask_receipt(Channel("ID", "SG"))
            unknown = client_context(stranger, tmp_path / "XX" / "tls.key", dial_certificate(found["SG"]))
            with pytest.raises((aiohttp.ClientError, ssl.SSLError)):
                await replace(dial, tls=unknown).ask_receipt(Channel("ID", "SG"))
            assert await dial.ask_receipt(Channel("ID", "SG")) == b""

    asyncio.run(story())


def dial_certificate(home: Path) -> bytes:
    return member_of(home).keys.certificate


def test_an_older_tls_is_refused(tmp_path: Path) -> None:
    async def story():
        found = homes(tmp_path, ["ID", "SG"])
        async with Running({"SG": found["SG"]}) as net, a_session() as session:
            dial = dialler(session, found["ID"], net.node("SG"))
            dial.tls.minimum_version = dial.tls.maximum_version = ssl.TLSVersion.TLSv1_2
            with pytest.raises(aiohttp.ClientError):
                await dial.ask_receipt(Channel("ID", "SG"))

    asyncio.run(story())


def test_a_request_that_is_unsigned_wrongly_signed_or_said_twice_is_nobodys(tmp_path: Path) -> None:
    async def story():
        found = homes(tmp_path, ["ID", "SG"])
        async with Running({"SG": found["SG"]}) as net, a_session() as session:
            dial, path = dialler(session, found["ID"], net.node("SG")), "/oe/1/ch/ID/SG/1/receipt"
            good = {"sender": "ID", "to": "SG", "key": dial.key, "now": int(time.time()), "nonce": "n" * 20}
            assert await status(session, dial, "GET", path, headers={}) == 401
            assert await status(session, dial, "GET", path, key=new_sign_key()) == 401
            assert await status(session, dial, "GET", path, sender="XX") == 401
            assert await status(session, dial, "GET", path, to="MY") == 401
            assert await status(session, dial, "GET", path, now=int(time.time()) - 600) == 401
            assert (
                await status(
                    session, dial, "POST", path, body=b"x", headers=sign_request("POST", path, "", b"y", **good)
                )
                == 401
            )
            replayed = sign_request("GET", path, "", b"", **{**good, "nonce": "m" * 20})
            assert await status(session, dial, "GET", path, headers=replayed) == 204
            assert await status(session, dial, "GET", path, headers=replayed) == 401
            elsewhere = sign_request("GET", path, "", b"", **{**good, "nonce": "o" * 20})
            assert await status(session, dial, "GET", path.replace("receipt", "mine"), headers=elsewhere) == 401

    asyncio.run(story())


def test_a_request_said_again_to_a_node_that_was_restarted_is_nobodys(tmp_path: Path) -> None:
    async def story():
        found = homes(tmp_path, ["ID", "SG"])
        async with Running({"SG": found["SG"]}) as net, a_session() as session:
            dial, path = dialler(session, found["ID"], net.node("SG")), "/oe/1/ch/ID/SG/1/receipt"
            signed = {"sender": "ID", "to": "SG", "key": dial.key, "now": int(time.time())}
            several = [sign_request("GET", path, "", b"", **signed, nonce=secrets.token_urlsafe(18)) for _ in range(5)]
            for headers in several:
                assert await status(session, dial, "GET", path, headers=headers) == 204
            await net.stop("SG")
            await net.start("SG")
            for headers in several:
                assert await status(session, dial, "GET", path, headers=headers) == 401

    asyncio.run(story())


def test_a_channel_of_others_is_refused_alike_whether_it_exists_or_not(tmp_path: Path) -> None:
    async def story():
        found = homes(tmp_path, ["ID", "MY", "SG"])
        async with Running({"ID": found["ID"]}) as net, a_session() as session:
            release(net.node("ID"), [an_indicator(value="one.example.org")], "SG")
            dial = dialler(session, found["MY"], net.node("ID"))

            async def asked(path: str) -> tuple[int, bytes, dict[str, str]]:
                signed = {"sender": "MY", "to": "ID", "key": dial.key, "now": int(time.time())}
                headers = sign_request("GET", path, "", b"", **signed, nonce=secrets.token_urlsafe(18))
                async with session.get(URL(dial.url + path, encoded=True), headers=headers, ssl=dial.tls) as answer:
                    return answer.status, await answer.read(), dict(answer.headers)

            for what in ("stream", "entries", "receipt", "mine"):
                there, not_there = await asked(f"/oe/1/ch/ID/SG/1/{what}"), await asked(f"/oe/1/ch/ID/XX/1/{what}")
                assert there[0] == 403
                assert there == not_there == await asked(f"/oe/1/ch/SG/ID/7/{what}")
            assert await status(session, dial, "POST", "/oe/1/ch/ID/SG/1/receipt", body=b"x") == 403
            assert await status(session, dial, "POST", "/oe/1/ch/SG/ID/1/entries", body=b"") == 403

    asyncio.run(story())


def test_junk_and_too_much_are_refused_and_harm_nothing(tmp_path: Path) -> None:
    async def story():
        found = homes(tmp_path, ["ID", "SG"])
        async with Running({"SG": found["SG"]}) as net, a_session() as session:
            dial, path = dialler(session, found["ID"], net.node("SG")), "/oe/1/ch/ID/SG/1/entries"
            assert await status(session, dial, "POST", path, body=b"\xff" * 100) == 400
            assert await status(session, dial, "POST", path, body=entry_frame(b"{}", b"junk")) == 400
            assert await status(session, dial, "POST", path, body=entry_frame(b"{}", b"cut")[:-1]) == 400
            assert await status(session, dial, "POST", path, body=b"") == 400
            assert await status(session, dial, "GET", "/oe/1/ch/SG/ID/1/stream", "from=x") == 400
            assert await status(session, dial, "POST", path.replace("entries", "receipt"), body=bytes(20_000)) in (
                403,
                413,
            )
            with suppress(aiohttp.ClientConnectionError):  # it may hang up while we are still sending
                assert await status(session, dial, "POST", path, body=bytes(12 << 20)) == 413
            assert await status(session, dial, "GET", "/oe/1/health", headers={}) == 204
            assert net.node("SG").partners()[0].received == 0

    asyncio.run(story())


def test_whoever_leaves_the_roster_is_shown_out_at_once(tmp_path: Path) -> None:
    async def story():
        found = homes(tmp_path, ["ID", "SG"])
        async with Running({"ID": found["ID"]}) as net, a_session() as session:
            node = net.node("ID")
            stream = dialler(session, found["SG"], node).stream(Channel("ID", "SG"), 0, 5)
            assert await anext(stream) == Batch()
            left = {member: one for member, one in node.roster.members.items() if member != "SG"}
            node.ctx.roster = replace(
                node.roster, version=2, members=left, raw=(found["ID"] / "roster.json").read_bytes()
            )
            node.ctx.heard("roster", "")
            async with asyncio.timeout(1):
                assert [batch async for batch in stream if batch.lines] == []
            dial = dialler(session, found["SG"], node)
            assert await status(session, dial, "GET", "/oe/1/ch/ID/SG/1/entries") == 401

    asyncio.run(story())


def test_a_newer_stream_takes_the_place_of_the_older(tmp_path: Path) -> None:
    async def story():
        found = homes(tmp_path, ["ID", "SG"])
        async with Running({"ID": found["ID"]}) as net, a_session() as session:
            dial = dialler(session, found["SG"], net.node("ID"))
            older, newer = (dial.stream(Channel("ID", "SG"), 0, 5) for _ in range(2))
            await anext(older)
            await anext(newer)
            async with asyncio.timeout(2):
                assert [batch async for batch in older if batch.lines] == []
            assert await anext(newer) == Batch()
            await newer.aclose()

    asyncio.run(story())


def test_long_poll_answers_as_soon_as_there_is_something(tmp_path: Path) -> None:
    async def story():
        found = homes(tmp_path, ["ID", "SG"])
        async with Running({"ID": found["ID"]}) as net, a_session() as session:
            dial = dialler(session, found["SG"], net.node("ID"))
            assert await dial.entries(Channel("ID", "SG"), 0, 0) == Batch()
            asked = asyncio.create_task(dial.entries(Channel("ID", "SG"), 0, 10))
            await asyncio.sleep(0.1)
            release(net.node("ID"), [an_indicator(value="one.example.org")], "SG")
            batch = await asyncio.wait_for(asked, 2)
            assert len(batch.lines) == 1
            assert collect(batch.frames()) == batch

    asyncio.run(story())


def test_the_roster_is_given_to_members(tmp_path: Path) -> None:
    async def story():
        found = homes(tmp_path, ["ID", "SG"])
        async with Running({"ID": found["ID"]}) as net, a_session() as session:
            dial = dialler(session, found["SG"], net.node("ID"))
            assert await dial.roster(1) == (found["ID"] / "roster.json").read_bytes()
            with pytest.raises(PartnerSaid):
                await dial.roster(2)

    asyncio.run(story())
