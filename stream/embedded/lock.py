"""Make `kafka.lock` anew: `python -m stream.embedded.lock`, after a change of the versions below.

Maven resolves what the roots need to run (so `mvn` must be installed; starting the stack needs
none), and the digests of what it fetches are written down. Read the diff before committing it: what
stands there is what every user will run.
"""

import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from schemas.errors import StepstreamError
from stream.embedded.jars import Jar, digest, format_lock
from stream.embedded.maven import project, run_maven

KAFKA_VERSION = "4.4.0"
LOG4J_VERSION = "2.26.1"

ROOTS = (
    f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}",
    # Kafka logs to SLF4J 1.7 and names no binding; its runtime log levels are set through log4j.
    f"org.apache.logging.log4j:log4j-slf4j-impl:{LOG4J_VERSION}",
    f"org.apache.logging.log4j:log4j-core:{LOG4J_VERSION}",
)

_HEADING = f"""Apache Kafka {KAFKA_VERSION} and what it needs to run: group:artifact:version sha256
Made by `python -m stream.embedded.lock`; do not edit by hand."""

_RESOLVED = re.compile(r"([\w.-]+):([\w.-]+):jar:([\w.-]+):(?:compile|runtime)\b")


def resolve() -> list[Jar]:
    """The roots and all they need to run, with the digests of what Maven fetches.

    Raises:
        SourceFailed: there is no `mvn`, or it failed.
    """
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        run_maven(
            project(ROOTS, transitive=True),
            folder,
            "dependency:list",
            "dependency:copy-dependencies",
            "-DincludeScope=runtime",
            "-DoutputFile=resolved.txt",
            "-DoutputDirectory=.",
        )
        resolved = parse_resolved((folder / "resolved.txt").read_text("utf-8"))
        return [Jar(*each, digest(folder / Jar(*each, "").file_name)) for each in resolved]


def parse_resolved(listing: str) -> list[tuple[str, str, str]]:
    """(group, artifact, version) of each jar in what Maven's `dependency:list` writes."""
    return [(each[1], each[2], each[3]) for each in _RESOLVED.finditer(listing)]


def main() -> int:
    """Write the lock file beside this module; the exit code."""
    try:
        jars = resolve()
    except StepstreamError as failed:
        print(f"kafka.lock is unchanged: {failed}", file=sys.stderr)  # noqa: T201 - a command
        return 1
    Path(__file__).with_name("kafka.lock").write_text(format_lock(jars, _HEADING), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
