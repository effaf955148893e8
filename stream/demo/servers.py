"""Which servers a demo runs on: those that are named, those that run, its own, or none."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from schemas.errors import Unavailable
from stream.embedded.secret import pseudonym_key
from stream.embedded.stack import EmbeddedStack, StackInfo, start_detached, status
from stream.settings import Settings

_NAME = "stepstream-demo-"


@dataclass(frozen=True, slots=True)
class Servers:
    """What was found or started."""

    kind: str
    """embedded, external or in-memory."""
    settings: Settings
    """With addresses, unless in memory."""
    folder: Path
    """For files of this run."""
    why: str = ""
    """In memory: why there is no Kafka."""


@contextmanager
def servers(
    settings: Settings, console: Console, *, keep: bool, in_memory: bool
) -> Iterator[Servers]:
    """Servers for one run; what it started ends with it, unless `keep`."""
    with TemporaryDirectory(prefix=_NAME, ignore_cleanup_errors=True) as name:
        folder = Path(name)
        secret = settings.pseudonym_key or pseudonym_key(folder).hex()
        known = settings.with_(pseudonym_key=secret)
        if in_memory:
            yield Servers("in-memory", known, folder, "as asked for")
        elif settings.kafka and settings.redis:
            yield Servers("external", known, folder)
        elif running := status(Path(settings.home)):
            yield Servers("embedded", _with_addresses(settings, running), folder)
        else:
            yield from _own(known, folder, console, keep=keep)


def _own(settings: Settings, folder: Path, console: Console, *, keep: bool) -> Iterator[Servers]:
    stack = EmbeddedStack(folder)
    try:
        yield _started(stack, settings, console, keep=keep)
    finally:
        stack.stop()


def _started(stack: EmbeddedStack, settings: Settings, console: Console, *, keep: bool) -> Servers:
    try:
        with console.status("starting Kafka and Valkey"):
            info = start_detached(Path(settings.home), console) if keep else stack.start(console)
    except Unavailable as error:
        return Servers("in-memory", settings, stack.data_dir, str(error))
    return Servers("embedded", _with_addresses(settings, info), stack.data_dir)


def _with_addresses(settings: Settings, info: StackInfo) -> Settings:
    secret = settings.pseudonym_key or pseudonym_key(info.data_dir).hex()
    return settings.with_(kafka=info.bootstrap_servers, redis=info.redis_url, pseudonym_key=secret)
