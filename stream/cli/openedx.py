"""`openedx`: tracking events of Open edX's event bus, converted."""

import click

from processors.openedx.conversion import Lms
from stream.cli.ending import say
from stream.cli.environment import services
from stream.cli.output import GOOD, emit, examples, json_option, many, out
from stream.kafka import Publisher
from stream.metrics import Metrics
from stream.openedx import TOPIC, Bridge
from stream.topic_creation import create_topics


@click.command(
    "openedx",
    epilog=examples(
        "stepstream openedx --lms https://lms.example.org",
        "stepstream openedx --topic prod-analytics --once",
    ),
)
@click.option("--topic", default=TOPIC, show_default=True, help="Full name of the bus's topic.")
@click.option("--lms", help="Address of the LMS.  [default: STEPSTREAM_HOME_PAGE]")
@click.option("--once", is_flag=True, help="End when all is converted that is there now.")
@json_option
def openedx_command(topic: str, lms: str | None, once: bool, as_json: bool) -> None:
    """Turn Open edX's tracking events into statements until it is stopped (Ctrl-C or SIGTERM).

    Reads what Open edX's event bus writes (Avro in Confluent's format, or JSON), and publishes to
    xapi.statements what event-routing-backends would send, with the same ids. Events that say
    nothing of learning, or are nobody's, are counted and left out; what cannot be read goes to the
    dead letters. Several may run at the same time; they share the partitions. Anything may be read
    twice and counts once (docs/openedx.md).

    Exit code 75 where Kafka cannot be reached: the same command goes on later.
    """
    settings = services()
    create_topics(settings)
    metrics = Metrics()
    if settings.metrics_port >= 0 and not once:
        metrics.serve(settings.metrics_host, settings.metrics_port)
    bridge = Bridge(settings, topic, Lms(lms or settings.home_page), metrics)
    if not once:
        say(f"converting {topic} until it is stopped")
    with Publisher(settings.kafka) as sender:
        events = bridge.run(sender, once=once)
    results = {name: _count(metrics, name) for name in _RESULTS}
    if as_json:
        emit({"events": events, **results})
    else:
        told = ", ".join(f"{count} {name}" for name, count in results.items())
        out.print(f"[{GOOD}]{many(events, 'event')}[/]: {told}")


_RESULTS = ("converted", "skipped", "anonymous", "rejected")


def _count(metrics: Metrics, result: str) -> int:
    found = metrics.registry.get_sample_value(
        "stepstream_tracking_events_total", {"result": result}
    )
    return int(found or 0)
