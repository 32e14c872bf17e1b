"""The TAXII client against servers that are as bad as the field's: scripted here, and medallion itself."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from a_case import an_indicator, an_object
from simulated import federation
from taxii_parties import Site, ids
from wired import free_port

from oureyes.errors import ConfigError, Refused
from oureyes.interfaces.taxii.client import Client, run
from oureyes.model.grades import Grade
from oureyes.model.markings import TLP, Marking
from oureyes.model.objects import StixObject
from oureyes.model.remotes import Remote
from oureyes.node import Node, polling
from oureyes.node.serving import Serving
from oureyes.storage import objects

Answer = tuple[int, dict[str, str], bytes]
Script = Callable[[str, str, dict[str, str], bytes], Answer]
OPTIONS = {"loopback_http": True}


@contextmanager
def a_server(script: Script) -> Iterator[str]:
    """A server on loopback that answers by the script."""

    class Asked(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            status, headers, said = script(self.command, parts.path, query, body)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(said))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said)

        do_POST = do_GET

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Asked)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/root/collections/c/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    made = federation(tmp_path, ("ID",))["ID"]
    yield made
    made.close()


def polled(node: Node, url: str, **more: Any) -> polling.Standing:
    """Poll a server once."""
    polling.add(node.ctx, Remote("them", url, **{"limit": 2, **more}), "secret", by="ayu")
    return again(node)


def again(node: Node) -> polling.Standing:
    serving = Serving(node.ctx)
    try:
        return run(serving, "them", early=True, **OPTIONS)
    finally:
        serving.notes.close()


def held(node: Node) -> set[str]:
    with node.ctx.db.read() as connection:
        return set(objects.of_source(connection, "ID", "account:them/taxii"))


def added(n: int) -> str:
    return f"2026-11-20T08:00:{n:02d}.000000Z"


class Shelf:
    """A right server's memory, which the scripts below answer wrongly from."""

    def __init__(self, count: int) -> None:
        self.made = [an_indicator(value=f"theirs{n}.example") for n in range(count)]
        self.asked: list[dict[str, str]] = []

    def page(self, query: dict[str, str], **said: Any) -> Answer:
        self.asked.append(query)
        after, limit = query.get("added_after", ""), int(query.get("limit", "100"))
        start = int(query.get("next", "0"))
        left = [(added(n), one) for n, one in enumerate(self.made) if added(n) > after][start:]
        given, more = left[:limit], len(left) > limit
        body: dict[str, Any] = {"more": more, "objects": [dict(one.content) for _, one in given]}
        if more:
            body["next"] = str(start + limit)
        headers = {"X-TAXII-Date-Added-Last": given[-1][0]} if given else {}
        return 200, headers, json.dumps({**body, **said}).encode()

    @property
    def ids(self) -> set[str]:
        return {one.id for one in self.made}


def test_a_server_is_read_page_by_page_and_then_only_what_is_new(node: Node) -> None:
    shelf = Shelf(5)
    with a_server(lambda method, path, query, body: shelf.page(query)) as url:
        standing = polled(node, url)
        assert (held(node), standing.state, standing.progress.stored) == (shelf.ids, "idle", 5)
        assert [one.get("next") for one in shelf.asked] == [None, "2", "4"]
        shelf.made.append(an_indicator(value="newer.example"))
        assert again(node).progress.stored == 6
    assert shelf.asked[3]["added_after"] == "2026-11-20T08:00:03.000000Z"  # the newest, less the overlap


def test_a_server_that_forgets_its_next_is_read_from_where_the_run_began(node: Node) -> None:
    shelf, forgot = Shelf(5), []

    def script(method: str, path: str, query: dict[str, str], body: bytes) -> Answer:
        if "next" in query and not forgot:
            forgot.append(query)
            return 400, {}, b"{}"
        return shelf.page(query)

    with a_server(script) as url:
        assert polled(node, url).state == "idle"
    assert held(node) == shelf.ids


def test_a_server_without_next_is_read_by_added_after(node: Node) -> None:
    shelf = Shelf(5)

    def script(method: str, path: str, query: dict[str, str], body: bytes) -> Answer:
        status, headers, said = shelf.page(query)
        return status, headers, json.dumps({**json.loads(said), "next": None}).encode()

    with a_server(script) as url:
        assert polled(node, url).state == "idle"
        assert polled.__doc__
    assert held(node) == shelf.ids
    assert len(shelf.asked) < 12


def test_an_inclusive_server_that_always_says_more_does_not_hold_us_for_ever(node: Node) -> None:
    shelf = Shelf(2)

    def script(method: str, path: str, query: dict[str, str], body: bytes) -> Answer:
        shelf.asked.append(query)
        content = [dict(one.content) for one in shelf.made]
        return 200, {"X-TAXII-Date-Added-Last": added(1)}, json.dumps({"more": True, "objects": content}).encode()

    with a_server(script) as url:
        assert polled(node, url).state == "idle"
    assert held(node) == shelf.ids
    assert len(shelf.asked) < 6


def test_a_server_without_date_headers_is_asked_for_its_manifest(node: Node) -> None:
    shelf = Shelf(3)

    def script(method: str, path: str, query: dict[str, str], body: bytes) -> Answer:
        if path.endswith("manifest/"):
            found = [{"id": one.id, "date_added": added(n)} for n, one in enumerate(shelf.made)]
            return 200, {}, json.dumps({"objects": found}).encode()
        status, _, said = shelf.page(query)
        return status, {"X-TAXII-Date-Added-Last": "Fri, 20 Nov 2026"}, said

    with a_server(script) as url:
        assert polled(node, url).progress.newest == added(2)


def test_a_server_that_says_items_is_understood(node: Node) -> None:
    shelf = Shelf(2)

    def script(method: str, path: str, query: dict[str, str], body: bytes) -> Answer:
        status, headers, said = shelf.page(query)
        content = json.loads(said)
        return status, headers, json.dumps({"items": content["objects"]}).encode()

    with a_server(script) as url:
        polled(node, url)
    assert held(node) == shelf.ids


def test_a_server_that_fails_is_tried_later_and_later_and_goes_on_where_it_was(node: Node) -> None:
    shelf, down = Shelf(5), [True]

    def script(method: str, path: str, query: dict[str, str], body: bytes) -> Answer:
        return (500, {}, b"") if down[0] and "next" in query else shelf.page(query)

    with a_server(script) as url:
        first = polled(node, url)
        second = again(node)
        assert (first.state, first.attempts, second.attempts) == ("failing", 1, 2)
        assert "500" in second.error
        assert len(held(node)) == 2
        now = node.ctx.now_ms()
        assert second.next_try - now > first.remote.interval_s * 1_000
        assert polling.due(node.ctx) == []
        down[0] = False
        assert again(node).state == "idle"
    assert held(node) == shelf.ids
    assert [one.get("next") for one in shelf.asked] == [None, "2", "4"]  # the first page was not read again


def test_what_cannot_be_taken_is_put_aside_and_what_is_not_wanted_left_out(node: Node) -> None:
    shelf = Shelf(1)
    broken = {"type": "indicator", "id": f"indicator--{uuid4()}"}
    other = an_object("malware", name="not wanted", is_family=True)
    said = [broken, dict(shelf.made[0].content), dict(other.content)]
    with a_server(lambda method, path, query, body: shelf.page(query, objects=said, more=False)) as url:
        standing = polled(node, url, types=frozenset({"indicator"}))
    assert (standing.progress.stored, standing.progress.put_aside, standing.progress.left_out) == (1, 1, 1)
    assert [one.subject for one in node.quarantine()] == [broken["id"]]


def test_a_remote_gets_its_marking_and_no_better_grade_than_it_is_trusted_with(node: Node) -> None:
    from oureyes.model.objects import EXTENSIONS

    marking = {"tlp": "GREEN", "grade": "A1", "releasable_to": ["everybody"]}
    extension = {EXTENSIONS["marking"]: {"extension_type": "property-extension", "marking": marking}}
    definition = {
        "type": "marking-definition", "spec_version": "2.1", "id": f"marking-definition--{uuid4()}",
        "created": "2026-11-20T08:00:00.000Z", "extensions": extension,
    }  # fmt: skip
    one = an_indicator(object_marking_refs=[definition["id"]])
    shelf = Shelf(0)
    said = [definition, dict(one.content)]
    with a_server(lambda method, path, query, body: shelf.page(query, objects=said)) as url:
        polled(node, url, marking=Marking(TLP.AMBER), max_grade=Grade("C", "3"))
    kept = node.marking_of(one.id)
    assert (kept.tlp, kept.grade, kept.releasable_to) == (TLP.GREEN, Grade("C", "3"), frozenset())


def test_a_remote_cannot_replace_what_we_hold(node: Node) -> None:
    ours = an_indicator()
    node.record_objects([ours], by="ayu", marking=Marking(TLP.GREEN))
    theirs = {**ours.content, "modified": "2026-11-23T08:00:00.000Z", "name": "theirs"}
    shelf = Shelf(0)
    with a_server(lambda method, path, query, body: shelf.page(query, objects=[theirs])) as url:
        polled(node, url)
    shown = node.show(ours.id, by="ayu")
    assert {(one.source, one.last, one.state) for one in shown.holdings} == {
        ("desk", True, "held"),
        ("account:them/taxii", True, "held"),
    }


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/x/", "https://10.0.0.1/x/", "http://127.0.0.1:1/x/", "file:///etc/x"]
)
def test_an_address_inside_is_refused(url: str) -> None:
    with pytest.raises((Refused, ConfigError)):
        Client(Remote("x", url), "")


def test_a_push_that_answers_500_while_storing_counts_as_done(tmp_path: Path) -> None:
    site, stored = Site(tmp_path), list[StixObject]()

    def script(method: str, path: str, query: dict[str, str], body: bytes) -> Answer:
        if method == "POST":
            stored.extend(StixObject.make(one) for one in json.loads(body)["objects"])
            return 500, {}, b""
        wanted = query["match[id]"].split(",")
        found = [dict(one.content) for one in stored if one.id in wanted]
        return 200, {}, json.dumps({"objects": found}).encode()

    from oureyes.model.accounts import View

    try:
        given, kept = an_indicator(value="given.example"), an_indicator(value="kept.example")
        site.record(given)
        site.record(kept, to=())
        where = site.collection(view=View(), writers=())
        with a_server(script) as url:
            made = Remote("them", url, push=True, account="ann", collection=where.split("/")[-2])
            polling.add(site.node.ctx, made, "", by="ayu")
            assert run(site.serving, "them", **OPTIONS).state == "idle"
            assert [one.raw for one in stored] == [given.raw]
            run(site.serving, "them", early=True, **OPTIONS)
            assert len(stored) == 1  # nothing twice
    finally:
        site.close()


def medallion(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """medallion 3.0.0 with one empty collection."""
    shown = {"id": str(uuid4()), "title": "c", "can_read": True, "can_write": True, "manifest": [], "objects": []}
    shown["media_types"] = ["application/stix+json;version=2.1"]
    shown["id"] = "365fed99-08fa-4dcd-a1b3-fb247eb41d01"
    held = {"title": "r", "versions": ["application/taxii+json;version=2.1"], "max_content_length": 1 << 24}
    (folder / "data.json").write_text(
        json.dumps({"/discovery": {"title": "x"}, "root": {"information": held, "status": [], "collections": [shown]}})
    )
    backend = {"module": "medallion.backends.memory_backend", "module_class": "MemoryBackend"}
    settings = {"backend": {**backend, "filename": str(folder / "data.json")}, "users": {"us": "secret"}}
    (folder / "config.json").write_text(json.dumps({**settings, "taxii": {"max_page_size": 3}}))
    command = [sys.executable, "-m", "medallion.scripts.run", "--host", "127.0.0.1", "--port", str(port)]
    return subprocess.Popen(
        [*command, str(folder / "config.json")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def test_medallion_is_pushed_to_and_read_back(tmp_path: Path) -> None:
    import socket

    from oureyes.model.accounts import View

    site, port = Site(tmp_path / "site"), free_port()
    started = medallion(tmp_path, port)
    url = f"http://127.0.0.1:{port}/root/collections/365fed99-08fa-4dcd-a1b3-fb247eb41d01/"
    nodes = federation(tmp_path / "other", ("SG",))
    try:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.05)
        made = [an_indicator(value=f"given{n}.example") for n in range(8)]
        site.record(*made)
        where = site.collection(view=View(), writers=())
        remote = Remote("them", url, push=True, user="us", account="ann", collection=where.split("/")[-2])
        polling.add(site.node.ctx, remote, "secret", by="ayu")
        assert run(site.serving, "them", **OPTIONS).progress.stored == 8
        there = nodes["SG"]
        polling.add(there.ctx, Remote("them", url, user="us", limit=3), "secret", by="ayu")
        standing = again(there)
        assert (standing.state, standing.progress.stored) == ("idle", 8)
        with there.ctx.db.read() as connection:
            assert set(objects.of_source(connection, "SG", "account:them/taxii")) == {one.id for one in made}
        assert sorted(ids(site.ann.get(f"{where}objects/"))) == sorted(one.id for one in made)
    finally:
        started.terminate()
        started.wait(20)
        site.close()
        nodes["SG"].close()
