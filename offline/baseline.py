"""What to beat: the mean outcome of the item so far, the same for every learner.

Shrunk towards the mean of all, `(sum + k m) / (n + k)` with k = 4 answers (Efron, Morris, "Stein's
Paradox in Statistics", 1977).
"""

import numpy as np

from offline.answers import Answers, Flags, Numbers, Places

PRIOR_ANSWERS = 4.0


def prior_counts(group: Places) -> Places:
    """Of each row: how many rows of its group are before it."""
    return _sums_before(group, np.ones(len(group))).astype(np.int64)


def item_means(answers: Answers) -> Numbers:
    """Of each row: what the rows before it say of its item."""
    n = _sums_before(answers.item, np.ones(len(answers)))
    hits = _sums_before(answers.item, answers.correct)
    seen = np.arange(len(answers), dtype=np.float64)
    overall = (np.cumsum(answers.correct) - answers.correct + 1.0) / (seen + 2.0)
    return (hits + PRIOR_ANSWERS * overall) / (n + PRIOR_ANSWERS)


def item_means_of_others(answers: Answers, held_out: Flags) -> Numbers:
    """Of each held-out row: what all the other rows say of its item."""
    others = ~held_out
    item, correct = answers.item[others], answers.correct[others]
    n = np.bincount(item, minlength=len(answers.items))
    hits = np.bincount(item, correct, len(answers.items))
    overall = (correct.sum() + 1.0) / (len(correct) + 2.0)
    means: Numbers = (hits + PRIOR_ANSWERS * overall) / (n + PRIOR_ANSWERS)
    return means[answers.item[held_out]]


def _sums_before(group: Places, values: Numbers) -> Numbers:
    """Of each row: the sum of `values` over the rows of its group before it."""
    by_group = np.argsort(group, kind="stable")
    ordered = values[by_group]
    before = np.cumsum(ordered) - ordered
    sorted_group = group[by_group]
    starts = np.flatnonzero(np.concatenate(([True], sorted_group[1:] != sorted_group[:-1])))
    sizes = np.diff(np.append(starts, len(group)))
    sums = np.empty(len(group))
    sums[by_group] = before - np.repeat(before[starts], sizes)
    return sums
