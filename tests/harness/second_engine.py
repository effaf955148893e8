"""The warehouse's views on DataFusion: the archive told in its words, the views' text unchanged."""

from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
from datafusion import SessionContext

from offline.archive.arrow import arrow_schema
from offline.archive.listing import Archive
from offline.archive.schemas import ITEM, QUEUE
from offline.warehouse.relations import RELATIONS
from offline.warehouse.views import views

_PATH = pa.schema([("day", pa.date32()), ("partition", pa.int32())])


def second_engine(archive: Archive) -> SessionContext:
    """DataFusion with all views over `archive`, whose files must all count whole."""
    context = SessionContext()
    for relation, schema in RELATIONS.items():
        columns = pa.schema([*arrow_schema(schema), *_PATH])
        files = [
            archive.place.path(live.name.text) for live in archive.listing(schema.topic).each()
        ]
        if files:
            parted = ds.partitioning(_PATH, flavor="hive")
            found = ds.dataset(files, schema=columns, format="parquet", partitioning=parted)
            context.register_dataset(f"files_{relation}", found)
        else:
            empty = columns.empty_table().to_batches() or [
                pa.record_batch([pa.array([], one.type) for one in columns], schema=columns)
            ]
            context.register_record_batches(f"files_{relation}", [empty])
        kept = ", ".join(f'"{field.name}"' for field in arrow_schema(schema))
        context.sql(
            f'CREATE VIEW {relation} AS SELECT "partition" AS log_partition, "day" AS log_day, '  # noqa: S608  names of ours
            f"{kept} FROM files_{relation}"
        )
    context.sql(f"CREATE VIEW archive_queue_items AS {_items()}")
    for view in views():
        context.sql(f"CREATE VIEW {view.name} AS {view.sql}")
    return context


def _items() -> str:
    names = {one.name for one in ITEM}
    kept = ", ".join(one.name for one in QUEUE.typed if one.name not in names | {"items"})
    items = ", ".join(f"item['{name.name}'] AS {name.name}" for name in ITEM)
    return (
        f"SELECT log_partition, log_offset, log_day, logged_at, {kept}, {items} FROM "  # noqa: S608  names of ours
        "(SELECT *, unnest(items) AS item FROM archive_queues)"
    )


def rows_of(context: SessionContext, query: str) -> list[tuple[Any, ...]]:
    """What a query finds."""
    table = context.sql(query).to_arrow_table()
    return list(zip(*(column.to_pylist() for column in table.columns), strict=True))
