"""Rows of erased learners leave the archive: file after file is written anew under its own name.

A file has its old content or its new one, never half of either, so an erasure that is killed is
run again and goes on. Offsets, names and all other rows stay as they are.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from offline.archive.blanking import NEEDED, blanked, concerned
from offline.archive.erased import Words
from offline.archive.listing import Archive
from offline.archive.names import FileName, parsed
from offline.archive.parquet import FileReader, FileWriter, NotReadable
from offline.archive.schemas import REJECT, SCHEMAS, Schema

Names = Callable[[bytes, dict[str, bytes]], bool]
"""Whether the value of a dead letter, with its headers, names somebody who is erased."""


@dataclass(slots=True)
class Rewritten:
    """What an erasure came to in one topic of the archive."""

    files: int = 0
    rows: int = 0
    unreadable: list[str] = field(default_factory=list)
    """Files that could not be searched."""


class Eraser:
    """Erases from one archive whom its list names.

    Args:
        archive: which; its list has the words already.
        names: tells of dead letters.
        tell: called after each file that was looked at.
    """

    def __init__(self, archive: Archive, names: Names, tell: Callable[[], None]) -> None:
        self._archive, self._names, self._tell = archive, names, tell

    def count(self) -> int:
        """How many files there are to look at."""
        return sum(len(self._files(topic)) for topic in SCHEMAS)

    def run(self) -> dict[str, Rewritten]:
        """Rewrite what must be, in each topic; returns when a look at all files finds nothing.

        Raises:
            Unavailable: where the place cannot be reached or is full; what was done stays done.
        """
        found = {topic: Rewritten() for topic in SCHEMAS}
        words = self._archive.erased.words()
        for topic in SCHEMAS:
            self._archive.place.clear_partial(self._archive.prefix + topic)
            while self._pass(topic, words, found[topic]):
                pass
        return found

    def _files(self, topic: str) -> list[FileName]:
        """Of all files that have a name, whether they count or not."""
        place, folder = self._archive.place, self._archive.prefix + topic
        place.filesystem.invalidate_cache()
        names = place.names(folder) if place.has(folder) else []
        return [name for name in map(parsed, names) if name is not None]

    def _pass(self, topic: str, words: Words, found: Rewritten) -> bool:
        """One look at all files; whether another one is needed."""
        schema = self._archive.schema(topic)
        found.unreadable.clear()
        again = False
        for name in self._files(topic):
            try:
                rows = self._rewrite(name, schema, words)
            except NotReadable:
                found.unreadable.append(name.text)
            except FileNotFoundError:  # a compaction has put it into a larger one
                again = True
            else:
                found.rows += rows
                found.files += bool(rows)
                again |= bool(rows)
            self._tell()
        return again

    def _rewrite(self, name: FileName, schema: Schema, words: Words) -> int:
        """Returns how many rows were not to be there."""
        with self._archive.open(name) as file:
            marks = list(self._marks(FileReader(file, schema), name, schema, words))
        count = int(sum(mark.sum() for mark in marks))
        if not count:
            return 0
        place = self._archive.place
        with (
            self._archive.open(name) as file,
            place.writing(name.text) as written,
            FileWriter(written, schema, name.topic) as writer,
        ):
            for table, mark in zip(FileReader(file, schema).tables(-1), marks, strict=True):
                writer.add(blanked(table, schema, mark))
        return count

    def _marks(
        self, reader: FileReader, name: FileName, schema: Schema, words: Words
    ) -> Iterator[NDArray[np.bool_]]:
        """For each row group, which of its rows are not to be there."""
        columns = (*NEEDED, "log_value", "log_headers") if schema is REJECT else NEEDED
        for table in reader.tables(-1, columns):
            mark = concerned(table, schema, name.partition, words)
            yield self._open(table, mark | self._named(table)) if schema is REJECT else mark

    def _named(self, table: Any) -> NDArray[np.bool_]:
        pairs = zip(table["log_value"].to_pylist(), table["log_headers"].to_pylist(), strict=True)
        found = [
            value is not None and self._names(value, {one["name"]: one["value"] for one in headers})
            for value, headers in pairs
        ]
        return np.array(found, bool)

    @staticmethod
    def _open(table: Any, mark: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """What is blank already needs nothing."""
        return np.asarray(mark & table["log_value"].is_valid().to_numpy())
