"""Rows as Arrow's tables, and back: one of two doors to pyarrow."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
from numpy.typing import NDArray

from offline.archive.columns import UNREADABLE, Values, values_of
from offline.archive.rows import Row
from offline.archive.schemas import LOG, Column, ColumnType, Schema

NAME, VERSION, TOPIC = b"stepstream.schema", b"stepstream.version", b"stepstream.topic"
"""What a file says of itself."""
_SIMPLE = {
    "integer": pa.int64(),
    "real": pa.float64(),
    "flag": pa.bool_(),
    "text": pa.string(),
    "bytes": pa.binary(),
    "texts": pa.list_(pa.string()),
    "time": pa.timestamp("us"),
}


def arrow_type(column: ColumnType) -> Any:
    """Arrow's type of a column."""
    if isinstance(column, str):
        return _SIMPLE[column]
    return pa.list_(pa.struct([(one.name, arrow_type(one.type)) for one in column]))


@cache
def arrow_schema(schema: Schema, topic: str = "") -> Any:
    """Arrow's schema with what the file says of itself; `topic` with the installation's prefix."""
    facts = {
        NAME: schema.name.encode(),
        VERSION: str(schema.version).encode(),
        TOPIC: (topic or schema.topic).encode(),
    }
    return pa.schema([_field(column) for column in schema.columns], facts)


def _field(column: Column) -> Any:
    return pa.field(column.name, arrow_type(column.type))


def table_of(schema: Schema, rows: Sequence[Row]) -> Any:
    """Arrow's table of `rows`.

    Nothing is refused: what cannot be read as its topic's record has only the log's columns.
    """
    typed, problems = _typed(schema, rows)
    try:
        arrays = _typed_arrays(schema, typed)
    except UNREADABLE:
        _put_aside_unfit(schema, typed, problems)
        arrays = _typed_arrays(schema, typed)
    return pa.table([*_log_arrays(rows, problems), *arrays], schema=arrow_schema(schema))


def _typed(schema: Schema, rows: Sequence[Row]) -> tuple[list[Values], list[str | None]]:
    nothing: Values = (None,) * len(schema.typed)
    typed: list[Values] = []
    problems: list[str | None] = []
    for row in rows:
        problem = None
        try:
            values = values_of(schema, row)
        except UNREADABLE as error:
            values, problem = None, f"not a {schema.name}: {type(error).__name__}"
        typed.append(nothing if values is None else values)
        problems.append(problem)
    return typed, problems


def _typed_arrays(schema: Schema, typed: Sequence[Values]) -> list[Any]:
    columns = zip(*typed, strict=True) if typed else [()] * len(schema.typed)
    return [
        pa.array(values, arrow_type(column.type))
        for column, values in zip(schema.typed, columns, strict=True)
    ]


def _put_aside_unfit(schema: Schema, typed: list[Values], problems: list[str | None]) -> None:
    for place, values in enumerate(typed):
        try:
            _typed_arrays(schema, [values])
        except UNREADABLE as error:
            typed[place] = (None,) * len(schema.typed)
            problems[place] = f"not a {schema.name}: {type(error).__name__}"


def _log_arrays(rows: Sequence[Row], problems: Sequence[str | None]) -> list[Any]:
    headers = [[{"name": n, "value": v} for n, v in row.headers] for row in rows]
    columns = (
        [row.offset for row in rows],
        [row.logged_at for row in rows],
        [row.key for row in rows],
        [row.value for row in rows],
        headers,
        problems,
    )
    return [
        pa.array(values, arrow_type(column.type))
        for column, values in zip(LOG, columns, strict=True)
    ]


def completed(table: Any, schema: Any) -> Any:
    """`table` in Arrow's `schema`; columns that an older file lacks are null."""
    columns = [
        table[field.name]
        if field.name in table.column_names
        else pa.nulls(table.num_rows, field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)


def rows_of(table: Any) -> Iterable[Row]:
    """The messages of one of Arrow's tables."""
    columns = (table[column.name].to_pylist() for column in LOG[:-1])
    for offset, logged_at, key, value, headers in zip(*columns, strict=True):
        pairs = tuple((one["name"], one["value"]) for one in headers)
        yield Row(offset, logged_at, key, value, pairs)


def positions(column: Any, wanted: Sequence[bytes]) -> NDArray[np.int64]:
    """(rows,): where in `wanted` each value of a column stands; -1 where it does not."""
    found = pc.fill_null(pc.index_in(column, pa.array(wanted, pa.binary())), -1)
    return np.asarray(found.to_numpy(), np.int64)


def some(table: Any, rows: NDArray[np.bool_]) -> Any:
    """Those rows of a table."""
    return table.filter(pa.array(rows))


def merged(table: Any, others: Iterable[Any]) -> Any:
    """The rows of `table` and of `others`, in the order of their offsets, as `table` has them."""
    parts = [table, *(other.select(table.column_names) for other in others)]
    made = pa.concat_tables([part.replace_schema_metadata(None) for part in parts])
    return made.sort_by("log_offset").replace_schema_metadata(table.schema.metadata)


def bare_table(schema: Schema, rows: Sequence[Row], problem: str) -> Any:
    """Arrow's table of rows of which nothing is told but what the log says, and a problem."""
    made = arrow_schema(schema)
    columns = _log_arrays(rows, [problem] * len(rows))
    columns += [pa.nulls(len(rows), field.type) for field in list(made)[len(columns) :]]
    return pa.table(columns, schema=made)
