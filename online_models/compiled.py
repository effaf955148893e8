"""The only door to numba: functions of numbers and arrays, compiled when they are first used.

Machine code is kept in `__pycache__`, so only the first start on a machine waits for it. numba
looks only at the file of a function to see whether its code is still good, not at the functions and
constants of other files: so it is kept under a digest of all sources that say "compiled", as each
file must whose functions or constants compiled code uses. Arithmetic stays strict (no `fastmath`):
same numbers, same order, same bits.
"""

from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import config, njit

F = TypeVar("F", bound=Callable[..., Any])

_HERE = Path(__file__).parent
_CORE = (_HERE, _HERE.parent / "processors")


def _digest() -> str:
    sources = sorted(path for folder in _CORE for path in folder.rglob("*.py"))
    whole = blake2b(digest_size=8)
    for text in (source.read_bytes() for source in sources):
        if b"compiled" in text:
            whole.update(text)
    return whole.hexdigest()


_KEPT = _HERE / "__pycache__" / f"compiled-{_digest()}"
vars(config)["CACHE_DIR"] = str(_KEPT)


_compiled: list[Any] = []


def compiled(function: F) -> F:
    """`function`, compiled; division by zero gives infinity as in numpy, not an exception."""
    return _compile(function, nogil=False)


def unlocked(function: F) -> F:
    """`compiled`, for what goes through very much: other threads run meanwhile."""
    return _compile(function, nogil=True)


def _compile(function: F, *, nogil: bool) -> F:
    made = njit(cache=True, error_model="numpy", nogil=nogil)(function)
    _compiled.append(made)
    return cast("F", made)


def is_compiled() -> bool:
    """Whether there is machine code of this version on this machine."""
    return _KEPT.exists()


def variants() -> int:
    """How many functions are compiled (or loaded) so far, each sort of arguments by itself."""
    return sum(len(function.signatures) for function in _compiled)
