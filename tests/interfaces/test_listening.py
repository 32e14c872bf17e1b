"""The socket a server takes: a free port or the one that is named, and what is wrong with it told in words."""

from __future__ import annotations

import asyncio
import socket
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


def test_an_answer_in_two_pieces_does_not_wait_for_the_acknowledgement_of_the_first() -> None:
    """RFC 9293 §3.7.4: Nagle's algorithm would, up to the delay of the other end's acknowledgement."""

    async def accepted() -> int:
        found: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        async def told(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            found.set_result(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        bound = listen("127.0.0.1:0")
        async with await asyncio.start_server(told, sock=bound):
            _, writer = await asyncio.open_connection(*bound.getsockname())
            try:
                return await found
            finally:
                writer.close()

    assert asyncio.run(accepted()) != 0
