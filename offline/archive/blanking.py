"""Rows of erased learners in Arrow's tables: offset and time stay, nothing else does.

So each offset is still there once. A voiding stays a voiding, of nobody: it withdraws a statement
that may be another's, which would come back without it.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from offline.archive.arrow import bare_table, merged, positions, rows_of, some, table_of
from offline.archive.erased import Words
from offline.archive.rows import Row
from offline.archive.schemas import EVENT, LOG, REJECT, Schema
from schemas.codec import decode_json, encode_json

BLANK = "erased"
"""The problem of a row that nothing is left of."""
NOBODY = "0" * 32
"""Learner key of a voiding whose actor is erased."""
NEEDED = ("log_offset", "logged_at", "log_key")
"""Columns that tell whether a row is of somebody."""


def concerned(table: Any, schema: Schema, partition: int, words: Words) -> NDArray[np.bool_]:
    """Which rows of `table` (its columns `NEEDED`) are not to be there as they are."""
    if schema is REJECT:
        unwanted = words.letters.get(partition, frozenset())
        offsets = table["log_offset"].to_numpy()
        return np.isin(offsets, np.array(sorted(unwanted), np.int64))
    if not words.learners:
        return np.zeros(table.num_rows, bool)
    places = positions(table["log_key"], [key.encode() for key in words.learners])
    ends = [np.inf if end is None else end for end in words.learners.values()]
    up_to = np.array([*ends, -np.inf])[places]  # -1, nobody's, is the last
    return np.asarray(table["logged_at"].to_numpy() <= up_to)


def blanked(table: Any, schema: Schema, rows: NDArray[np.bool_]) -> Any:
    """`table`, with all columns, without what `rows` of it say."""
    if not rows.any():
        return table
    voidings, blanks = [], []
    for row in rows_of(some(table, rows).select([column.name for column in LOG])):
        anonymous = _voiding_of_nobody(row) if schema is EVENT else None
        if anonymous is None:
            blanks.append(Row(row.offset, row.logged_at, None, None))
        else:
            voidings.append(anonymous)
    others = table_of(schema, voidings), bare_table(schema, blanks, BLANK)
    return merged(some(table, ~rows), others)


def _voiding_of_nobody(row: Row) -> Row | None:
    try:
        event = decode_json(row.value or b"")
        voids = event.get("voids")
    except (ValueError, AttributeError):
        return None
    if not voids:
        return None
    value = encode_json(event | {"learner": NOBODY, "role": "", "cohort": ""})
    return row._replace(key=NOBODY.encode(), value=value, headers=())
