"""Where jars come from. A source puts what it has into a scratch folder and names each jar.

Nothing of a source is trusted: `fetch` checks every digest before a jar enters the cache.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from stream.embedded.errors import SourceFailed
from stream.embedded.jars import Jar
from stream.embedded.maven import project, run_maven

if TYPE_CHECKING:
    from jgo.maven import MavenContext

Source = Callable[[Sequence[Jar], Path], Iterator[Jar]]
"""(wanted, scratch folder) -> each jar now lying there as `jar.file_name`.

Raises `SourceFailed`, perhaps after some jars.
"""

_CONNECTIONS = 4


def from_local_repository(wanted: Sequence[Jar], scratch: Path) -> Iterator[Jar]:
    """Copy what Maven has fetched for this user before."""
    repository = Path.home() / ".m2" / "repository"
    for jar in wanted:
        found = repository / jar.repository_path
        if found.is_file():
            shutil.copyfile(found, scratch / jar.file_name)
            yield jar


def from_maven(wanted: Sequence[Jar], scratch: Path) -> Iterator[Jar]:
    """Ask an installed `mvn` for all of them in one call."""
    pom = project((jar.coordinates for jar in wanted), transitive=False)
    run_maven(pom, scratch, "dependency:copy-dependencies", "-DoutputDirectory=.")
    yield from (jar for jar in wanted if (scratch / jar.file_name).is_file())


def from_jgo(wanted: Sequence[Jar], scratch: Path) -> Iterator[Jar]:
    """Ask the package jgo, which speaks to Maven's default repository without Java."""
    # Only who has to fetch pays for this import and for the HTTP client behind it.
    from jgo.maven import MavenContext  # noqa: PLC0415

    context = MavenContext(repo_cache=scratch / "repository", local_repos=[])
    get = partial(_get_with_jgo, context, scratch)
    with ThreadPoolExecutor(_CONNECTIONS) as pool:
        fetching = {pool.submit(get, jar): jar for jar in wanted}
        try:
            for done in as_completed(fetching):
                done.result()
                yield fetching[done]
        except (RuntimeError, OSError) as failed:
            pool.shutdown(cancel_futures=True)
            raise SourceFailed(f"jgo: {failed}") from failed


def _get_with_jgo(context: "MavenContext", scratch: Path, jar: Jar) -> None:
    component = context.project(jar.group, jar.artifact).at_version(jar.version)
    component.artifact().resolve().rename(scratch / jar.file_name)


SOURCES: tuple[Source, ...] = (from_local_repository, from_maven, from_jgo)
"""Tried in this order, each for what the ones before could not give."""
