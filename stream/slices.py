"""Groups of learners as labels of metrics: few, whatever roles or cohorts there are."""

from collections.abc import Iterable, Mapping

OTHER, NONE = "other", "none"
"""Groups without a label of their own; learners without a group."""


class Slices:
    """Which groups have a label.

    Args:
        names: groups that have one.
        most: how many may have one in all.
    """

    def __init__(self, names: Iterable[str], most: int) -> None:
        self._most = most
        self._names = dict.fromkeys(list(names)[:most])

    def admit(self, sizes: Mapping[str, int]) -> None:
        """Give labels to the largest groups, as far as there are any left; none is taken back.

        Args:
            sizes: learners by group.
        """
        room = self._most - len(self._names)
        if room > 0:
            new = [name for name in sizes if name and name not in self._names]
            largest = sorted(new, key=lambda name: (-sizes[name], name))[:room]
            self._names.update(dict.fromkeys(largest))

    def label(self, group: str) -> str:
        """The label of a group."""
        if not group:
            return NONE
        return group if group in self._names else OTHER
