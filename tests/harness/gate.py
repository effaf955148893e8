"""A way to a server that can be shut, so that one process loses it and all others keep it."""

import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit, urlunsplit

_CHUNK = 65_536


class Gate:
    """Forwards connections to the server of a URL, while it is open.

    Args:
        url: of a server; its host and port are what counts.
    """

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open = True
        self._pairs: set[socket.socket] = set()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    @property
    def url(self) -> str:
        """The URL, through the gate."""
        port = self._listener.getsockname()[1]
        return urlunsplit(self._parts._replace(netloc=f"127.0.0.1:{port}"))

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._open = False
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._drop()
        for thread in self._threads:
            thread.join(5)

    def shut(self) -> None:
        """Break every connection, and refuse new ones."""
        self._open = False
        self._drop()

    def open(self) -> None:
        """Let through again."""
        self._open = True

    def _drop(self) -> None:
        for one in list(self._pairs):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if not self._open:
                client.close()
                continue
            server = socket.create_connection(
                (self._parts.hostname or "127.0.0.1", self._parts.port or 6379), 5
            )
            self._pairs |= {client, server}
            for source, sink in ((client, server), (server, client)):
                thread = threading.Thread(target=self._carry, args=(source, sink), daemon=True)
                thread.start()
                self._threads.append(thread)

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(_CHUNK):
                sink.sendall(data)
        for one in (source, sink):
            self._pairs.discard(one)
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            if one is sink:
                continue
        with suppress(OSError):
            source.close()
