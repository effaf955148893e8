"""`health`: whether a process on this machine works; for health checks of containers.

It is run every few seconds for each process, so it imports little.
"""

import os

import click

from schemas.errors import ConfigurationError, Unavailable
from stream import clock
from stream.heartbeat import age_of_beat, check_answers, metrics_url
from stream.settings import settings_from

_LONGEST_SEC = 120.0
_SCHEMES = ("http://", "https://")


@click.command(
    "health",
    epilog="""\b
Examples
  STEPSTREAM_METRICS_PORT=9100 stepstream health
  stepstream health --url http://127.0.0.1:8080/health/ready
""",
)
@click.option("--url", help="Ask this instead: healthy is what answers with a 2xx code.")
@click.option(
    "--longest",
    type=click.FloatRange(min=1),
    default=_LONGEST_SEC,
    show_default=True,
    help="Seconds after which a process that has not come round to its work is unhealthy.",
)
def health_command(url: str | None, longest: float) -> None:
    """Say whether a worker, an archiver or another long-running command works.

    Asks the process for its metrics at STEPSTREAM_METRICS_PORT, in the environment that the process
    itself has. They tell when its work last came round: a process that answers and stands still is
    unhealthy. While Redis or Kafka are away a worker waits for STEPSTREAM_PATIENCE_SEC, then ends.

    Exit code 0 if it is healthy, 75 if not, 78 if nothing says where to ask.
    """
    if url is not None:
        if not url.startswith(_SCHEMES):
            raise ConfigurationError(f"--url {url}: give one that begins with http:// or https://")
        check_answers(url)
        click.echo("healthy")
        return
    settings = settings_from(os.environ)
    if settings.metrics_port <= 0:
        raise ConfigurationError(
            "set STEPSTREAM_METRICS_PORT to the port that the process has, or give --url"
        )
    age = age_of_beat(metrics_url(settings), clock.now())
    if age > longest:
        raise Unavailable(f"its work last came round {age:.0f} s ago: not healthy")
    click.echo(f"healthy: its work came round {age:.1f} s ago")
