"""What every client of others' servers shares: one connection, a limit on answers, JSON that is not too deep."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from oureyes.errors import ConfigError, InvalidObject, OurEyesError, Refused
from oureyes.exchange.certificates import new_certificate, to_pem
from oureyes.interfaces import outgoing
from oureyes.interfaces.outgoing import Outgoing, ServerFault, decoded
from oureyes.model.remotes import Remote


@contextmanager
def one_answer(said: bytes, tls: ssl.SSLContext | None = None) -> Iterator[tuple[str, list[bytes]]]:
    """A server on loopback that reads one request, gives this answer and is gone."""
    listening, asked = socket.create_server(("127.0.0.1", 0)), list[bytes]()

    def serve() -> None:
        with (
            listening.accept()[0] as plain,
            suppress(OSError),  # whoever asks may not believe our certificate
            tls.wrap_socket(plain, server_side=True) if tls else plain as connection,
        ):
            asked.append(connection.recv(1 << 16))
            connection.sendall(said)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{listening.getsockname()[1]}/there", asked
    finally:
        thread.join()
        listening.close()


def test_a_request_goes_below_the_remotes_path_and_names_its_host() -> None:
    with one_answer(b"HTTP/1.1 200 OK\r\nETag: x\r\nContent-Length: 2\r\n\r\nhi") as (url, asked):
        with Outgoing(Remote("them", url), "", loopback_http=True) as client:
            assert client._exchange("GET", "events/1", {"Accept": "text/plain"})[::2] == (200, b"hi")
        first, *headers = asked[0].decode().split("\r\n")
        assert first == "GET /there/events/1 HTTP/1.1"
        assert f"Host: {url.split('/')[2]}" in headers
        assert "Accept: text/plain" in headers


def test_headers_are_found_by_small_letters() -> None:
    with (
        one_answer(b"HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n") as (url, _),
        Outgoing(Remote("them", url), "", loopback_http=True) as client,
    ):
        status, headers, read = client._exchange("GET", "", {})
        assert (status, headers["etag"], read) == (304, "x", b"")


def test_over_TLS_only_the_certificate_given_for_a_remote_is_believed(tmp_path: Path) -> None:
    (key, der), (_, another) = (new_certificate(name, ["127.0.0.1"], datetime.now(UTC)) for name in ("ID", "MY"))
    (file := tmp_path / "server.pem").write_bytes(key + to_pem(der).encode())
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)

    def asked(ca: str) -> int:
        with (
            one_answer(b"HTTP/1.1 204 No Content\r\n\r\n", context) as (url, _),
            Outgoing(Remote("them", url, ca=ca), "", allowed={"127.0.0.1"}) as client,
        ):
            return client._exchange("GET", "", {})[0]

    assert asked(to_pem(der)) == 204
    for stranger in (to_pem(another), ""):
        with pytest.raises(OurEyesError, match="SSLCertVerificationError"):
            asked(stranger)


def test_an_answer_past_the_limit_is_refused_and_what_to_do_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "LARGEST", 3)
    with (
        one_answer(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nmore") as (url, _),
        Outgoing(Remote("them", url), "", loopback_http=True) as client,
        pytest.raises(OurEyesError, match="them: expected at most 3 bytes, found more; see what that server sends"),
    ):
        client._exchange("GET", "", {})


def test_a_server_that_hangs_up_is_tried_again() -> None:
    with (
        one_answer(b"") as (url, _),
        Outgoing(Remote("them", url), "", loopback_http=True) as client,
        pytest.raises(OurEyesError, match="it is tried again"),
    ):
        client._exchange("GET", "", {})


@pytest.mark.parametrize("url", ["http://169.254.169.254/x/", "https://10.0.0.1/x/", "file:///etc/x"])
def test_an_address_inside_is_refused_before_anything_is_sent(url: str) -> None:
    with pytest.raises((Refused, ConfigError)):
        Outgoing(Remote("them", url), "")


def test_json_of_others_is_of_the_kind_expected_and_not_too_deep() -> None:
    assert decoded(b'{"a":1}', "answer", dict) == {"a": 1}
    assert decoded(b"null", "answer") is None
    for raw, kind, expected in (
        (b"[]", dict, "a JSON object"),
        (b"{}", list, "a JSON list"),
        (b"{", object, "JSON"),
        (b"\xff", object, "JSON"),
        (b"[" * 33 + b"]" * 33, list, "at most 32 levels"),
    ):
        with pytest.raises(InvalidObject) as told:
            decoded(raw, "event 7", kind)
        assert (told.value.subject, told.value.expected) == ("event 7", expected)


def test_a_fault_of_a_server_says_its_status() -> None:
    fault = ServerFault("them", "a page", 503)
    assert (fault.status, str(fault)) == (503, "them: expected a page, found 503; it is tried again")
