"""Erased learners leave the archive; all others stay bit for bit, and each offset is there once."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from harness.archives import START, event, event_row, put, queue_row

from offline.archive.blanking import NOBODY
from offline.archive.checking import check
from offline.archive.compaction import compact
from offline.archive.erased import Word
from offline.archive.erasing import Eraser, Rewritten
from offline.archive.listing import Archive
from offline.archive.reading import ArchiveSource, rows
from offline.archive.rows import Row
from offline.archive.schemas import EVENT, QUEUE, REJECT, SCHEMAS
from offline.places import Place, Vanished
from offline.warehouse.duck import Memory, Warehouse
from schemas.codec import encode_json
from schemas.erasure import Erased
from schemas.errors import Rejection
from schemas.event import event_to_json
from schemas.kinds import Kind
from stream.dead_letters import rejected_event
from stream.records import RawRecord

BOTH = ANN, BOB = "ab" * 16, "cd" * 16
SECRET = b"ann@example.org"


def _voiding(offset: int, learner: str) -> Row:
    made = event(offset, learner, START + offset)
    made.kind, made.voids = Kind.VOIDED, "00000000-0000-4000-8000-000000000001"
    return Row(offset, START + offset, learner.encode(), encode_json(event_to_json(made)))


def _letter(offset: int, text: bytes) -> Row:
    record = RawRecord("xapi.statements", 0, offset, START, text)
    made = rejected_event("", record, Rejection("not_json", "because"))
    return Row(offset, START + offset, made.key, made.value, made.headers)


EVENTS = [
    _voiding(n, BOTH[n - 7]) if n in {7, 8} else event_row(n, START + n, BOTH[n % 2])
    for n in range(40)
]
QUEUES = [queue_row(n, n, START + n, learner=BOTH[n % 2]) for n in range(0, 20, 3)]
LETTERS = [_letter(n, b"torn " + (SECRET if n % 3 == 0 else b"by bob")) for n in range(10)]
QUEUES.append(Row(30, START, ANN.encode(), None))
LOGS = {EVENT.topic: EVENTS, QUEUE.topic: QUEUES, REJECT.topic: LETTERS}
WORD = Word(Erased(learner=ANN, erased_at=START + 100.0))


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    made = Archive(Place(str(tmp_path / "archive")))
    for topic, log in LOGS.items():
        put(made, log, topic=topic, cuts=(3, 9, 21))
    return made


def _erase(archive: Archive, *words: Word) -> dict[str, Rewritten]:
    for word in words:
        archive.erased.say(word)
    return Eraser(archive, lambda value, _: SECRET in value, lambda: None).run()


def _files(archive: Archive) -> dict[str, bytes]:
    return {name: archive.place.read(name) for name in archive.place.names()}


def _as_it_should_be(row: Row, topic: str) -> Row:
    is_ann = row.key == ANN.encode() if topic != REJECT.topic else SECRET in (row.value or b"")
    if not is_ann:
        return row
    if row.offset == 7 and topic == EVENT.topic:
        value = (row.value or b"").replace(ANN.encode(), NOBODY.encode())
        return Row(row.offset, row.logged_at, NOBODY.encode(), value)
    return Row(row.offset, row.logged_at, None, None)


def _is_whole(archive: Archive) -> None:
    for topic, log in LOGS.items():
        assert check(archive, topic, deep=True).findings == ()
        found = {row.offset: row for row in rows(archive, topic, 0)}
        assert sorted(found) == [row.offset for row in log]
        for row in log:
            wanted = _as_it_should_be(row, topic)
            if wanted.key == NOBODY.encode():
                kept = ArchiveSource(archive)
                (voiding,) = (one.event for one in kept.read({}, {0: 7}) if one.offset == 7)
                assert (voiding.learner, voiding.voids[-1]) == (NOBODY, "1")
            else:
                assert found[row.offset] == wanted


def _is_free_of_ann(archive: Archive, tmp_path: Path) -> None:
    for topic in SCHEMAS:
        for row in rows(archive, topic, 0):
            assert ANN.encode() not in (row.key or b"") + (row.value or b"")
            assert SECRET not in (row.value or b"")
    with Warehouse(archive, Memory("256MiB", tmp_path), threads=1) as warehouse:
        for relation in ("archive_events", "archive_queues"):
            query = f"SELECT COUNT(*) FROM {relation} WHERE learner = '{ANN}'"  # noqa: S608  ours
            assert next(warehouse.ask(query).rows) == (0,)
        for wanted, query in (
            (21, "SELECT COUNT(*) FROM events"),
            (1, "SELECT COUNT(DISTINCT learner) FROM recommendations"),
            (6, "SELECT COUNT(*) FROM rejects"),
        ):
            assert next(warehouse.ask(query).rows) == (wanted,)


def test_only_what_is_of_the_learner_goes(archive: Archive, tmp_path: Path) -> None:
    before = _files(archive)
    found = _erase(archive, WORD)
    assert {topic: one.rows for topic, one in found.items()} == {
        EVENT.topic: 20,
        QUEUE.topic: 5,
        REJECT.topic: 4,
    }
    _is_whole(archive)
    _is_free_of_ann(archive, tmp_path)
    again = _files(archive)
    assert before.keys() <= again.keys()
    assert all(not one.rows for one in _erase(archive, WORD).values())
    assert _files(archive) == again


def test_nobody_is_erased_and_nothing_is_written(archive: Archive) -> None:
    before = _files(archive)
    found = Eraser(archive, lambda *_: False, lambda: None).run()
    assert found == {topic: Rewritten() for topic in SCHEMAS}
    assert _files(archive) == before


def test_a_larger_file_and_those_it_is_made_of(archive: Archive, tmp_path: Path) -> None:
    parts = _files(archive)
    for topic in SCHEMAS:
        compact(archive, topic, whole=True)
    for name, data in parts.items():
        archive.place.put(name, data)  # as if the compaction had died before it removed them
    _erase(archive, WORD)
    for name in archive.place.names():
        if name.startswith(tuple(SCHEMAS)):
            assert ANN.encode() not in archive.place.read(name)
    for topic in SCHEMAS:
        compact(archive, topic, whole=True)
    _is_whole(archive)
    _is_free_of_ann(archive, tmp_path)


@pytest.mark.parametrize("survives", range(8))
def test_killed_anywhere_and_run_again(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, survives: int
) -> None:
    replace, left = os.replace, [survives]

    def dying(*names: Any) -> None:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        replace(*names)

    monkeypatch.setattr(os, "replace", dying)
    with pytest.raises(KeyboardInterrupt):
        _erase(archive, WORD)
    monkeypatch.undo()
    for topic in SCHEMAS:
        assert check(archive, topic, deep=True).findings == ()
    _erase(archive, WORD)
    _is_whole(archive)
    _is_free_of_ann(archive, tmp_path)


def test_what_is_archived_later_is_blank_at_once(tmp_path: Path) -> None:
    late = Archive(Place(str(tmp_path / "archive")))
    letters = {0: [row.offset for row in LETTERS if SECRET in (row.value or b"")]}
    late.erased.say(Word(WORD.erased, letters))
    for topic, log in LOGS.items():
        put(late, log, topic=topic, cuts=(3, 9, 21))
    _is_whole(late)
    _is_free_of_ann(late, tmp_path)


def test_what_came_after_a_readmission_stays(archive: Archive) -> None:
    _erase(archive, Word(Erased(learner=ANN, erased_at=START, readmitted_at=START + 20.5)))
    kept = [row.offset for row in rows(archive, EVENT.topic, 0) if row.key == ANN.encode()]
    assert kept == [row.offset for row in EVENTS if row.key == ANN.encode() and row.offset > 20]


def _erasing_meanwhile(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """The next look at the list is followed at once by an erasure."""
    words = archive.erased.words

    def late() -> Any:
        found = words()
        monkeypatch.undo()
        other = Archive(archive.place)
        _erase(other, WORD)
        return found

    return lambda: monkeypatch.setattr(archive.erased, "words", late)


def test_a_writer_that_had_not_seen_the_word_begins_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = Archive(Place(str(tmp_path / "archive")))
    _erasing_meanwhile(archive, monkeypatch)()
    put(archive, EVENTS)
    assert all(ANN.encode() != row.key for row in rows(archive, EVENT.topic, 0))


def test_a_compaction_that_had_not_seen_the_word_changes_nothing(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _erasing_meanwhile(archive, monkeypatch)()
    assert compact(archive, EVENT.topic, whole=True) == []
    assert len(compact(archive, EVENT.topic, whole=True)) == 1
    _is_whole(archive)
    _is_free_of_ann(archive, tmp_path)


def test_a_file_that_cannot_be_searched_is_told(archive: Archive) -> None:
    name = archive.place.names(EVENT.topic)[0]
    archive.place.put(name, b"PAR1 torn")
    assert _erase(archive, WORD)[EVENT.topic].unreadable == [name]


def test_a_file_removed_while_it_is_written(tmp_path: Path) -> None:
    place = Place(str(tmp_path))

    def write() -> None:
        with place.writing("a/file") as file:
            file.write(b"x")
            place.clear_partial()

    with pytest.raises(Vanished):
        write()
    assert place.names() == []
