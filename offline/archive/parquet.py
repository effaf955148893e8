"""Arrow's tables to Parquet files and back: the other door to pyarrow.

The same rows give the same bytes, however they were handed over: where a row group ends depends on
its rows alone.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import IO, Any, NamedTuple, Self

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from numpy.typing import NDArray

from offline.archive.arrow import NAME, VERSION, arrow_schema, arrow_type, completed, rows_of
from offline.archive.rows import Row
from offline.archive.schemas import LOG, Column, Schema
from offline.chosen import chosen
from schemas.errors import Unavailable

GROUP_ROWS = 16_384
"""At most so many rows are in a row group,"""
GROUP_BYTES = 16 * 1024 * 1024
"""and so many bytes of values, unless one alone has more."""

_BROAD = {"log_value", "log_key", "log_headers", "log_offset", "logged_at", "id", "digest"}
"""Columns in which hardly a value comes twice: a dictionary would be of no use."""


class NotReadable(Exception):
    """A file that does not hold what it should; `code` is for programs, the text for people."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class Footer(NamedTuple):
    """What a file says of itself."""

    version: int
    rows: int
    groups: int
    first: int
    """Smallest offset."""
    last: int
    """Largest offset."""
    uncompressed: int
    """Bytes before compression."""


class Block(NamedTuple):
    """Messages of one partition, in offset order."""

    offsets: NDArray[np.int64]
    logged_at: NDArray[np.float64]
    values: Any
    """Arrow's array of the values."""

    def bytes_of(self, start: int, stop: int) -> list[bytes | None]:
        """Values from `start` up to, not including, `stop`."""
        return list(self.values.slice(start, stop - start).to_pylist())


class FileWriter:
    """Writes tables, in offset order, as row groups that depend on their rows alone."""

    def __init__(self, file: IO[bytes], schema: Schema, topic: str) -> None:
        self._schema = arrow_schema(schema, topic)
        self._writer = pq.ParquetWriter(
            file,
            self._schema,
            compression="zstd",
            compression_level=3,
            use_dictionary=[_leaf(c) for c in schema.columns if c.name not in _BROAD],
            write_statistics=[_leaf(c) for c in schema.columns if c.name != "log_value"],
            write_page_checksum=True,
        )
        self._waiting: list[Any] = []
        self._rows = 0
        self._bytes = 0

    def add(self, table: Any) -> None:
        """Append the rows of `table`."""
        self._waiting.append(completed(table, self._schema))
        self._rows += table.num_rows
        self._bytes += _value_bytes(table)
        while self._rows > GROUP_ROWS or self._bytes > GROUP_BYTES:
            self._write_group()

    def _write_group(self) -> None:
        table = pa.concat_tables(self._waiting).combine_chunks()
        rows = _group_end(table)
        self._write(table.slice(0, rows))
        rest = table.slice(rows)
        self._waiting = [rest] if rest.num_rows else []
        self._rows = rest.num_rows
        self._bytes = _value_bytes(rest)

    def _write(self, table: Any) -> None:
        self._writer.write_table(table, table.num_rows)

    def close(self) -> None:
        """Write what waits, and the footer."""
        if self._rows:
            self._write(pa.concat_tables(self._waiting).combine_chunks())
            self._rows = 0
        self._writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self.close()
        finally:
            if self._writer.is_open:
                self._abandon()

    def _abandon(self) -> None:
        with suppress(pa.ArrowException, OSError, ValueError):
            self._writer.close()
        self._writer.is_open = False  # what failed is not tried again by the garbage collector


def _leaf(column: Column) -> str:
    """Where a column's values lie; a list of records has several, none of which is named here."""
    return f"{column.name}.list.element" if column.type == "texts" else column.name


def _value_bytes(table: Any) -> int:
    return pc.sum(pc.binary_length(table["log_value"])).as_py() or 0


def _group_end(table: Any) -> int:
    sizes = pc.fill_null(pc.binary_length(table["log_value"]), 0)
    total = np.cumsum(sizes.to_numpy()[:GROUP_ROWS].astype(np.int64))
    return max(1, int(np.searchsorted(total, GROUP_BYTES, side="right")))


@contextmanager
def _telling_what_is_wrong() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except (pa.ArrowException, OSError, ValueError, TypeError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise Unavailable(
                f"a file of the archive cannot be read ({error.strerror}): make it readable, then "
                "run again"
            ) from error
        text = str(error).partition("\n")[0][:120]
        raise NotReadable("corrupt", f"is no whole Parquet file ({text})") from error


class FileReader:
    """One file of the archive, opened.

    Raises:
        NotReadable: where it is no file of `schema`, or of a newer version of it.
        FileNotFoundError: where it is gone.
    """

    def __init__(self, file: IO[bytes], schema: Schema) -> None:
        self._schema = schema
        with _telling_what_is_wrong():
            self._file = pq.ParquetFile(file, page_checksum_verification=True)
            self.version = self._check(self._file.schema_arrow)

    def _check(self, found: Any) -> int:
        facts = found.metadata or {}
        name, version = facts.get(NAME, b"").decode(), facts.get(VERSION, b"").decode()
        if name != self._schema.name or not version.isdigit():
            raise NotReadable("foreign", f"is no file of {self._schema.name} ({name or 'unnamed'})")
        if int(version) > self._schema.version:
            raise NotReadable(
                "newer_schema",
                f"is {name} version {version}, newer than {self._schema.version}, which this "
                "Stepstream reads: update it",
            )
        for column in self._schema.at_version(int(version)):
            place = found.get_field_index(column.name)
            if place < 0 or not found.field(place).type.equals(arrow_type(column.type)):
                raise NotReadable("changed_schema", f"has no column {column.name} as it should be")
        return int(version)

    def footer(self) -> Footer:
        """What the file says of itself, without reading its rows."""
        with _telling_what_is_wrong():
            facts = self._file.metadata
            groups = [facts.row_group(n) for n in range(facts.num_row_groups)]
            spans = [_span(group) for group in groups]
            return Footer(
                self.version,
                facts.num_rows,
                len(groups),
                min((low for low, _ in spans), default=0),
                max((high for _, high in spans), default=-1),
                sum(group.total_byte_size for group in groups),
            )

    def tables(self, after: int, columns: Sequence[str] | None = None) -> Iterator[Any]:
        """Arrow's tables of the rows with `offset > after`, a row group each."""
        for number in range(self._file.metadata.num_row_groups):
            low, high = _span(self._file.metadata.row_group(number))
            if high <= after:
                continue
            with _telling_what_is_wrong():
                table = self._file.read_row_group(
                    number, columns=None if columns is None else list(columns), use_threads=False
                )
            yield table if low > after else table.filter(pc.field("log_offset") > after)

    def blocks(self, after: int, learners: float = 1.0) -> Iterator[Block]:
        """The messages with `offset > after`, a row group each, of a share of the learners."""
        columns = ("log_offset", "logged_at", "log_value")
        for table in self._of_some(after, columns, learners):
            if table.num_rows:
                yield Block(
                    table["log_offset"].to_numpy(),
                    table["logged_at"].to_numpy(),
                    table["log_value"].combine_chunks(),
                )

    def offsets(self, after: int, learners: float) -> Iterator[NDArray[np.int64]]:
        """Offsets of what `blocks` gives."""
        for table in self._of_some(after, ("log_offset",), learners):
            yield table["log_offset"].to_numpy()

    def _of_some(self, after: int, columns: Sequence[str], learners: float) -> Iterator[Any]:
        if learners == 1.0:
            yield from self.tables(after, columns)
            return
        for table in self.tables(after, (*columns, "learner", "voids")):
            yield table.filter(_wanted(table, learners))

    def rows(self, after: int) -> Iterator[Row]:
        """The messages whole."""
        for table in self.tables(after, [column.name for column in LOG]):
            yield from rows_of(table)


def _wanted(table: Any, learners: float) -> Any:
    """Whether each row is of a share of the learners, or withdraws what may be one of theirs."""
    some = chosen(_padded(pc.fill_null(table["learner"], "").combine_chunks()), learners)
    return pc.or_(pa.array(some), pc.greater(pc.binary_length(pc.fill_null(table["voids"], "")), 0))


def _padded(texts: Any) -> NDArray[np.uint8]:
    """(n, width): the bytes of each text, then zeros."""
    width = max(1, pc.max(pc.binary_length(texts)).as_py() or 0)
    even = pc.ascii_rpad(texts, width, "\0")
    data = np.frombuffer(even.buffers()[2], np.uint8, len(even) * width, even.offset * width)
    return data.reshape(len(even), width)


def _span(group: Any) -> tuple[int, int]:
    statistics = group.column(0).statistics
    if group.column(0).path_in_schema != "log_offset" or statistics is None:
        raise NotReadable("changed_schema", "does not begin with its offsets")
    return int(statistics.min), int(statistics.max)
