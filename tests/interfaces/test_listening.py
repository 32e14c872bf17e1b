"""The socket a server takes: a free port or the one that is named, and what is wrong with it told in words."""

from __future__ import annotations

from contextlib import closing

import pytest

from oureyes.errors import ConfigError
from oureyes.interfaces.listening import listen


def test_port_0_takes_a_free_one_each_time() -> None:
    with closing(listen("127.0.0.1:0")) as one, closing(listen("127.0.0.1:0")) as other:
        ports = {one.getsockname()[1], other.getsockname()[1]}
    assert len(ports) == 2
    assert 0 not in ports


@pytest.mark.parametrize("where", ["", "8440", ":8440", "127.0.0.1", "127.0.0.1:", "127.0.0.1:https", "127.0.0.1:-1"])
def test_what_is_no_address_and_port_is_refused_by_what_is_expected(where: str) -> None:
    with pytest.raises(ConfigError) as caught:
        listen(where)
    assert (caught.value.subject, caught.value.expected) == ("listen", "address:port")


def test_a_port_that_somebody_listens_on_is_told_as_taken() -> None:
    with closing(listen("127.0.0.1:0")) as bound:
        bound.listen()
        where = f"127.0.0.1:{bound.getsockname()[1]}"
        with pytest.raises(ConfigError) as caught:
            listen(where)
    assert caught.value.expected == f"a free {where}"
    assert "is the node running?" in caught.value.remedy
