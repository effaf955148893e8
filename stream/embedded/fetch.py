"""Kafka's jars into the cache: complete, checked, or not there at all."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import shorten

from rich.console import Console
from rich.progress import Progress

from stream.embedded.errors import JarsMissing, SourceFailed
from stream.embedded.folders import private
from stream.embedded.jars import Jar
from stream.embedded.sources import SOURCES, Source

Advance = Callable[[], None]

_REASON_WIDTH = 120


def cached_jars(
    jars: Sequence[Jar],
    cache_dir: Path,
    console: Console | None = None,
    sources: Sequence[Source] = SOURCES,
) -> tuple[Path, ...]:
    """Paths of `jars` in the cache, every digest checked; what is missing is fetched.

    Raises:
        WrongDigest: a jar, cached or fetched, is not the locked one.
        JarsMissing: some are not cached and no source has them.
    """
    folder = private(cache_dir / "jars")
    missing = [jar for jar in jars if not _is_cached(jar, folder)]
    if missing:
        with _progress(console, len(missing)) as advance:
            _fetch(missing, folder, sources, advance)
    return tuple(folder / jar.file_name for jar in jars)


def _is_cached(jar: Jar, folder: Path) -> bool:
    path = folder / jar.file_name
    if not path.is_file():
        return False
    jar.verify(path)
    return True


def _fetch(missing: list[Jar], folder: Path, sources: Sequence[Source], advance: Advance) -> None:
    reasons: list[str] = []
    for source in sources:
        if missing:
            # On the cache's own file system, so that adopting a jar is one atomic rename.
            with TemporaryDirectory(dir=folder, prefix=".fetch-") as scratch:
                got = _adopt_all(source, missing, Path(scratch), advance, reasons)
            missing = [jar for jar in missing if jar not in got]
    if missing:
        raise JarsMissing(
            f"{len(missing)} of Kafka's jars cannot be had, {missing[0].coordinates} first "
            f"({'; '.join(reasons)}): connect to the network once, or copy a filled cache here"
        )


def _adopt_all(
    source: Source, wanted: Sequence[Jar], scratch: Path, advance: Advance, reasons: list[str]
) -> set[Jar]:
    got: set[Jar] = set()
    try:
        for jar in source(wanted, scratch):
            _adopt(jar, scratch)
            got.add(jar)
            advance()
    except SourceFailed as failed:
        reasons.append(shorten(str(failed), _REASON_WIDTH, placeholder="..."))
    return got


def _adopt(jar: Jar, scratch: Path) -> None:
    fetched = scratch / jar.file_name
    jar.verify(fetched)
    fetched.rename(scratch.parent / jar.file_name)


@contextmanager
def _progress(console: Console | None, total: int) -> Iterator[Advance]:
    quiet = console is None or not console.is_terminal
    with Progress(console=console, disable=quiet, transient=True) as bar:
        task = bar.add_task(f"Fetching Kafka's {total} jars", total=total)
        yield lambda: bar.advance(task)
