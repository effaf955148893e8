"""Folders for files that are large, and never half there: the only door to fsspec.

A place is a folder of this machine, or whatever fsspec reaches by a URL (`s3://bucket/folder`,
`memory://name`; some want a package of their own). A file appears under its name when all of it is
there: it is written under a name that begins with a dot and ends with `.partial`, and then renamed.
"""

import errno
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import PurePosixPath
from typing import IO, Any

import fsspec  # type: ignore[import-untyped]

from schemas.errors import ConfigurationError, Unavailable

PARTIAL = ".partial"
"""Ends the names of files that are being written, or that a crash has left behind."""


class Vanished(Unavailable):
    """A file that was being written was removed: what is in it must be looked at again."""


_FULL = {errno.ENOSPC, errno.EDQUOT}


class Place:
    """A folder and all below it; names are relative to it, with `/` between folders.

    Args:
        url: a path, or a URL that fsspec knows.

    Raises:
        ConfigurationError: where nothing is known of such a URL.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        try:
            self._files, root = fsspec.core.url_to_fs(url)
        except (ImportError, ValueError) as error:
            raise ConfigurationError(f"{url} cannot be reached: {error}") from error
        self._root = root.rstrip("/")
        self._local = "file" in _protocols(self._files)

    def __repr__(self) -> str:
        return f"Place({self.url!r})"

    def path(self, name: str) -> str:
        """Where the file lies, as the filesystem itself calls it."""
        return f"{self._root}/{name}" if name else self._root

    @property
    def filesystem(self) -> Any:
        """The object of fsspec itself, for libraries that take one."""
        return self._files

    def names(self, folder: str = "") -> list[str]:
        """All files below `folder`, in order of their names, without those that are half there."""
        try:
            found = self._files.find(self.path(folder))
        except OSError as error:
            raise self._unreachable(folder, error) from error
        start = len(self._root) + 1
        return sorted(path[start:] for path in found if not path.endswith(PARTIAL))

    def has(self, name: str) -> bool:
        """Whether there is a file, or a folder, of that name."""
        return bool(self._files.exists(self.path(name)))

    def size(self, name: str) -> int:
        """Bytes of a file."""
        return int(self._files.size(self.path(name)))

    def read(self, name: str) -> bytes:
        """The whole of a file.

        Raises:
            FileNotFoundError: where it is not there.
            Unavailable: where it cannot be read.
        """
        try:
            return bytes(self._files.cat_file(self.path(name)))
        except FileNotFoundError:
            raise
        except OSError as error:
            raise self._unreachable(name, error) from error

    def put(self, name: str, data: bytes) -> None:
        """Have the file `name` hold `data`.

        Raises:
            Unavailable: where it cannot be written; what was there before still is.
        """
        with self.writing(name) as file:
            file.write(data)

    @contextmanager
    def writing(self, name: str) -> Iterator[IO[bytes]]:
        """A file to write to; it has its name when the block ends without an error.

        Raises:
            Unavailable: where it cannot be written; what was there before still is.
        """
        partial = self._partial(name)
        try:
            self._files.makedirs(self.path(str(PurePosixPath(name).parent)), exist_ok=True)
            with self._files.open(partial, "wb") as file:
                yield file
                if self._local:
                    file.flush()
                    os.fsync(file.fileno())
            self._move(partial, self.path(name))
        except OSError as error:
            self._drop(partial)
            raise self._unreachable(name, error) from error
        except BaseException:
            self._drop(partial)
            raise

    def _move(self, partial: str, path: str) -> None:
        try:
            if self._local:
                os.replace(partial, path)  # noqa: PTH105  fsspec hands out strings
            else:
                self._files.mv(partial, path)
        except FileNotFoundError as error:
            raise Vanished(f"{path} was removed while it was written: run again") from error

    def _drop(self, partial: str) -> None:
        with suppress(OSError):
            self._files.rm_file(partial)

    def remove(self, name: str) -> None:
        """There is no file of that name any more, if there was one."""
        with suppress(FileNotFoundError):
            self._files.rm_file(self.path(name))

    def remove_folder(self, name: str) -> None:
        """There is no folder of that name any more, nor anything in it."""
        with suppress(FileNotFoundError):
            self._files.rm(self.path(name), recursive=True)

    def clear_partial(self, folder: str = "") -> list[str]:
        """Remove what writers that died have left; returns the names. No one else may write."""
        found = [path for path in self._files.find(self.path(folder)) if path.endswith(PARTIAL)]
        for path in found:
            self._drop(path)
        return sorted(path[len(self._root) + 1 :] for path in found)

    def _partial(self, name: str) -> str:
        whole = PurePosixPath(self.path(name))
        # two writers never share a file, be they threads of one process
        writer = f"{os.uname().nodename}-{os.getpid()}-{threading.get_ident()}"
        return str(whole.with_name(f".{whole.name}.{writer}{PARTIAL}"))

    def _unreachable(self, name: str, error: OSError) -> Unavailable:
        where = self.path(name)
        if error.errno in _FULL:
            return Unavailable(
                f"no space is left for {where}: make room and run the same command again; nothing "
                "is half done"
            )
        return Unavailable(f"{where}: {error.strerror or error}: make it usable, then run again")


def _protocols(filesystem: Any) -> tuple[str, ...]:
    protocol = filesystem.protocol
    return (protocol,) if isinstance(protocol, str) else tuple(protocol)
