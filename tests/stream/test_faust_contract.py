"""What is relied on in Faust: a new version that changes it fails here first."""

import inspect

import faust
from faust.transport.consumer import Consumer as BaseConsumer
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer
from mode.utils.queues import FlowControlQueue

from stream.app import build_app
from stream.faust_transport import CheckpointConsumer, CheckpointTransport
from stream.settings import Settings


class NoAgents:
    async def ingest(self, records: object) -> None: ...

    async def personalize(self, records: object) -> None: ...

    async def resume(self, partitions: set[int]) -> dict[int, int]:
        return dict.fromkeys(partitions, 0)


def test_the_version_is_the_one_that_was_examined() -> None:
    assert faust.__version__ == "0.15.3"


def test_positions_are_asked_for_in_the_method_that_is_replaced() -> None:
    assert "await self.seek_to_committed()" in inspect.getsource(BaseConsumer.perform_seek)
    assert "consumer.seek(tp, offset)" in inspect.getsource(AIOKafkaConsumerThread._seek_wait)


def test_messages_are_drained_in_the_method_that_is_replaced() -> None:
    source = inspect.getsource(BaseConsumer._drain_messages)
    for name in ("getmany", "callback", "_read_offset", "_add_gap", "consumer_stopped_errors"):
        assert name in source
    assert Consumer._drain_messages is BaseConsumer._drain_messages
    assert CheckpointConsumer._drain_messages is not BaseConsumer._drain_messages


def test_stalls_are_looked_for_in_the_method_that_is_replaced() -> None:
    source = inspect.getsource(BaseConsumer.verify_all_partitions_active)
    assert "self.verify_event_path(now, tp)" in source
    assert CheckpointConsumer.verify_event_path is not Consumer.verify_event_path


def test_a_channels_queue_can_be_drained() -> None:
    assert {"get", "get_nowait", "empty"} <= set(dir(FlowControlQueue))


def test_the_app_reads_through_the_checkpoint() -> None:
    app = build_app(Settings(kafka="127.0.0.1:1", prefix="x."), NoAgents())
    assert isinstance(app.transport, CheckpointTransport)
    assert app.transport.Consumer is CheckpointConsumer
    assert app.conf.checkpointed_topic == "x.learning.events"
    assert set(app.agents) == {"stepstream.xapi.statements", "stepstream.learning.events"}
    assert app.conf.stream_wait_empty
    assert not app.conf.topic_allow_declare
