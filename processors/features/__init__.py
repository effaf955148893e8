"""Features: what models read, people are shown and the offline job sees; one definition each.

One file a feature: its function says the formula and where it comes from, and three names beside
it say what a table of features needs: `NAME`, `UNIT`, and `KIND`, which is what the order of
arrival does to it:

- linear: a sum over events; any order gives the same value, voiding takes a part back;
- extreme: a latest or largest; any order gives the same value, voiding falls back on the history;
- history: read from the newest 16 events in event time; what has left these is not brought back.

`docs/features.md` has the table, the bounds and the tolerances. `records` is what is kept.
"""

from processors.features.description import describe

__all__ = ["describe"]
