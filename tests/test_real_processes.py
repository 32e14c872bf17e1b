"""Real processes, killed without warning: nothing acknowledged is lost, nothing is doubled."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import pytest
from a_case import AT, an_indicator
from processes import ENVIRONMENT, end, kill, served
from simulated import for_
from wired import homes

from oureyes.model.sharing import Channel
from oureyes.node import Node
from oureyes.storage import channels


def lines_of(node: Node, channel: Channel) -> list[tuple[bytes, bytes]]:
    with node.ctx.db.read() as connection:
        return [(line.entry.header, line.leaf) for line in channels.entries(connection, channel, 0, 1 << 20)]


def receipted(node: Node, channel: Channel) -> int:
    with node.ctx.db.read() as connection:
        row = channels.find(connection, channel)
        return row.receipted if row else 0


def exchange_under_fire(folder: Path, *, rounds: int, seed: int) -> None:
    """Two nodes release to each other while one or the other is killed again and again."""
    chance = random.Random(seed)
    found = homes(folder, ["ID", "SG"], heartbeat_s=1, retry_max_s=1)
    forth, back = Channel("ID", "SG"), Channel("SG", "ID")
    running = {member: served(home) for member, home in found.items()}
    made, promised = [], {forth: 0, back: 0}
    try:
        # the commands of the desk beside the serving process, as an officer's would be
        with Node.open(found["ID"]) as indonesia, Node.open(found["SG"]) as singapore:
            for _ in range(rounds):
                for origin, to in ((indonesia, "SG"), (singapore, "ID")) * 4:
                    obj = an_indicator(value=f"d{len(made)}-{seed}.example.org")
                    made.append((origin, to, obj))
                    origin.record_objects([obj], by="ayu", marking=for_(to))
                    origin.approve(origin.propose([obj.id], [to], by="ayu").id, by="budi")
                time.sleep(chance.uniform(0.0, 0.3))  # somewhere between writing, sending, receipting and reading
                promised = {
                    channel: max(promised[channel], receipted(node, channel))
                    for channel, node in ((forth, indonesia), (back, singapore))
                }
                victim = chance.choice(("ID", "SG"))
                kill(running[victim])
                running[victim] = served(found[victim])
            wanted = {forth: len(lines_of(indonesia, forth)), back: len(lines_of(singapore, back))}
            until = time.monotonic() + 20
            while time.monotonic() < until:
                states = {"ID": indonesia.partners()[0], "SG": singapore.partners()[0]}
                if all(one.lag == 0 and one.applied == one.received for one in states.values()):
                    break
                time.sleep(0.05)
            for process in running.values():
                end(process)

            for channel, origin, recipient in ((forth, indonesia, singapore), (back, singapore, indonesia)):
                assert lines_of(origin, channel) == lines_of(recipient, channel)  # the same log on both sides
                assert receipted(origin, channel) >= promised[channel]  # no receipt was taken back
                assert len(lines_of(recipient, channel)) >= wanted[channel] >= promised[channel]
            for node in (indonesia, singapore):
                assert not [log.fault for log in node.verify() if log.fault]
                assert not node.verify_audit().flaw
            for origin, to, obj in made:
                recipient = singapore if to == "SG" else indonesia
                holders = recipient.show(obj.id, by="lim")
                assert holders.raw == obj.raw
                assert origin is not recipient
            assert len(singapore.quarantine()) == len(indonesia.quarantine()) == 0
    finally:
        for process in running.values():
            with suppress(ProcessLookupError):
                process.kill()
            process.wait()
            assert process.stdout is not None
            process.stdout.close()


def test_nodes_killed_while_they_exchange_lose_nothing_receipted_and_double_nothing(tmp_path: Path) -> None:
    exchange_under_fire(tmp_path, rounds=4, seed=1)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 8))
def test_nodes_killed_many_times_while_they_exchange(tmp_path: Path, seed: int) -> None:
    exchange_under_fire(tmp_path, rounds=12, seed=seed)


IMPORT = """
import sys
from pathlib import Path
from oureyes.node import Node

with Node.open(Path(sys.argv[1]), batch=500) as node:
    print("go", flush=True)
    report = node.record([Path(sys.argv[2])], by="ayu")
    print(report.read, report.stored, report.unchanged, flush=True)
"""


def a_large_bundle(file: Path, count: int) -> None:
    """Objects that are all different, with ids that stay the same."""
    objects = [
        {
            "type": "indicator",
            "spec_version": "2.1",
            "id": f"indicator--{UUID(int=n + 1, version=4)}",
            "created": AT,
            "modified": AT,
            "name": f"line {n}",
            "pattern": f"[domain-name:value = 'h{n}.example.org']",
            "pattern_type": "stix",
            "valid_from": AT,
        }
        for n in range(count)
    ]
    body = {"type": "bundle", "id": f"bundle--{UUID(int=1, version=4)}", "objects": objects}
    file.write_text(json.dumps(body), encoding="utf-8")


def import_under_fire(folder: Path, *, count: int, kills: int, seed: int) -> None:
    """An import killed and begun again until it ends."""
    chance, home, file = random.Random(seed), folder / "ID", folder / "bundle.json"
    with Node.init(home, "ID"):
        pass
    a_large_bundle(file, count)
    command = [sys.executable, "-c", IMPORT, str(home), str(file)]
    seen = []
    for _ in range(kills):
        process = subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE)
        assert process.stdout is not None
        assert process.stdout.readline() == b"go\n"
        time.sleep(chance.uniform(0.1, 0.9))
        kill(process)
        with Node.open(home) as node:
            seen.append(node.figures()["objects"])
            assert not node.verify_audit().flaw
    assert seen == sorted(seen)  # what was durable stays
    with Node.open(home) as node:
        node.record([file], by="ayu")
        assert node.figures()["objects"] == count
        again = node.record([file], by="ayu")
        assert (again.read, again.stored, again.unchanged) == (count, 0, count)
        assert node.figures()["objects"] == count
        assert node.search(f"line {count - 1}", by="ayu")
        assert not node.verify_audit().flaw
        assert not node.quarantine()


def test_an_import_killed_half_way_goes_on_where_it_was_and_counts_right(tmp_path: Path) -> None:
    import_under_fire(tmp_path, count=4_000, kills=2, seed=1)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 5))
def test_a_large_import_killed_many_times(tmp_path: Path, seed: int) -> None:
    import_under_fire(tmp_path, count=20_000, kills=6, seed=seed)
