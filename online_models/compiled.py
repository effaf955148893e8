"""The only door to numba: functions of numbers and arrays, compiled when they are first used.

Machine code is kept in `__pycache__` beside the source, so only the first start on a machine waits
for it. Arithmetic stays strict (no `fastmath`): same numbers, same order, same bits.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """`function`, compiled; division by zero gives infinity as in numpy, not an exception."""
    return cast("F", njit(cache=True, error_model="numpy")(function))
