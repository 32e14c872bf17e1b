"""Alerts by webhook: signed, tried again, and never sent to an address inside."""

import hashlib
import hmac
import http.client
import json
import threading
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar

import pytest

from oureyes.alert.webhook import Target, guarded, payload, send, signature
from oureyes.errors import ConfigError, OurEyesError, Refused
from oureyes.model.findings import Alert

ALERT = Alert("a1", "c", "match", "h", (), "ID", "2026-07-01T00:00:00Z")
PUBLIC = "93.184.215.14"


def resolving(*addresses: str) -> Callable[[str, int], Sequence[str]]:
    return lambda host, port: addresses


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
     "255.255.255.255", "::1", "::", "fe80::1%eth0", "fc00::1", "fec0::1", "ff02::1", "::ffff:127.0.0.1",
     "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::",
     "::127.0.0.1", "2001:db8::1", "3fff::1", "192.0.2.1"],
)  # fmt: skip
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    with pytest.raises(Refused):
        guarded("https://hook.example/", resolve=resolving(address))


def test_one_private_address_among_public_ones_is_refused() -> None:
    with pytest.raises(Refused):
        guarded("https://hook.example/", resolve=resolving(PUBLIC, "10.0.0.1"))


def test_the_address_that_was_checked_is_the_one_connected_to() -> None:
    target = guarded("https://hook.example:8443/a?b=c", resolve=resolving(PUBLIC))
    assert target == Target(True, "hook.example", 8443, "/a?b=c", PUBLIC)


def test_a_host_the_operator_lists_may_be_private() -> None:
    assert (
        guarded("https://hook.internal/", allowed=["hook.internal"], resolve=resolving("10.0.0.1")).address
        == "10.0.0.1"
    )


@pytest.mark.parametrize("address", ["http://hook.example/", "http://127.0.0.1/"])
def test_plain_http_is_refused(address: str) -> None:
    with pytest.raises(Refused):
        guarded(address, resolve=resolving("127.0.0.1" if "127" in address else PUBLIC))


def test_plain_http_leaves_loopback_only_although_allowed() -> None:
    with pytest.raises(Refused):
        guarded("http://hook.example/", loopback_http=True, resolve=resolving(PUBLIC))
    with pytest.raises(Refused):
        guarded("http://hook.example/", loopback_http=True, resolve=resolving("10.0.0.1"))
    with pytest.raises(Refused):
        guarded("http://hook.example/", loopback_http=True, resolve=resolving("127.0.0.1", PUBLIC))


@pytest.mark.parametrize(
    "address",
    ["", "hook.example", "ftp://hook.example/", "file:///etc/passwd", "https://", "https://user:pw@hook.example/",
     "https://hook.example:99999/", "https://hook.example/\r\nX: y", "https://hook.example/ a", "https://[::1",
     "https://hook.example/" + "a" * 3000],
)  # fmt: skip
def test_what_is_no_address_is_a_matter_for_the_operator(address: str) -> None:
    with pytest.raises(ConfigError):
        guarded(address, resolve=resolving(PUBLIC))


class Answering(http.client.HTTPConnection):
    """Answers with a status and remembers what was asked."""

    asked: list[tuple[str, str, bytes, dict[str, str]]]
    status = 200

    def request(self, method: str, url: str, body: bytes, headers: dict[str, str]) -> None:  # type: ignore[override]  # only what is used
        if self.status == 0:
            raise TimeoutError
        self.asked.append((method, url, body, headers))

    def getresponse(self) -> "Answering":  # type: ignore[override]  # only what is used
        return self


def answering(status: int) -> tuple[Answering, Callable[[Target, float], http.client.HTTPConnection]]:
    fake = Answering("unused")
    fake.status, fake.asked = status, []
    return fake, lambda target, timeout: fake


def test_a_delivery_is_signed_over_its_exact_bytes() -> None:
    fake, connect = answering(204)
    send(ALERT, "https://hook.example/in", secret=b"key", resolve=resolving(PUBLIC), connect=connect)
    ((method, path, body, headers),) = fake.asked
    assert (method, path, body, headers["Host"]) == ("POST", "/in", payload(ALERT), "hook.example")
    assert headers["X-OurEyes-Signature"] == "sha256=" + hmac.new(b"key", body, hashlib.sha256).hexdigest()


@pytest.mark.parametrize("status", [0, 301, 302, 307, 404, 500])
def test_anything_but_accepted_is_a_failure_and_no_redirect_is_followed(status: int) -> None:
    fake, connect = answering(status)
    with pytest.raises(OurEyesError):
        send(ALERT, "https://hook.example/", resolve=resolving(PUBLIC), connect=connect)
    assert len(fake.asked) <= 1


def test_a_refused_address_is_never_connected_to() -> None:
    def never(target: Target, timeout: float) -> http.client.HTTPConnection:
        raise AssertionError("connected")

    with pytest.raises(Refused):
        send(ALERT, "https://hook.example/", resolve=resolving("169.254.169.254"), connect=never)


def test_no_secret_is_no_signature_header_and_a_secret_changes_it() -> None:
    fake, connect = answering(200)
    send(ALERT, "https://hook.example/", resolve=resolving(PUBLIC), connect=connect)
    assert "X-OurEyes-Signature" not in fake.asked[0][3]
    assert signature(b"a", b"k1") != signature(b"a", b"k2")


class _Service(BaseHTTPRequestHandler):
    bodies: ClassVar[list[bytes]] = []

    def do_POST(self) -> None:
        self.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def test_a_real_service_on_this_machine_is_reached_when_loopback_is_allowed() -> None:
    with HTTPServer(("127.0.0.1", 0), _Service) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        send(ALERT, f"http://127.0.0.1:{server.server_port}/in", loopback_http=True)
        thread.join()
    assert json.loads(_Service.bodies[-1])["id"] == "a1"
