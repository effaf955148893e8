"""Maven, asked by coordinates: it knows its repositories, mirrors and proxies itself."""

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from stream.embedded.errors import SourceFailed

_TIMEOUT_SEC = 300

_PROJECT = """<project>
<modelVersion>4.0.0</modelVersion>
<groupId>stepstream</groupId><artifactId>embedded</artifactId><version>1</version>
<dependencies>
{dependencies}
</dependencies>
</project>
"""
_DEPENDENCY = (
    "<dependency><groupId>{}</groupId><artifactId>{}</artifactId><version>{}</version>"
    "{exclusions}</dependency>"
)
_ALONE = (
    "<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>"
)


def project(coordinates: Iterable[str], *, transitive: bool) -> str:
    """A POM that depends on `coordinates` (`group:artifact:version`), with or without theirs."""
    exclusions = "" if transitive else _ALONE
    return _PROJECT.format(
        dependencies="\n".join(
            _DEPENDENCY.format(*each.split(":"), exclusions=exclusions) for each in coordinates
        )
    )


def run_maven(pom: str, folder: Path, *goals: str) -> None:
    """Run `mvn` on `pom` in `folder`, where its goals' relative paths lie.

    Raises:
        SourceFailed: there is no `mvn`, or it failed.
    """
    mvn = shutil.which("mvn")
    if mvn is None:
        raise SourceFailed("mvn: not installed")
    (folder / "pom.xml").write_text(pom, "utf-8")
    try:
        subprocess.run(  # noqa: S603 - the arguments are our own, and no shell reads them
            [mvn, "--batch-mode", "--quiet", "-Dstyle.color=never", *goals],
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
            timeout=_TIMEOUT_SEC,
        )
    except subprocess.CalledProcessError as failed:
        raise SourceFailed(f"mvn: {_first_line(failed.stdout)}") from failed
    except subprocess.TimeoutExpired as failed:
        raise SourceFailed(f"mvn: no end after {_TIMEOUT_SEC} s") from failed


def _first_line(output: str) -> str:
    return next((line for line in output.splitlines() if line.strip()), "failed without a word")
