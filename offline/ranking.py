"""How well lists are ranked in which one item is the right one, the first.

Of a list only the rank of the right item counts; an item with the same score counts as half an item
before it, so that a constant ranks in the middle and never profits from ties.
"""

from dataclasses import dataclass

import numpy as np

from offline.answers import Numbers

NEAR, FAR = 5, 10


@dataclass(frozen=True, slots=True)
class Ranking:
    """Means over lists; each lies in [0, 1]."""

    hr_at_1: float
    """Share of lists with the right item on rank 1 (hit rate)."""
    hr_at_5: float
    hr_at_10: float
    ndcg_at_10: float
    """Of `1 / log2(rank + 1)` for ranks up to 10, else 0."""
    mrr: float
    """Of `1 / rank`."""

    def to_json(self) -> dict[str, float]:
        """By the usual names."""
        return {
            "hr@1": self.hr_at_1,
            "hr@5": self.hr_at_5,
            "hr@10": self.hr_at_10,
            "ndcg@10": self.ndcg_at_10,
            "mrr": self.mrr,
        }


def ranking(scores: Numbers) -> Ranking:
    """Measures of `scores` (lists, items), the right item in column 0."""
    right, others = scores[:, :1], scores[:, 1:]
    rank = 1.0 + (others > right).sum(axis=1) + 0.5 * (others == right).sum(axis=1)
    return Ranking(
        float((rank <= 1).mean()),
        float((rank <= NEAR).mean()),
        float((rank <= FAR).mean()),
        float(np.where(rank <= FAR, 1.0 / np.log2(rank + 1.0), 0.0).mean()),
        float((1.0 / rank).mean()),
    )
