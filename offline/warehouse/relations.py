"""The archive's live files as relations of DuckDB: what the views read."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from offline.archive.listing import Listing, Live
from offline.archive.schemas import EVENT, ITEM, QUEUE, REJECT, Column, ColumnType, Schema

RELATIONS = {"archive_events": EVENT, "archive_queues": QUEUE, "archive_rejects": REJECT}
"""Relation -> what its topic's files hold."""

_TYPES = {
    "integer": "BIGINT",
    "real": "DOUBLE",
    "flag": "BOOLEAN",
    "text": "VARCHAR",
    "bytes": "BLOB",
    "texts": "VARCHAR[]",
    "time": "TIMESTAMP",
}
_PATH = {"log_partition": ("partition", "INTEGER"), "log_day": ("day", "DATE")}


def relation_sql(schema: Schema, listing: Listing, address: Callable[[str], str]) -> str:
    """A query of all messages of a topic that count, each once.

    Args:
        schema: what its files hold.
        listing: which files count.
        address: from a file's name to where DuckDB finds it.
    """
    parts = [
        _select(schema, version, [address(live.name.text) for live in lives], after)
        for version, after, lives in _alike(listing)
    ]
    return "\nUNION ALL\n".join(parts) if parts else _nothing(schema)


def items_sql() -> str:
    """A query of the queues' items, one a row."""
    items = ", ".join(f"item.{column.name} AS {column.name}" for column in ITEM)
    kept = ", ".join(
        column.name
        for column in QUEUE.typed
        if column.name not in {one.name for one in ITEM} | {"items"}
    )
    return (
        f"SELECT log_partition, log_offset, log_day, logged_at, {kept}, {items} FROM "  # noqa: S608  names of ours
        "(SELECT *, UNNEST(items) AS item FROM archive_queues)"
    )


def _alike(listing: Listing) -> Iterator[tuple[int, int | None, Sequence[Live]]]:
    """Files that one query can read: of the same version, and whole."""
    whole = [live for live in listing.each() if live.after < live.name.first]
    whole.sort(key=lambda live: (live.footer.version, live.name.day))
    for version, lives in groupby(whole, key=lambda live: live.footer.version):
        yield version, None, list(lives)
    for live in listing.each():
        if live.after >= live.name.first:
            yield live.footer.version, live.after, [live]


def _select(schema: Schema, version: int, addresses: list[str], after: int | None) -> str:
    there = {column.name for column in schema.at_version(version)}
    columns = [f"{source} AS {name}" for name, (source, _) in _PATH.items()]
    columns += [
        column.name if column.name in there else f"{_null(column)} AS {column.name}"
        for column in schema.columns
    ]
    files = ", ".join(quoted(address) for address in addresses)
    types = ", ".join(f"{quoted(source)}: {kind}" for source, kind in _PATH.values())
    found = (
        f"SELECT {', '.join(columns)} FROM read_parquet([{files}], "  # noqa: S608  files are quoted
        "hive_partitioning = true, "
        f"hive_types = {{{types}}})"
    )
    return found if after is None else f"{found} WHERE log_offset > {after}"


def _nothing(schema: Schema) -> str:
    columns = [f"CAST(NULL AS {kind}) AS {name}" for name, (_, kind) in _PATH.items()]
    columns += [f"{_null(column)} AS {column.name}" for column in schema.columns]
    return f"SELECT {', '.join(columns)} WHERE false"


def _null(column: Column) -> str:
    return f"CAST(NULL AS {_duck_type(column.type)})"


def _duck_type(column: ColumnType) -> str:
    if isinstance(column, str):
        return _TYPES[column]
    fields = ", ".join(f"{one.name} {_duck_type(one.type)}" for one in column)
    return f"STRUCT({fields})[]"


def quoted(text: str) -> str:
    """`text` as SQL has it."""
    return "'" + text.replace("'", "''") + "'"
