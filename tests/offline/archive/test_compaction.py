from collections.abc import Callable
from pathlib import Path

import pytest
from harness.archives import DAY_SEC, START, event_row, put, queue_row
from hypothesis import given, settings
from hypothesis import strategies as st

from offline.archive import compaction, parquet
from offline.archive.compaction import MANY, compact, due
from offline.archive.listing import Archive
from offline.archive.reading import rows
from offline.archive.rows import Row
from offline.archive.schemas import EVENT, QUEUE
from offline.places import Place
from schemas.errors import Corrupt

LOG = [event_row(n, START + n * DAY_SEC / 20) for n in range(50)]
CUTS = tuple(range(3, 50, 4))


def contents(archive: Archive) -> dict[str, bytes]:
    return {name: archive.place.read(name) for name in archive.place.names()}


def test_days_that_are_over_become_one_file_each(archive: Archive) -> None:
    put(archive, LOG, cuts=CUTS)
    made = compact(archive, EVENT.topic)
    assert [(name.first, name.last) for name in made] == [(0, 19), (20, 39)]
    assert len(archive.place.names()) == 2 + 3
    assert list(rows(archive, EVENT.topic, 0)) == LOG
    assert compact(archive, EVENT.topic) == []
    compact(archive, EVENT.topic, whole=True)
    assert len(archive.place.names()) == 3


def test_a_day_that_goes_on_is_put_together_once_it_has_many_files(archive: Archive) -> None:
    log = [event_row(n) for n in range(MANY)]
    put(archive, log[:-1], cuts=range(MANY))
    assert not due(archive.listing(EVENT.topic))
    put(archive, log)
    assert len(compact(archive, EVENT.topic)) == 1
    assert list(rows(archive, EVENT.topic, 0)) == log


def test_large_files_of_a_day_that_goes_on_are_left_alone(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compaction, "SIZES", (20,))
    put(archive, [event_row(n) for n in range(30 + MANY)], cuts=(29, *range(30, 30 + MANY)))
    (made,) = compact(archive, EVENT.topic)
    assert (made.first, made.last) == (30, 29 + MANY)


def test_a_day_that_goes_on_has_few_files_and_moves_each_message_a_few_times(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compaction, "MANY", 3)
    monkeypatch.setattr(compaction, "SIZES", (3, 9, 27))
    moved, most = 0, 0
    for n in range(81):
        put(archive, [event_row(one) for one in range(n + 1)])
        while made := compact(archive, EVENT.topic):
            moved += sum(name.last - name.first + 1 for name in made)
        most = max(most, len(archive.place.names()))
    assert moved <= 81 * 3
    assert most <= 2 * 3 + 3
    assert len(list(rows(archive, EVENT.topic, 0))) == 81


def test_a_gap_stays_one(archive: Archive) -> None:
    put(archive, [event_row(n) for n in range(20) if n not in {9, 10}], cuts=(3, 14))
    before = archive.listing(EVENT.topic).gaps
    compact(archive, EVENT.topic, whole=True)
    assert archive.listing(EVENT.topic).gaps == before
    assert len(archive.place.names()) == 2


def test_holes_of_a_compacted_topic_stay(archive: Archive) -> None:
    log = [queue_row(n, n, START) for n in range(0, 40, 3)]
    put(archive, log, topic=QUEUE.topic, cuts=(9, 21))
    compact(archive, QUEUE.topic, whole=True)
    assert list(rows(archive, QUEUE.topic, 0)) == log
    assert [(live.name.first, live.name.last) for live in archive.listing(QUEUE.topic).each()] == [
        (0, 39)
    ]


def test_other_partitions_are_left_to_their_owners(archive: Archive) -> None:
    for partition in (0, 1):
        put(archive, LOG, partition, cuts=CUTS)
    made = compact(archive, EVENT.topic, wanted=lambda partition: partition == 1)
    assert {name.partition for name in made} == {1}


class Died(BaseException):
    """kill -9."""


@pytest.mark.parametrize("step", range(8))
def test_whenever_it_dies_each_offset_is_there_once(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    put(archive, LOG[:20], cuts=(4, 9, 14))
    left = [step]

    def dying(real: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object) -> object:
            if not left[0]:
                raise Died
            left[0] -= 1
            return real(*arguments)

        return call

    with monkeypatch.context() as patched:
        patched.setattr(archive.place, "remove", dying(archive.place.remove))
        patched.setattr(archive.place, "_move", dying(archive.place._move))
        try:
            compact(archive, EVENT.topic, whole=True)
        except Died:
            assert step < 5
        else:
            assert step >= 5
    assert list(rows(archive, EVENT.topic, 0)) == LOG[:20]
    put(archive, LOG)
    assert list(rows(archive, EVENT.topic, 0)) == LOG
    compact(archive, EVENT.topic, whole=True)
    assert list(rows(archive, EVENT.topic, 0)) == LOG
    assert not archive.listing(EVENT.topic).findings
    assert len(archive.place.names()) == 3


def test_a_reader_goes_on_while_its_files_are_replaced(archive: Archive) -> None:
    put(archive, LOG, cuts=CUTS)
    reading = rows(archive, EVENT.topic, 0)
    found = [next(reading) for _ in range(6)]
    compact(archive, EVENT.topic, whole=True)
    assert found + list(reading) == LOG


def test_a_part_that_is_broken_changes_nothing(archive: Archive) -> None:
    put(archive, LOG[:10], cuts=(4,))
    name = archive.place.names()[0]
    data = bytearray(archive.place.read(name))
    data[200] ^= 0xFF
    archive.place.put(name, bytes(data))
    before = contents(archive)
    with pytest.raises(Corrupt, match="move it away"):
        compact(archive, EVENT.topic, whole=True)
    assert contents(archive) == before


def test_two_compactions_at_once_do_the_work_once(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(archive, LOG, cuts=CUTS)
    before = archive.listing(EVENT.topic)
    compact(archive, EVENT.topic, whole=True)
    done = contents(archive)
    with monkeypatch.context() as patched:
        patched.setattr(archive, "listing", lambda _topic: before)
        assert compact(archive, EVENT.topic, whole=True) == []
    assert contents(archive) == done
    assert not [*Path(archive.place.url).rglob(".*")]


@settings(max_examples=25, deadline=None)
@given(
    cuts=st.lists(st.integers(0, 49), max_size=12),
    group=st.integers(1, 60),
    first=st.integers(0, 49),
)
def test_the_same_offsets_give_the_same_bytes(cuts: list[int], group: int, first: int) -> None:
    """However they were cut, and compacted in between."""
    found = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(parquet, "GROUP_ROWS", group)
        for flushes in (cuts, []):
            place = Place("memory://bytes")
            place.remove_folder("")
            archive = Archive(place)
            put(archive, LOG[:first], cuts=flushes)
            compact(archive, EVENT.topic, whole=bool(flushes))
            put(archive, LOG, cuts=flushes)
            compact(archive, EVENT.topic, whole=True)
            found.append(contents(archive))
    assert found[0] == found[1]


def test_large_values_end_a_row_group(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "GROUP_BYTES", 1000)
    put(archive, [Row(n, START, b"k", b"x" * size) for n, size in enumerate((400, 400, 400, 5000))])
    (live,) = archive.listing(EVENT.topic).each()
    assert live.footer.groups == 3
