"""A nonce is good once: for this process, for another beside it, and for the next."""

from __future__ import annotations

from threading import Barrier, Thread

from simulated import Clock, federation

from oureyes.node.replays import Replays


def later(clock, seconds=600):
    return int(clock.at.timestamp()) + seconds


def test_a_nonce_is_good_once_also_for_the_next_process(tmp_path):
    clock = Clock()
    node = federation(tmp_path, ["ID", "SG"], clock)["SG"]
    seen = Replays(node.ctx)
    assert seen.add("ID a", later(clock))
    assert not seen.add("ID a", later(clock))
    assert seen.durable().result() is True
    assert not Replays(node.ctx).add("ID a", later(clock))
    assert Replays(node.ctx).add("ID b", later(clock))


def test_of_two_processes_that_were_asked_at_once_one_answers(tmp_path):
    clock = Clock()
    node = federation(tmp_path, ["ID", "SG"], clock)["SG"]
    one, other = Replays(node.ctx), Replays(node.ctx)
    assert one.add("ID a", later(clock))
    assert one.durable().result() is True
    assert other.add("ID a", later(clock))  # its memory does not know it
    assert other.durable().result() is False


def test_what_is_past_its_time_is_forgotten(tmp_path):
    clock = Clock()
    node = federation(tmp_path, ["ID", "SG"], clock)["SG"]
    seen = Replays(node.ctx)
    seen.add("ID a", later(clock, 10))
    seen.durable().result()
    clock.forward(minutes=20)
    seen.add("ID b", later(clock))
    seen.durable().result()
    with node.ctx.db.read() as connection:
        assert connection.exec_driver_sql("SELECT nonce FROM nonce").scalars().all() == ["ID b"]


def test_nonces_of_many_threads_are_all_kept(tmp_path):
    clock = Clock()
    node = federation(tmp_path, ["ID", "SG"], clock)["SG"]
    seen, start = Replays(node.ctx), Barrier(4)

    def ask(name):
        start.wait()
        for n in range(25):
            assert seen.add(f"ID {name} {n}", later(clock))
            assert seen.durable().result() is True

    threads = [Thread(target=ask, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with node.ctx.db.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM nonce").scalar_one() == 100
