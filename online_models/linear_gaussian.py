"""Linear models whose every weight is a Gaussian, learned from each event in one pass.

With entries x_k, weights of mean mu_k and variance v_k:

    z = sum mu_k x_k,  V = sum v_k x_k^2
    probability: p = sigmoid(z / sqrt(1 + V / 4)), r = y - p,         S = p (1 - p)
    quantity:    p = z,                            r = (y - p) / s^2, S = 1 / s^2
    with D = 1 / (1 + S V) and t = v_k x_k:  mu_k += t r D,  v_k += q - t^2 S D

That is assumed-density filtering with a diagonal covariance (Opper, "A Bayesian Approach to On-line
Learning", 1998), one step of an extended Kalman filter; the probability is MacKay's approximation
("The Evidence Framework Applied to Classification Networks", 1992, eq. 10) with 1/4 for pi/8. There
is no learning rate: the prior variance says how far a weight may go, so rare entries do no harm.
"""

from typing import Any

import numpy as np

from online_models.compiled import compiled
from online_models.linear_weights import Floats, Keys, Table, find, own_place
from online_models.sheet import Sheet

LEAST = 1e-4
"""No probability is ever nearer to 0 or 1."""

SPREAD = 0.25
"""What V counts in a probability."""


@compiled
def probability(score: float, spread: float) -> float:
    """`sigmoid(score / sqrt(1 + spread))` within [`LEAST`, 1 - `LEAST`]."""
    plain = 1.0 / (1.0 + np.exp(-score / np.sqrt(1.0 + spread)))
    return float(min(max(plain, LEAST), 1.0 - LEAST))


@compiled
def look_up(row: Any, own: Table, base: Table, prior: Floats) -> None:
    """Fill in mean and variance of every entry that is not the learner's own."""
    for n in range(row.own, row.size):
        place = find(own, row.key[n])
        if place >= 0:
            row.mean[n], row.var[n] = own[place].mean, own[place].var
            continue
        place = find(base, row.key[n])
        if place >= 0:
            row.mean[n], row.var[n] = base[place].mean, base[place].var
        else:
            row.mean[n], row.var[n] = 0.0, prior[row.group[n]]


@compiled
def add_up(row: Any, first: int, dense: Floats, parts: Floats) -> float:
    """Sums of mean times value into `parts`, one a group; returns V.

    Args:
        row: of a `Sheet`, looked up.
        first: entry to begin with: 0, or the first that is not the learner's own.
        dense: mean, variance and how often it was learned, a column each quantity.
        parts: to be filled.
    """
    parts[:] = 0.0
    spread = 0.0
    for n in range(len(row.dense)):
        value = row.dense[n]
        parts[0] += dense[0, n] * value
        spread += dense[1, n] * value * value
    for n in range(first, row.size):
        value = row.x[n]
        parts[row.group[n]] += row.mean[n] * value
        spread += row.var[n] * value * value
    return spread


@compiled
def learn(
    row: Any, first: int, dense: Floats, drift: Floats, error: float, slope: float, frozen: bool
) -> None:
    """One step of every weight of a row that was looked up; entries learn in the row.

    Args:
        row: of a `Sheet`.
        first: as in `add_up`.
        dense: the same.
        drift: what a variance grows by at each use, by group.
        error: r D of the formulas above.
        slope: S D of the same.
        frozen: the dense weights stay as they are.
    """
    for n in range(len(row.dense)):
        if row.dense[n] != 0.0 and not frozen:
            step = dense[1, n] * row.dense[n]
            dense[0, n] += step * error
            dense[1, n] += drift[0] - step * step * slope
            dense[2, n] += 1.0
    for n in range(first, row.size):
        step = row.var[n] * row.x[n]
        row.mean[n] += step * error
        row.var[n] += drift[row.group[n]] - step * step * slope


@compiled
def keep(row: Any, own: Table, changes: Keys, notes: Any) -> None:
    """Write what the row has learned of shared weights into the table (see `Weights`).

    What a group without a prior variance cannot learn is not kept.
    """
    for n in range(row.own, row.size):
        if row.x[n] != 0.0 and row.var[n] > 0.0:
            weight = (row.key[n], row.mean[n], row.var[n])
            place = own_place(own, changes, notes, weight)
            own[place].mean, own[place].var = row.mean[n], row.var[n]


@compiled
def scores(sheet: Sheet, own: Table, base: Table, prior: Floats, dense: Floats) -> Floats:
    """Z and V of each row, shape (2, rows)."""
    parts = np.zeros(len(prior))
    out = np.zeros((2, len(sheet)))
    for n in range(len(sheet)):
        look_up(sheet[n], own, base, prior)
        out[1, n] = add_up(sheet[n], sheet[n].own, dense, parts)
        out[0, n] = parts.sum()
    return out


@compiled
def probabilities(sheet: Sheet, own: Table, base: Table, prior: Floats, dense: Floats) -> Floats:
    """P of each row, shape (rows,)."""
    both = scores(sheet, own, base, prior, dense)
    out = np.zeros(len(sheet))
    for n in range(len(sheet)):
        out[n] = probability(both[0, n], SPREAD * both[1, n])
    return out


@compiled
def learn_probability(
    row: Any,
    y: float,
    frozen: bool,
    own: Table,
    base: Table,
    prior: Floats,
    dense: Floats,
    changes: Keys,
    notes: Any,
    drift: Floats,
) -> float:
    """One step towards y in [0, 1]; returns p as it was before."""
    parts = np.zeros(len(prior))
    look_up(row, own, base, prior)
    spread = add_up(row, row.own, dense, parts)
    p = probability(parts.sum(), SPREAD * spread)
    slope = p * (1.0 - p)
    damping = 1.0 / (1.0 + slope * spread)
    learn(row, row.own, dense, drift, (y - p) * damping, slope * damping, frozen)
    if not frozen:
        keep(row, own, changes, notes)
    return p


@compiled
def learn_quantity(
    row: Any,
    y: float,
    frozen: bool,
    own: Table,
    base: Table,
    prior: Floats,
    dense: Floats,
    changes: Keys,
    notes: Any,
    drift: Floats,
    noise: float,
) -> float:
    """One step towards y with noise of variance `noise`; returns z as it was before.

    The error is limited to 3 standard deviations of what was predicted (Huber, 1964).
    """
    parts = np.zeros(len(prior))
    look_up(row, own, base, prior)
    spread = add_up(row, row.own, dense, parts)
    z = float(parts.sum())
    farthest = 3.0 * np.sqrt(noise + spread)
    error = min(max(y - z, -farthest), farthest)
    damping = 1.0 / (1.0 + spread / noise)
    learn(row, row.own, dense, drift, error / noise * damping, damping / noise, frozen)
    if not frozen:
        keep(row, own, changes, notes)
    return z
