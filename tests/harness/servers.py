"""A server of the HTTP application for tests: a process of its own, with API keys."""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
from harness.workers import ROOT, environment

from schemas.codec import encode_json
from serving.access.keys import ApiKey, Scope, digest_of, key_to_json
from stream.kafka import Publisher
from stream.log import Message
from stream.settings import Settings
from stream.topics import KEYS

_ADDRESS = re.compile(r"answers at (https?://\S+?):? ")
_START_SEC = 60.0
SECRET = "s3cret-of-the-tests"  # noqa: S105  nobody's


def make_key(settings: Settings, key_id: str, scopes: Iterable[Scope], **more: object) -> str:
    """Publish an API key; returns what a client sends as Bearer token."""
    given = {"tenant": settings.tenant, "digest": digest_of(SECRET)} | more
    key = ApiKey(id=key_id, scopes=tuple(scopes), **given)  # type: ignore[arg-type]
    message = Message(settings.prefix + KEYS.name, encode_json(key_to_json(key)), key_id.encode())
    with Publisher(settings.kafka) as publisher:
        publisher.send_blocking(message, lambda _, __: None)
    return f"{key_id}.{SECRET}"


class HttpServer:
    """`stepstream serve` on a free port, ready when it has been entered.

    Args:
        settings: With addresses; the topics exist.
    """

    def __init__(self, settings: Settings, extra: dict[str, str] | None = None) -> None:
        self._settings = settings
        self._extra = extra or {}
        self._folder = tempfile.TemporaryDirectory()
        self._log = Path(self._folder.name) / "server.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.url = ""

    def __enter__(self) -> Self:
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "stream.cli", "serve", "--port", "0"],
                cwd=ROOT,
                env=os.environ | environment(self._settings) | self._extra,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            self.url = self._address()
        except AssertionError:
            self.__exit__(None, None, None)
            raise
        return self

    def _address(self) -> str:
        deadline = time.monotonic() + _START_SEC
        while time.monotonic() < deadline:
            if found := _ADDRESS.search(self.log()):
                return found[1]
            if self.process is None or self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError(f"the server did not start:\n{self.log()}")

    def log(self) -> str:
        """What it printed."""
        return self._log.read_text()

    def client(self, token: str = "", **headers: str) -> httpx.Client:
        """A client that sends `token`, where given, with every request."""
        sent = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(base_url=self.url, headers=sent | headers, timeout=10.0)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._folder.cleanup()
