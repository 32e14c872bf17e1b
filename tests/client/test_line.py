"""A line that breaks is dialled again; a write on it is done once; and a problem is told as the node told it."""

import socket
import threading
import time

import pytest
from api_parties import ApiSite

from oureyes.client import Problem, forms


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    made = ApiSite(tmp_path_factory.mktemp("line"))
    made.ayu = made.officer("ayu")
    yield made
    made.close()


class Cutter:
    """Stands between client and node, and cuts the line after the node has answered, so often."""

    def __init__(self, port, cuts):
        self._port, self.cuts = port, cuts
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client):
        with client, socket.create_connection(("127.0.0.1", self._port)) as node:
            while asked := _message(client):
                node.sendall(asked)
                answer = _message(node)
                if self.cuts:
                    self.cuts -= 1
                    return  # the node did it; the client never hears
                client.sendall(answer)

    def close(self):
        self._listening.close()


def _message(line):
    """One whole request or answer."""
    read = line.recv(65536)
    while read and (b"\r\n\r\n" not in read or not _whole(read)):
        read += line.recv(65536)
    return read


def _whole(asked):
    head, _, body = asked.partition(b"\r\n\r\n")
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            return len(body) >= int(line.split(b":")[1])
    return True


def test_a_write_whose_answer_was_lost_is_done_once(site):
    between = Cutter(site.port, cuts=1)
    with _client(site, between.url) as client:
        made = client.subscribe(forms.RuleSaid(owner="cut off"))
    assert [one.id for one in site.ayu.rules() if one.owner == "cut off"] == [made.id]
    between.close()


def test_a_line_that_breaks_again_and_again_is_an_error_and_not_a_loop(site):
    between = Cutter(site.port, cuts=99)
    with _client(site, between.url) as client, pytest.raises((ConnectionError, OSError, Exception)) as said:
        client.index()
    assert not isinstance(said.value, Problem)
    assert between.cuts == 97
    between.close()


def _client(site, url):
    from oureyes.client import Client

    return Client(url, token=site.tokens["ayu"], timeout_s=10)


def test_a_problem_tells_status_title_detail(site):
    with pytest.raises(Problem) as said:
        site.ayu.plan("x-oureyes-plan--none")
    assert (said.value.status, said.value.title) == (404, "nothing is held by that id")
    assert str(said.value).startswith("404 nothing is held by that id: x-oureyes-plan--none")


def test_what_is_no_problem_of_ours_is_told_by_its_status():
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer():
            line, _ = listening.accept()
            with line:
                line.recv(65536)
                line.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 6\r\nRetry-After: 7\r\n\r\n<html>")

        threading.Thread(target=answer, daemon=True).start()
        from oureyes.client import Client

        client = Client(f"http://127.0.0.1:{listening.getsockname()[1]}", token="x", timeout_s=5)
        with pytest.raises(Problem) as said:
            client.index()
        assert (said.value.status, said.value.title, said.value.retry_after_s) == (502, "Bad Gateway", 7)
        client.close()


def test_several_threads_share_one_line(site):
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(6) as pool:
        assert {one.account for one in pool.map(lambda _: site.ayu.index(), range(24))} == {"ayu"}


def test_events_go_on_where_they_were_when_the_line_breaks(site, monkeypatch):
    from a_case import an_indicator

    from oureyes.client import line

    monkeypatch.setattr(line.time, "sleep", lambda _: None)
    heard, found = site.stands(token=site.tokens["ayu"]).events(), []
    before = site.api.streams.count
    reader = threading.Thread(target=lambda: found.extend(next(heard) for _ in range(3)), daemon=True)
    reader.start()
    while site.api.streams.count <= before:
        pass
    made = [an_indicator(value=f"e{n}.example") for n in range(3)]
    site.record(made[0])
    until = time.monotonic() + 20
    while not found and time.monotonic() < until:  # who has heard nothing yet has no place to go on from
        pass
    site.restart()
    site.record(*made[1:])
    reader.join(20)
    assert found[0].id == made[0].id
    assert {one.id for one in found} == {one.id for one in made}
