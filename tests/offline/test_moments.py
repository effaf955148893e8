"""Features as of a moment: from the past alone, and those of the stream."""

import asyncio

from harness.events_that_were import InMemory, some_events
from harness.streams import local_settings

from offline.archived import Offsets
from offline.moments import Moments
from offline.passes.guarded import Guarded
from offline.passes.working_file import WorkingFile
from processors.features import describe
from processors.objective import Objective
from processors.state import decode
from schemas.codec import encode_json
from schemas.event import event_to_json
from stream.local import LocalStream
from stream.records import RawRecord

PARTITIONS = 3
SETTINGS = local_settings(partitions=PARTITIONS, statement_window=400)
AT = 1_800_000_000.0
SOURCE = InMemory(some_events(1200), PARTITIONS)


def features_after(source: InMemory | Guarded, offsets: Offsets) -> dict[str, object]:
    with WorkingFile() as file:
        moments = Moments(source, file, SETTINGS.statement_window)
        moments.advance(offsets)
        return {name: describe(state, AT, str) for name, state in moments.learners.items()}


def test_at_every_moment_they_are_those_that_the_stream_had_then() -> None:
    async def law() -> None:
        stream = LocalStream(SETTINGS, Objective(), lambda: AT)
        await stream.start()
        with WorkingFile() as file:
            moments = Moments(SOURCE, file, SETTINGS.statement_window)
            for n, row in enumerate(SOURCE.rows):
                value = encode_json(event_to_json(row.event))
                record = RawRecord("learning.events", row.partition, row.offset, AT, value)
                await stream.personalizer.personalize({row.partition: [record]})
                if n % 100 == 0 or n == len(SOURCE.rows) - 1:
                    moments.advance(stream.personalizer.applied())
                    for learner, state in moments.learners.items():
                        blob = await stream.store.state(learner)
                        assert blob is not None
                        assert describe(decode(blob), AT, str) == describe(state, AT, str)

    asyncio.run(law())


def test_what_comes_later_is_never_read() -> None:
    half = SOURCE.cut(0.5)
    cut = InMemory([row.event for row in SOURCE.rows[:600]], PARTITIONS)
    assert features_after(SOURCE, half) == features_after(cut, cut.ends())
    assert features_after(Guarded(SOURCE, half), half) == features_after(SOURCE, half)
    assert features_after(SOURCE, SOURCE.ends()) != features_after(SOURCE, half)


def test_a_moment_of_the_clock_ends_where_the_first_later_event_is() -> None:
    at = SOURCE.rows[600].logged_at
    with WorkingFile() as file:
        moments = Moments(SOURCE, file, SETTINGS.statement_window)
        assert moments.advance_to(at) == 601
        assert dict(moments.offsets) == SOURCE.cut(601 / 1200)
        assert moments.advance_to(at) == 0
