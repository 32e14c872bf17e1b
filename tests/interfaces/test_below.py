"""A door answers everything below its path, in its own form, whatever stands there."""

import pytest
from asgi import Door
from starlette.responses import PlainTextResponse

from oureyes.interfaces.below import Below


@pytest.mark.parametrize("path", ["/door", "/door/", "/door/a", "/door/a\nb", "/door//", "/door/%"])
def test_everything_below_comes_through(path):
    door = Door([Below("/door", PlainTextResponse("ours"))])
    for method in ("GET", "POST", "BREW"):
        assert door.ask(method, path).body == b"ours"
    door.close()


@pytest.mark.parametrize("path", ["/", "/doors", "/doo", "/other/door"])
def test_nothing_else_does(path):
    door = Door([Below("/door", PlainTextResponse("ours"))])
    assert door.get(path).status == 404
    door.close()
