"""OpenTAXII 0.9.3, as PyPI has it, started and talked to by our client.

Its TAXII 2.1 is not usable for most: GET of a collection answers 500 ("Object of type UUID is not JSON serializable",
EclecticIQ/OpenTAXII#243), so `taxii2-client` cannot even list what it may read; POST answers 500 although it stores;
and `spec_version` of every object it gives is the object's type (#237). What it stores it gives back page by page,
and that is enough for a client that takes nobody's word for what became of a push.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest
from a_case import an_indicator
from simulated import federation
from taxii_parties import TAXII, Site
from wired import free_port

from oureyes.interfaces.taxii.client import run
from oureyes.model.accounts import View
from oureyes.model.remotes import Remote
from oureyes.node import polling
from oureyes.node.serving import Serving
from oureyes.storage import objects

_SERVER = """
import sys, warnings
warnings.simplefilter("ignore")
from opentaxii.http import app
with app.app_context():
    held = app.taxii_server.servers.taxii2.persistence.api
    root = held.add_api_root(title="root", description="", default=True)
    made = held.add_collection(api_root_id=root.id, title="c", description="", alias=None,
                               is_public=True, is_public_write=True)
print(f"/taxii2/{root.id}/collections/{made.id}/", flush=True)
app.run("127.0.0.1", int(sys.argv[1]), threaded=False)
"""
_API = """  {name}:
    class: {kind}
    parameters: {{db_connection: "sqlite:///{file}", create_tables: yes{more}}}
"""


def settings(folder: Path) -> str:
    auth = _API.format(
        name="x", kind="opentaxii.auth.sqldb.SQLDatabaseAPI", file=folder / "a.db", more=", secret: none"
    )
    held = _API.format(name="persistence_api", kind="opentaxii.persistence.sqldb.Taxii2SQLDatabaseAPI",
                       file=folder / "d.db", more="")  # fmt: skip
    return "\n".join(
        (
            "---",
            "domain: localhost",
            "support_basic_auth: yes",
            "unauthorized_status: UNAUTHENTICATED",
            "auth_api:",
            *(line[2:] for line in auth.splitlines()[1:]),
            "taxii1: ~",
            "taxii2:",
            "  title: t",
            "  public_discovery: true",
            "  max_content_length: 1048576",
            held,
        )
    )


@pytest.fixture
def opentaxii(tmp_path: Path) -> Iterator[str]:
    """The address of its one collection, which anybody may read and write."""
    (tmp_path / "config.yml").write_text(settings(tmp_path))
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-c", _SERVER, str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "OPENTAXII_CONFIG": str(tmp_path / "config.yml")},
        text=True,
    )
    try:
        assert server.stdout is not None
        path = next(line.strip() for line in server.stdout if line.startswith("/taxii2/"))
        for _ in range(400):
            try:
                ask(f"http://127.0.0.1:{port}{path}objects/")
                break
            except OSError:
                time.sleep(0.05)
        yield f"http://127.0.0.1:{port}{path}"
    finally:
        server.kill()
        server.wait()
        if server.stdout is not None:
            server.stdout.close()


def ask(url: str) -> tuple[int, bytes]:
    host, _, path = url.removeprefix("http://").partition("/")
    connection = HTTPConnection(host, timeout=30)
    try:
        connection.request("GET", f"/{path}", headers={"Accept": TAXII})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_opentaxii_is_pushed_to_and_read_back_for_all_its_faults(opentaxii: str, tmp_path: Path) -> None:
    assert ask(opentaxii)[0] == 500  # the collection itself, which the standard's clients ask for first
    site, there = Site(tmp_path / "site"), federation(tmp_path / "other", ("SG",))["SG"]
    try:
        made = [an_indicator(value=f"given{n}.example") for n in range(8)]
        site.record(*made)
        where = site.collection(view=View(), writers=())
        remote = Remote("them", opentaxii, push=True, account="ann", collection=where.split("/")[-2])
        polling.add(site.node.ctx, remote, "", by="ayu")
        pushed = run(site.serving, "them", loopback_http=True)
        assert (pushed.state, pushed.progress.stored, pushed.progress.put_aside) == ("idle", 8, 0)

        given = json.loads(ask(f"{opentaxii}objects/?limit=2")[1])
        assert [one["spec_version"] for one in given["objects"]] == ["indicator", "indicator"]

        polling.add(there.ctx, Remote("them", opentaxii, limit=3), "", by="ayu")
        polled = run(Serving(there.ctx), "them", loopback_http=True)
        assert (polled.state, polled.progress.stored, polled.progress.put_aside) == ("idle", 8, 0)
        with there.ctx.db.read() as connection:
            assert set(objects.latest(connection, [one.id for one in made])) == {one.id for one in made}
        again = run(Serving(there.ctx), "them", early=True, loopback_http=True)
        assert (again.state, again.progress.stored) == ("idle", 8)
    finally:
        site.close()
        there.close()
