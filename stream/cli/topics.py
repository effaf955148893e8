"""`topics`: create and list."""

import click

from stream.cli.environment import services
from stream.cli.output import emit, examples, json_option, number, out, table
from stream.kafka import Reader
from stream.settings import Settings
from stream.topic_creation import create_topics
from stream.topics import ALL, Topic

_DAY_MS = 86_400_000


@click.command(
    "topics",
    epilog=examples(
        "stepstream topics",
        "STEPSTREAM_PREFIX=test. stepstream topics --json",
    ),
)
@json_option
def topics_command(as_json: bool) -> None:
    """Create the topics that are missing, and list all of them.

    Running it twice changes nothing. The number of partitions is fixed when a topic is created:
    STEPSTREAM_PARTITIONS says how many; STEPSTREAM_PREFIX is put before every name.
    """
    settings = services()
    created = create_topics(settings)
    written = written_by_topic(settings)
    if as_json:
        emit([_described(topic, settings, created, written) for topic in ALL])
        return
    shown = table("topic", "parts", "written", "kept", "holds", right=("parts", "written"))
    shown.columns[0].no_wrap = True
    for topic in ALL:
        row = _described(topic, settings, created, written)
        name = f"{row['topic']} (new)" if row["created"] else str(row["topic"])
        cells = (name, str(row["partitions"]), number(int(row["written"])), str(row["kept"]))
        shown.add_row(*cells, f"{topic.meaning}; key: {topic.key}")
    out.print(shown)


def written_by_topic(settings: Settings) -> dict[str, int]:
    """Messages written so far by full topic name, kept or not; 0 where all have been deleted.

    Raises:
        Unavailable: where Kafka does not answer.
        ConfigurationError: where a topic is missing.
    """
    reader = Reader(settings.kafka, [settings.prefix + topic.name for topic in ALL])
    try:
        written = {settings.prefix + topic.name: 0 for topic in ALL}
        for (topic_name, _), end in reader.ends().items():
            written[topic_name] += end
        return written
    finally:
        reader.close()


def _described(
    topic: Topic, settings: Settings, created: list[str], written: dict[str, int]
) -> dict[str, str | int | bool]:
    name = settings.prefix + topic.name
    return {
        "topic": name,
        "partitions": topic.partitions or settings.partitions,
        "key": topic.key,
        "kept": _kept(topic),
        "written": written[name],
        "created": name in created,
    }


def _kept(topic: Topic) -> str:
    days = f"{topic.kept_ms // _DAY_MS} days" if topic.kept_ms > 0 else ""
    return " + ".join(filter(None, ("compacted" if topic.compacted else "", days)))
