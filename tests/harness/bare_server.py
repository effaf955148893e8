"""A bare handler of the same framework on the same server: what HTTP alone costs.

    python -m harness.bare_server [SIZE]

Prints its address; reads whatever is posted to /xapi/statements and answers an empty array; answers
SIZE bytes at /v1/queue.
"""

import asyncio
import socket
import sys
from typing import Any

import uvloop
from granian.constants import Interfaces
from granian.server.embed import Server
from litestar import Litestar, Request, Response, get, post

_BODY = b" " * int((sys.argv[1:] or ["0"])[0])


@post("/xapi/statements", status_code=200)
async def bare(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Reads, and answers."""
    await request.body()
    return Response(b"[]", media_type="application/json")


@get("/v1/queue")
async def reading() -> Response[bytes]:
    """Answers."""
    return Response(_BODY, media_type="application/json")


async def main() -> None:
    """The command."""
    app = Litestar(
        [bare, reading], openapi_config=None, logging_config=None, request_max_body_size=None
    )
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = int(found.getsockname()[1])
    server = Server(app, port=port, interface=Interfaces.ASGI, websockets=False, log_enabled=False)
    print(f"answers at http://127.0.0.1:{port}: bare", flush=True)
    await server.serve()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
