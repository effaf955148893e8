"""`up` and `down`: the embedded stack, in the background."""

from pathlib import Path

import click

from stream.cli.environment import configured, with_services
from stream.cli.output import emit, err, examples, facts, json_option, out
from stream.embedded.stack import StackInfo, start_detached, stop
from stream.topic_creation import create_topics


@click.command(
    "up",
    epilog=examples(
        "stepstream up",
        "STEPSTREAM_HOME=/var/tmp/stepstream stepstream up --json",
    ),
)
@json_option
def up_command(as_json: bool) -> None:
    """Start Kafka and Valkey on this machine, in the background, and create the topics.

    Both listen on loopback only and keep their data in the folder that STEPSTREAM_HOME names
    (.stepstream if nothing does). Nothing has to be installed: Kafka's jars are fetched once and
    checked against pinned digests, Valkey comes with the requirements. If they run already, this
    says where.
    """
    settings = configured()
    with err.status("starting Kafka and Valkey"):
        info = start_detached(Path(settings.home), err)
        create_topics(with_services(settings))
    if as_json:
        emit(_described(info))
    else:
        out.print(facts((name, str(value)) for name, value in _described(info).items()))
        out.print(
            "\nNext: `stepstream load PATHS`, `stepstream worker`; `stepstream down` stops it."
        )


def _described(info: StackInfo) -> dict[str, str | int]:
    return {
        "kafka": info.bootstrap_servers,
        "redis": info.redis_url,
        "home": str(info.data_dir),
        "kafka_pid": info.kafka_pid,
        "valkey_pid": info.valkey_pid,
    }


@click.command(
    "down",
    epilog=examples(
        "stepstream down",
    ),
)
@json_option
def down_command(as_json: bool) -> None:
    """Stop the Kafka and the Valkey that `up` started, in order. Their data stays."""
    home = Path(configured().home)
    stopped = stop(home.absolute())
    if as_json:
        emit({"stopped": stopped})
    else:
        out.print(f"stopped {', '.join(stopped)}" if stopped else f"nothing ran in {home}")
