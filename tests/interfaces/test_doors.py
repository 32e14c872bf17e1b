"""The doors of a running node, over real sockets and TLS, with the field's own client."""

from __future__ import annotations

import asyncio
import socket
import ssl
import warnings
from base64 import b64encode
from collections.abc import Callable
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any

import pytest
from a_case import an_indicator
from taxii2client.exceptions import AccessError
from taxii2client.v21 import Server, as_pages
from taxii_parties import BOTH, FAST
from wired import a_service, homes

from oureyes.exchange.certificates import new_certificate, to_pem
from oureyes.interfaces.doors import Doors
from oureyes.interfaces.service import Service
from oureyes.model.accounts import Account, Collection, View
from oureyes.model.markings import TLP, Marking
from oureyes.node import accounts
from oureyes.node.opening import member_of

PASSWORD = "a long enough password"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)  # they would go before what the client is told to trust
    return homes(tmp_path, ["ID"], doors_listen="127.0.0.1:0")["ID"]


def prepared(service: Service, certificate: bytes = b"") -> str:
    """An account, and a collection it reads and writes."""
    ctx = service.node.ctx
    made = Account("ann", ceiling=TLP.AMBER, scopes=BOTH, marking=Marking(TLP.GREEN), **FAST)
    accounts.create(ctx, made, by="ayu", certificate=certificate)
    accounts.approve_account(ctx, "ann", by="budi")
    accounts.set_password(ctx, "ann", PASSWORD, by="ayu")
    accounts.approve_credentials(ctx, "ann", by="budi")
    one = Collection("", "shared", readers=frozenset({"ann"}), writers=frozenset({"ann"}))
    return accounts.add_collection(ctx, one, by="ayu").id


def with_doors(home: Path, work: Callable[[Service], Any]) -> Any:
    """Run a node's doors, and something that talks to them."""

    async def live() -> Any:
        service = a_service(home)
        try:
            async with service:
                return await asyncio.to_thread(work, service)
        finally:
            service.node.close()

    return asyncio.run(live())


def authority(home: Path, folder: Path) -> str:
    file = folder / "node.pem"
    file.write_text(to_pem(member_of(home).keys.certificate))
    return str(file)


def test_the_field_s_client_finds_posts_pages_and_deletes(home: Path, tmp_path: Path) -> None:
    made = [an_indicator(value=f"t{n}.example") for n in range(7)]

    def talk(service: Service) -> None:
        prepared(service)
        url = f"https://127.0.0.1:{service.doors_port}/taxii2/"
        with Server(url, user="ann", password=PASSWORD, verify=authority(home, tmp_path)) as server:
            (collection,) = server.default.collections
            assert (collection.title, collection.can_read, collection.can_write) == ("shared", True, True)
            status = collection.add_objects({"objects": [dict(one.content) for one in made]})
            assert (status.status, status.success_count) == ("complete", 7)
            assert server.default.get_status(status.id).total_count == 7
            pages = list(as_pages(collection.get_objects, per_request=3))
            given = [one["id"] for page in pages for one in page["objects"]]
            assert sorted(given) == sorted(one.id for one in made)
            records = [one for page in as_pages(collection.get_manifest, per_request=2) for one in page["objects"]]
            assert [one["id"] for one in records] == given
            later = collection.get_objects(added_after=records[3]["date_added"])
            assert [one["id"] for one in later["objects"]] == given[4:]
            assert collection.get_objects(id=made[0].id, type=["indicator", "malware"])["objects"]
            assert collection.object_versions(made[0].id)["versions"] == [made[0].version]
            collection.delete_object(made[0].id)
            assert made[0].id not in str(collection.get_objects())

    with_doors(home, talk)


def test_a_read_only_collection_is_one_for_the_field_s_client_too(home: Path, tmp_path: Path) -> None:
    def talk(service: Service) -> None:
        prepared(service)
        ctx = service.node.ctx
        accounts.add_collection(ctx, Collection("", "read", alias="r", readers=frozenset({"ann"})), by="ayu")
        url = f"https://127.0.0.1:{service.doors_port}/taxii2/"
        with Server(url, user="ann", password=PASSWORD, verify=authority(home, tmp_path)) as server:
            found = {one.title: one for one in server.default.collections}
            with pytest.raises(AccessError):
                found["read"].add_objects({"objects": []})

    with_doors(home, talk)


def test_TLS_01_TLS_1_2_and_1_3_are_accepted_and_1_1_is_not(home: Path, tmp_path: Path) -> None:
    def talk(service: Service) -> list[str]:
        got = []
        for version in (ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context = ssl.create_default_context(cafile=authority(home, tmp_path))
            context.set_ciphers("ALL:@SECLEVEL=0")  # so that the client is willing, and it is the node that refuses
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                context.minimum_version = context.maximum_version = version
            try:
                with (
                    socket.create_connection(("127.0.0.1", service.doors_port)) as plain,
                    context.wrap_socket(plain, server_hostname="127.0.0.1") as secure,
                ):
                    got.append(str(secure.version()))
            except OSError as error:  # how it is told depends on who closes first; the client itself was willing
                got.append("refused" if getattr(error, "reason", "") != "NO_PROTOCOLS_AVAILABLE" else "not asked")
        return got

    assert with_doors(home, talk) == ["refused", "TLSv1.2", "TLSv1.3"]


def test_no_cipher_that_RFC_7540_lists_is_taken(home: Path) -> None:
    """TAXII 2.1 §8.2.2. Appendix A lists every suite without forward secrecy or without authenticated encryption."""
    taken = with_doors(home, lambda service: Doors(service.node).tls.get_ciphers())
    assert taken
    assert all(one["aead"] and (one["protocol"] == "TLSv1.3" or one["name"].startswith("ECDHE-")) for one in taken)


def test_a_client_certificate_that_was_registered_is_a_credential_and_another_is_none(
    home: Path, tmp_path: Path
) -> None:
    from datetime import UTC, datetime

    def identity(name: str) -> tuple[Path, bytes]:
        key, der = new_certificate(name, ["client.example"], datetime.now(UTC))
        file = tmp_path / f"{name}.pem"
        file.write_bytes(key + to_pem(der).encode())
        return file, der

    (mine, der), (other, _) = identity("mine"), identity("other")

    def ask(service: Service, file: Path) -> int:
        context = ssl.create_default_context(cafile=authority(home, tmp_path))
        context.load_cert_chain(file)
        connection = HTTPSConnection("127.0.0.1", service.doors_port, context=context)
        try:
            connection.request("GET", "/taxii2/", headers={"Accept": "application/taxii+json;version=2.1"})
            return connection.getresponse().status
        finally:
            connection.close()

    def talk(service: Service) -> None:
        prepared(service, der)
        asyncio.run(service.doors.look())  # type: ignore[union-attr]  # the doors are open
        assert ask(service, mine) == 200
        with pytest.raises((ssl.SSLError, ConnectionError)):
            ask(service, other)
        accounts.disable(service.node.ctx, "ann", by="ayu")
        assert ask(service, mine) == 401

    with_doors(home, talk)


def test_a_device_that_knows_an_address_only_fetches_a_list_and_asks_again(home: Path, tmp_path: Path) -> None:
    def talk(service: Service) -> None:
        ctx = service.node.ctx
        accounts.create(ctx, Account("wall", scopes=frozenset({"export:read"}), **FAST), by="ayu")
        accounts.approve_account(ctx, "wall", by="budi")
        _, token = accounts.issue(ctx, "wall", by="ayu", scopes=frozenset({"export:read"}), days=1)
        accounts.approve_credentials(ctx, "wall", by="budi")
        one = Collection("", "names", alias="names", readers=frozenset({"wall"}), view=View())
        accounts.approve_collection(ctx, accounts.add_collection(ctx, one, by="ayu").id, by="budi")
        marking = Marking(TLP.GREEN, releasable_to=frozenset({"wall"}), purpose="investigation")
        service.node.record_objects([an_indicator(value="evil.example")], by="ayu", marking=marking)
        context = ssl.create_default_context(cafile=authority(home, tmp_path))
        connection = HTTPSConnection("127.0.0.1", service.doors_port, context=context)
        told = {"Authorization": "Basic " + b64encode(f"wall:{token}".encode()).decode()}
        try:
            connection.request("GET", "/export/1/names/domains", headers=told)
            first = connection.getresponse()
            assert first.status == 200
            assert first.read().endswith(b"\nevil.example\n")
            connection.request(
                "GET", "/export/1/names/domains", headers={**told, "If-None-Match": first.headers["ETag"]}
            )
            assert connection.getresponse().status == 304
        finally:
            connection.close()

    with_doors(home, talk)


def test_the_federation_is_not_reached_through_the_doors(home: Path, tmp_path: Path) -> None:
    def talk(service: Service) -> int:
        context = ssl.create_default_context(cafile=authority(home, tmp_path))
        connection = HTTPSConnection("127.0.0.1", service.doors_port, context=context)
        connection.request("GET", "/oe/1/health")
        status = connection.getresponse().status
        connection.close()
        return status

    assert with_doors(home, talk) == 404


def test_a_certificate_that_is_not_there_is_told(tmp_path: Path) -> None:
    from oureyes.errors import ConfigError

    home = homes(tmp_path, ["ID"], doors_listen="127.0.0.1:0", doors_certificate=str(tmp_path / "none.pem"))["ID"]
    with pytest.raises(ConfigError, match=r"none\.pem"):
        with_doors(home, lambda service: None)
