"""The only door to DuckDB: the views over the archive, to be read only, in bounded memory."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import duckdb

from offline.archive.listing import Archive
from offline.places import Place
from offline.warehouse.relations import RELATIONS, items_sql, quoted, relation_sql
from offline.warehouse.views import views
from schemas.errors import Corrupt, StepstreamError, Unavailable

_AT_ONCE = 1_000
_READING = {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN}


_OF_FILES = (duckdb.IOException, duckdb.InvalidInputException)


class WrongQuery(StepstreamError):
    """The text is no query, or would change something."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What a query may use before it goes on on disk."""

    limit: str
    """As DuckDB has it: `1GiB`."""
    spill: Path
    """A folder for what does not fit."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query found."""

    columns: tuple[str, ...]
    rows: Iterator[tuple[Any, ...]]
    """To be read before the next query."""


class Warehouse:
    """The archive as it is now, as views of DuckDB.

    Args:
        archive: what to look at.
        memory: what a query may use.
        threads: so many at once; 0 takes one a core.

    Raises:
        Unavailable: where the archive cannot be reached.
        WrongQuery: where the memory is not what DuckDB takes.
    """

    def __init__(self, archive: Archive, memory: Memory, threads: int = 0) -> None:
        self._root = archive.place.path("")
        self._duck = duckdb.connect(":memory:")
        with _telling(""):
            self._configure(memory, threads)
        address = self._addressing(archive.place)
        for relation, schema in RELATIONS.items():
            listing = archive.listing(schema.topic)
            self._define(relation, relation_sql(schema, listing, address))
        self._define("archive_queue_items", items_sql())
        for view in views():
            self._define(view.name, view.sql)

    def _configure(self, memory: Memory, threads: int) -> None:
        for name, value in {
            "memory_limit": memory.limit,
            "temp_directory": str(memory.spill),
            "preserve_insertion_order": "false",
            "autoinstall_known_extensions": "false",
            "TimeZone": "UTC",
        }.items():
            self._duck.execute(f"SET {name} = '{value}'")
        if threads:
            self._duck.execute(f"SET threads = {threads}")

    def _addressing(self, place: Place) -> Callable[[str], str]:
        files = place.filesystem
        if "file" in files.protocol:
            return place.path
        self._duck.register_filesystem(files)
        return lambda name: str(files.unstrip_protocol(place.path(name)))

    def _define(self, name: str, sql: str) -> None:
        self._duck.execute(f"CREATE VIEW {name} AS {sql}")

    def ask(self, query: str) -> Answer:
        """Run one query that only reads.

        Raises:
            WrongQuery: where it is not one, or cannot be run; says why.
            Corrupt: where a file of the archive cannot be read.
            Unavailable: where the memory is not enough.
        """
        with _telling(self._root):
            self._only_reads(query)
            found = self._duck.execute(query)
            columns = tuple(one[0] for one in found.description or ())
        return Answer(columns, self._rows())

    def _only_reads(self, query: str) -> None:
        statements = self._duck.extract_statements(query)
        if len(statements) != 1:
            raise WrongQuery(f"one query at a time, not {len(statements)}")
        if statements[0].type not in _READING:
            raise WrongQuery("the archive can be read only: ask with SELECT, DESCRIBE or SHOW")

    def _rows(self) -> Iterator[tuple[Any, ...]]:
        while True:
            with _telling(self._root):
                rows = self._duck.fetchmany(_AT_ONCE)
            if not rows:
                return
            yield from rows

    def save(self, query: str, file: Path) -> int:
        """Write what a query finds to a Parquet file; returns how many rows.

        Raises:
            as `ask`.
        """
        with _telling(self._root):
            self._only_reads(query)
            found = self._duck.execute(
                f"COPY ({query.strip().rstrip(';')}) TO {quoted(str(file))} "
                "(FORMAT parquet, COMPRESSION zstd)"
            ).fetchone()
        return int(found[0]) if found else 0

    def close(self) -> None:
        """Let go of files and memory."""
        self._duck.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@contextmanager
def _telling(root: str) -> Iterator[None]:
    """What DuckDB raises, as errors of ours; `root` is where the archive's files are."""
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise Unavailable(
            "the query needs more memory than it may use: give it more with --memory, or ask for "
            f"less ({_first_line(error)})"
        ) from error
    except duckdb.Error as error:
        if root and isinstance(error, _OF_FILES) and root in str(error):
            raise Corrupt(
                f"the archive cannot be read: {_first_line(error)}: `stepstream archive check "
                "--deep` says more"
            ) from error
        raise WrongQuery(str(error).strip()) from error


def _first_line(error: duckdb.Error) -> str:
    return str(error).strip().partition("\n")[0]
