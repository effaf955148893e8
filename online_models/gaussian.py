"""Linear models whose every weight is a Gaussian, learned from each event in one pass.

With inputs x_k, weights of mean mu_k and covariance C (diagonal but for a block of dense inputs):

    z = mu . x,  V = x . C x,  p = sigmoid(z / sqrt(1 + c V))
    r = y - p,  S = p (1 - p),  D = 1 / (1 + S V)
    mu += C x r D,  C -= (C x) (C x)' S D,  and C grows by a drift on its diagonal

That is assumed-density filtering (Opper, "A Bayesian Approach to On-line Learning", 1998), one step
of an extended Kalman filter; p is MacKay's approximation ("The Evidence Framework Applied to
Classification Networks", 1992, eq. 10). There is no learning rate: the prior variance says how far
a weight may go, so hundreds of thousands of rare weights do no harm.
"""

from typing import Any

import numpy as np

from online_models.compiled import compiled
from online_models.weights import Floats

LEAST = 1e-4
"""No probability is ever nearer to 0 or 1."""


@compiled
def probability(score: float, spread: float) -> float:
    """`sigmoid(score / sqrt(1 + spread))` within [`LEAST`, 1 - `LEAST`]."""
    plain = 1.0 / (1.0 + np.exp(-score / np.sqrt(1.0 + spread)))
    return float(min(max(plain, LEAST), 1.0 - LEAST))


@compiled
def block_score(x: Floats, mean: Floats, covariance: Floats, reach: Floats) -> Any:
    """Z and V of a block; `reach` becomes C x."""
    score = spread = 0.0
    reach[:] = 0.0
    for n in range(len(x)):
        if x[n] != 0.0:
            score += mean[n] * x[n]
            for m in range(len(x)):
                reach[m] += covariance[n, m] * x[n]
    for n in range(len(x)):
        spread += reach[n] * x[n]
    return score, max(spread, 0.0)


@compiled
def block_learn(
    mean: Floats, covariance: Floats, reach: Floats, error: float, slope: float, drift: float
) -> None:
    """One step of a block.

    Args:
        mean: mu.
        covariance: C.
        reach: C x.
        error: r D.
        slope: S D.
        drift: what each variance grows by.
    """
    for n in range(len(mean)):
        if reach[n] != 0.0:
            mean[n] += reach[n] * error
            for m in range(len(mean)):
                covariance[n, m] -= slope * (reach[n] * reach[m])
            covariance[n, n] += drift


@compiled
def learned(
    mean: float, variance: float, x: float, error: float, slope: float, drift: float
) -> tuple[float, float]:
    """Mean and variance of a single weight of input `x` after one step; see `block_learn`."""
    step = variance * x
    return mean + step * error, variance + (drift - step * step * slope)
