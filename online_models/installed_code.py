"""Machine code that came with an installation, read where it lies: numba's second door.

numba uses a folder only where it can write into it, also to read. An image has its machine code in
a file system that nobody may write to; there NUMBA_CACHE_LOCATOR_CLASSES names the class below.
"""

from pathlib import Path
from typing import Any

from numba.core.caching import UserProvidedCacheLocator


class InstalledCode(UserProvidedCacheLocator):
    """Finds the folder of a function's machine code; none where there is no such folder."""

    @classmethod
    def from_function(cls, py_func: Any, py_file: str) -> "InstalledCode | None":
        """As numba asks for it."""
        found = cls(py_func, py_file)
        return found if Path(found._cache_path).is_dir() else None
