"""Own numbers as arrays, without a text and a tuple for each of the many links."""

from typing import Any

import numpy as np

from online_models.relevance.arrays import A_COHORT
from online_models.relevance.links import own_links
from online_models.relevance.memory import LINK, MEMBER, Memory
from online_models.relevance.naming import WIDTHS
from online_models.relevance.numbers import own_but_links
from online_models.tables import Names, Table, Tables, names_of_hashes, tables_of


def own_tables(memory: Memory) -> Tables:
    """`numbers.own_numbers` as `tables.tables_of` makes arrays of them."""
    tables = tables_of(own_but_links(memory))
    links = _links(memory.arrays)
    return {**tables, WIDTHS[LINK]: links} if len(links) else tables


def _links(a: Any) -> Table:
    sources, targets, links = own_links(a, np.flatnonzero(a.row >= 0), True)
    ends = names_of_hashes(a.keys)
    kinds = np.where(a.sort == A_COHORT, f"{MEMBER}/".encode(), f"{LINK}/".encode())
    heads = np.strings.add(np.strings.add(kinds, ends), b">")
    # no head begins another one, so names stand in the order of their heads, then of their ends
    order = np.lexsort((_ranks(ends)[targets], _ranks(heads)[sources]))
    names = np.strings.add(heads[sources[order]], ends[targets[order]])
    return Table(_trimmed(names), links[order])


def _ranks(names: Names) -> Any:
    """Place of each in order."""
    ranks = np.empty(len(names), np.int64)
    ranks[np.argsort(names, kind="stable")] = np.arange(len(names))
    return ranks


def _trimmed(names: Names) -> Names:
    longest = int(np.strings.str_len(names).max(initial=1))
    return names.astype(f"S{longest}")
