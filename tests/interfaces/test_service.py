"""A running node: what it takes up, notices and finds out by itself."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from a_case import an_indicator, an_object
from simulated import Clock, for_
from wired import Running, a_service, free_port, homes, install, release, sent, until

from oureyes.errors import ConfigError, NotHeld
from oureyes.interfaces.service import Service, recover
from oureyes.model.findings import Alert, AlertState
from oureyes.model.objects import StixObject
from oureyes.model.sharing import Channel
from oureyes.node import Node
from oureyes.node.opening import init


def test_it_takes_a_free_port_and_says_which(tmp_path: Path) -> None:
    async def story():
        init(tmp_path / "ID", "ID", listen="127.0.0.1:0")
        service = a_service(tmp_path / "ID")
        async with service:
            assert service.url.startswith("https://127.0.0.1:")
            assert not service.url.endswith(":0")
        service.node.close()

    asyncio.run(story())


def test_a_taken_port_is_told_as_such(tmp_path: Path) -> None:
    async def story():
        found = homes(tmp_path, ["ID", "SG"])
        async with Running({"ID": found["ID"]}) as net:
            with Node.open(found["SG"], listen=net.services["ID"].url.removeprefix("https://")) as other:
                service = Service(other)
                with pytest.raises(ConfigError):
                    await service.start()

    asyncio.run(story())


def test_what_was_received_before_a_crash_and_not_read_is_read_at_the_next_start(tmp_path: Path) -> None:
    async def story():
        found = homes(tmp_path, ["ID", "SG"])
        obj = an_indicator(value="one.example.org")
        with Node.open(found["ID"]) as origin, Node.open(found["SG"]) as recipient:
            release(origin, [obj], "SG")
            served = origin.serve("SG", 0, 64)
            recipient.receive(Channel("ID", "SG"), [(e.header, e.sealed) for e in served.entries], served.note)
            assert recipient.partners()[0].applied == 0
        async with Running({"SG": found["SG"]}) as net:
            await until(lambda: net.node("SG").partners()[0].applied == 1)
            assert net.node("SG").show(obj.id, by="lim").raw == obj.raw

    asyncio.run(story())


def test_a_new_member_on_the_roster_is_met_without_a_restart(tmp_path: Path) -> None:
    async def story():
        found = homes(tmp_path, ["ID", "SG"])
        init(tmp_path / "MY", "MY", listen=f"127.0.0.1:{free_port()}", two_person_from="RED")
        async with Running(found) as net:
            everybody = {**found, "MY": tmp_path / "MY"}
            install(everybody, 2, net.node("ID").roster)
            net.homes = everybody
            await net.start("MY")
            await until(lambda: all("MY" in net.node(member).roster.members for member in found))
            release(net.node("ID"), [an_indicator(value="one.example.org")], "MY")
            await until(lambda: sent(net.node("ID"), "MY") == (1, 1))

    asyncio.run(story())


def test_a_node_restored_from_an_old_backup_finds_out_holds_its_log_and_recovers_it(tmp_path: Path) -> None:
    async def story():
        found = homes(tmp_path, ["ID", "SG"])
        async with Running(found) as net:
            first, second = an_indicator(value="one.example.org"), an_indicator(value="two.example.org")
            release(net.node("ID"), [first], "SG")
            await until(lambda: sent(net.node("ID"), "SG") == (1, 1))
            net.node("ID").backup(tmp_path / "backup.db")
            release(net.node("ID"), [second], "SG")
            await until(lambda: sent(net.node("ID"), "SG") == (2, 2))
            await net.stop("ID")
            for leftover in found["ID"].glob("node.db*"):
                leftover.unlink()
            (tmp_path / "backup.db").rename(found["ID"] / "node.db")

            await net.start("ID")
            await until(lambda: net.node("ID").partners()[0].state.startswith("held"))
            release(net.node("ID"), [an_indicator(value="three.example.org")], "SG")  # it waits
            assert any("lacks" in alert.headline for alert, _, _ in net.node("ID").inbox())

            (done,) = await asyncio.to_thread(recover, found["ID"])  # as `oureyes recover` does beside it
            assert (done.channel.recipient, done.size, done.entries, done.unknown) == ("SG", 2, 1, 0)
            await until(lambda: sent(net.node("ID"), "SG") == (3, 3))
            assert not [alert for alert, _, _ in net.node("ID").inbox() if "lacks" in alert.headline and open_(alert)]
            net.node("ID").retract([second.id], by="ayu", reason="wrong")  # it was lost; who has it is known again
            await until(lambda: sent(net.node("ID"), "SG") == (4, 4))
            await until(lambda: not shows(net.node("SG"), second.id))
            assert not any(log.fault for m in net.homes for log in net.node(m).verify())

    asyncio.run(story())


def open_(alert: Alert) -> bool:
    return alert.state is not AlertState.DONE


def shows(node: Node, identifier: str) -> bool:
    try:
        return bool(node.show(identifier, by="lim"))
    except NotHeld:
        return False


def test_what_another_process_writes_is_noticed(tmp_path: Path) -> None:
    async def story():
        found = homes(tmp_path, ["ID", "SG"])
        async with Running(found) as net:
            with Node.open(found["ID"]) as beside:  # as `oureyes release` does while `oureyes serve` runs
                release(beside, [an_indicator(value="one.example.org")], "SG")
            await until(lambda: sent(net.node("ID"), "SG") == (1, 1))

    asyncio.run(story())


def test_a_listener_that_fails_stops_nothing(tmp_path: Path) -> None:
    found = homes(tmp_path, ["ID", "SG"])
    with Node.open(found["ID"]) as node:
        node.ctx.listeners.append(lambda what, subject: 1 / 0)
        release(node, [an_indicator(value="one.example.org")], "SG")
        release(node, [an_indicator(value="two.example.org")], "SG")
        assert sent(node, "SG") == (2, 0)


def test_a_running_node_puts_a_new_pattern_of_crime_before_the_desk(tmp_path: Path) -> None:
    def a_case(*labels: str) -> StixObject:
        return an_object("x-oureyes-case", labels=[f'misp-galaxy:{one}"' for one in labels])

    async def story():
        clock, home = Clock(), tmp_path / "ID"
        init(home, "ID", listen="127.0.0.1:0", clock=clock)
        with Node.open(home, clock=clock) as node:
            node.record_objects(
                [a_case('rat="one', 'sector="Bank'), a_case('rat="two', 'sector="Maritime')], by="ayu", marking=for_()
            )
            clock.forward(days=30)
            fresh = a_case('rat="one', 'sector="Maritime')
            node.record_objects([fresh], by="ayu", marking=for_())
            async with Service(node):
                await until(lambda: any(alert.event == "pattern" for alert, *_ in node.inbox()))
            (alert,) = [alert for alert, *_ in node.inbox() if alert.event == "pattern"]
            assert alert.objects == (fresh.id,)
            assert "(1 before)" in alert.reason

    asyncio.run(story())


def test_lines_are_logged_from_the_level_that_is_set_on_and_another_word_is_refused() -> None:
    import logging

    from oureyes.interfaces.service import log_as

    before = logging.getLogger().level, logging.getLogger().handlers[:]
    try:
        log_as("error")
        assert logging.getLogger().level == logging.ERROR
        with pytest.raises(ConfigError, match="log_level"):
            log_as("LOUD")
    finally:
        logging.getLogger().handlers[:] = before[1]
        logging.getLogger().setLevel(before[0])
