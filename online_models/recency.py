"""Who was used last: what a bounded table may forget."""

from collections import OrderedDict
from collections.abc import Iterable


class Recency:
    """Keys in the order of their last use (an LRU), with a count of uses as its clock."""

    def __init__(self) -> None:
        self._order: OrderedDict[int, None] = OrderedDict()
        self._ticks = 0

    def __len__(self) -> int:
        return len(self._order)

    def use(self, key: int) -> int:
        """`key` is now the newest; its tick, one more than the last."""
        self._order[key] = None
        self._order.move_to_end(key)
        self._ticks += 1
        return self._ticks

    def forget_oldest(self) -> int:
        """The key that was used longest ago, taken out."""
        return self._order.popitem(last=False)[0]

    def adopt(self, used: Iterable[tuple[float, int]]) -> None:
        """Start from pairs (tick, key)."""
        ordered = sorted(used)
        self._order = OrderedDict.fromkeys(key for _, key in ordered)
        self._ticks = int(ordered[-1][0]) if ordered else 0
