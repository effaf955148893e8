"""The server: granian runs the application until it is told to stop. The only door to granian."""

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import uvloop
from granian.constants import HTTPModes, Interfaces, SSLProtocols
from granian.http import HTTP1Settings
from granian.server.embed import Server

from schemas.errors import ConfigurationError
from serving.app import build_app
from serving.engine import Engine
from stream.settings import Settings

_HEADERS_SHARE = 0.5
"""Of the time that a request may take to arrive."""
_BACKLOG = 1024
_SWITCH_SEC = 0.0005
"""So long a thread that follows a topic may hold the interpreter while a request waits."""
_log = logging.getLogger("stepstream")


def serve(settings: Settings, engine: Engine, started: Callable[[str], None]) -> None:
    """Answer until SIGTERM or SIGINT.

    Args:
        settings: say where, and with which certificate.
        engine: has not been started.
        started: is told the address once requests are answered.

    Raises:
        ConfigurationError: where the address or the certificate cannot be had.
    """
    sys.setswitchinterval(_SWITCH_SEC)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(settings, engine, started))


async def _serve(settings: Settings, engine: Engine, started: Callable[[str], None]) -> None:
    port = _free_port(settings)
    server = Server(
        build_app(engine),
        address=settings.serve_host,
        port=port,
        interface=Interfaces.ASGI,
        http=HTTPModes.auto,
        websockets=False,
        backlog=_BACKLOG,
        http1_settings=HTTP1Settings(
            header_read_timeout=int(settings.request_timeout_sec * _HEADERS_SHARE * 1000)
        ),
        log_enabled=False,
        ssl_cert=_file(settings.tls_certificate, "STEPSTREAM_TLS_CERTIFICATE"),
        ssl_key=_file(settings.tls_key, "STEPSTREAM_TLS_KEY"),
        ssl_protocol_min=SSLProtocols.tls12,
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _end, engine, server.stop)
    telling = asyncio.create_task(_tell(settings, engine, port, started))
    try:
        await server.serve()
    finally:
        telling.cancel()


def _end(engine: Engine, stop: Callable[[], None]) -> None:
    """Open streams see it and end; the server waits for what is open."""
    engine.started.clear()
    stop()


async def _tell(
    settings: Settings, engine: Engine, port: int, started: Callable[[str], None]
) -> None:
    await engine.started.wait()
    scheme = "https" if settings.tls_certificate else "http"
    started(f"{scheme}://{settings.serve_host}:{port}")


def _free_port(settings: Settings) -> int:
    """The configured port, or a free one; looked at first, because granian only ends its worker.

    Raises:
        ConfigurationError: where it cannot be had.
    """
    try:
        with socket.create_server((settings.serve_host, settings.serve_port)) as found:
            return int(found.getsockname()[1])
    except OSError as error:
        raise ConfigurationError(
            f"nothing can listen at {settings.serve_host}:{settings.serve_port} "
            f"({error.strerror}): set STEPSTREAM_SERVE_PORT to a free port, or 0 for any"
        ) from error


def _file(path: str, variable: str) -> Path | None:
    if not path:
        return None
    if not Path(path).is_file():
        raise ConfigurationError(f"{variable}={path} is no file: name a PEM file, or unset it")
    return Path(path)
