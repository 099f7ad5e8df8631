"""The socket that the page is served from."""

from __future__ import annotations

import asyncio
import socket
import threading

import pytest
from starlette.requests import Request

from engine.errors import Interrupted
from engine.review.answers import Crew
from engine.review.server import Place, listening


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_an_answer_is_not_held_back_until_its_head_is_acknowledged(host: str) -> None:
    """Nagle's algorithm holds the body of every answer back, by 40 ms where the other end delays its
    acknowledgements; asyncio turns it off only on sockets that name their protocol."""

    async def accepted() -> int:
        told = asyncio.get_running_loop().create_future()

        async def met(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            peer = writer.get_extra_info("socket")
            told.set_result(peer.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        with listening(Place(host)) as listener:
            server = await asyncio.start_server(met, sock=listener)
            _, writer = await asyncio.open_connection(host, listener.getsockname()[1])
            async with server:
                no_delay = await told
            writer.close()
        return no_delay

    if host == "::1" and not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    assert asyncio.run(accepted())


def test_a_server_that_ends_lets_nobody_wait_for_a_repair() -> None:
    begun, done = threading.Event(), threading.Event()

    def repair() -> bool:
        begun.set()
        return done.wait()

    async def still_there() -> dict[str, str]:
        await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    async def waited(crew: Crew) -> None:
        waiting = asyncio.create_task(crew.picture(Request({"type": "http"}, still_there), repair))
        await asyncio.to_thread(begun.wait)
        crew.end()
        with pytest.raises(Interrupted):
            await waiting

    with Crew() as crew:
        try:
            asyncio.run(waited(crew))
        finally:
            done.set()
