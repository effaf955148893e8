"""Numbers of the models in a learner's state: 16-bit codes that compiled code reads and writes.

Weights need no more: a mean is known to 1/8192, its variance to 1/65536; a count to 1 in 10,000.
"""

from typing import Any

import numpy as np

from online_models.compiled import compiled

_MEAN = 8192.0
_VAR = 65_536.0
_COUNT = 5900.0
_MOST = 65_535


@compiled
def mean_code(mean: float) -> Any:
    """Code of a mean, kept within -4 and 4."""
    return np.int16(min(max(np.round(mean * _MEAN), -32_767.0), 32_767.0))


@compiled
def mean_of(code: Any) -> float:
    """Inverse of `mean_code`."""
    return float(code) / _MEAN


@compiled
def var_code(var: float) -> Any:
    """Code of a variance below 1; never 0, which says that there is none yet."""
    return np.uint16(min(max(np.round(var * _VAR), 1.0), _MOST))


@compiled
def var_of(code: Any, prior: float) -> float:
    """Inverse of `var_code`; `prior` where there is none yet."""
    return prior if code == 0 else float(code) / _VAR


@compiled
def count_code(count: float) -> Any:
    """Code of a count from 0 to 66,000."""
    return np.uint16(min(np.round(np.log1p(count) * _COUNT), _MOST))


@compiled
def count_of(code: Any) -> float:
    """Inverse of `count_code`."""
    return float(np.expm1(float(code) / _COUNT))


@compiled
def tries_with(code: Any, success: bool) -> Any:
    """Code of the last tries, one more: how many, up to 5, and their outcomes, newest lowest."""
    count = min((code >> 5) + 1, 5)
    return np.uint8(count << 5 | ((code << 1) | success) & 31)


@compiled
def newest_tries(code: Any, most: int) -> Any:
    """How many of the last tries there are, up to `most`, and their outcomes, as one number."""
    return min(code >> 5, most) << 5 | code & ((1 << most) - 1)
