"""What a pass must not lose: one file that holds all of it as of one moment (SQLite).

Nothing is there until `commit`; a process that dies in between finds what the last one left. Values
are bytes, which nobody here looks into.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from schemas.errors import Corrupt, Unavailable

_TABLES = """
create table if not exists facts (name text primary key, value blob) without rowid;
create table if not exists states (learner text primary key, value blob);
create table if not exists receipts (
    partition integer, generation integer, part integer, value blob,
    primary key (partition, generation, part)
);
"""
_CACHE_KIB = 65_536


class WorkingFile:
    """Facts by name, states by learner, receipts by partition and generation.

    One thread at a time may use it, not always the same.

    Args:
        path: where it is; None keeps it in memory, which nothing survives.

    Raises:
        Unavailable: where it cannot be opened.
        Corrupt: where it is another sort of file.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        try:
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(
                path or ":memory:", isolation_level=None, check_same_thread=False
            )
            self._db.execute("pragma journal_mode = wal")
            self._db.execute("pragma synchronous = normal")
            self._db.execute(f"pragma cache_size = -{_CACHE_KIB}")
            self._db.executescript(_TABLES)
            self._db.execute("begin")
        except (sqlite3.OperationalError, OSError) as error:
            raise Unavailable(f"{path}: {error}: make it usable, then run again") from error
        except sqlite3.DatabaseError as error:
            raise Corrupt(f"{path} is no working file ({error}): move it away") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Leave it as the last `commit` left it."""
        self._db.close()

    def commit(self) -> None:
        """All that was written since the last call is there from now on, or none of it.

        Raises:
            Unavailable: where there is no room for it.
        """
        try:
            self._db.execute("commit")
            self._db.execute("begin")
        except sqlite3.OperationalError as error:
            raise Unavailable(
                f"{self.path}: {error}: make room and run the same command again; it goes on from "
                "what was kept last"
            ) from error

    def clear(self) -> None:
        """Nothing is in it any more."""
        for table in ("facts", "states", "receipts"):
            self._db.execute(f"delete from {table}")  # noqa: S608  names of this file
        self.commit()

    def fact(self, name: str) -> bytes | None:
        """What was put under `name`; None where nothing was."""
        row = self._db.execute("select value from facts where name = ?", (name,)).fetchone()
        return None if row is None else bytes(row[0])

    def put_fact(self, name: str, value: bytes) -> None:
        """Have `name` stand for `value`."""
        self._db.execute("insert or replace into facts values (?, ?)", (name, value))

    def facts(self, prefix: str) -> dict[str, bytes]:
        """All facts whose names begin so, without that beginning."""
        rows = self._db.execute(
            "select name, value from facts where name >= ? and name < ? order by name",
            (prefix, prefix + "\U0010ffff"),
        )
        return {name.removeprefix(prefix): bytes(value) for name, value in rows}

    def drop_facts(self, prefix: str) -> None:
        """Have none whose name begins so."""
        self._db.execute(
            "delete from facts where name >= ? and name < ?", (prefix, prefix + "\U0010ffff")
        )

    def state(self, learner: str) -> bytes | None:
        """The state of a learner; None where there is none."""
        row = self._db.execute("select value from states where learner = ?", (learner,)).fetchone()
        return None if row is None else bytes(row[0])

    def put_states(self, states: Iterable[tuple[str, bytes]]) -> None:
        """Have learners be in these states."""
        self._db.executemany("insert or replace into states values (?, ?)", states)

    def states(self) -> Iterator[tuple[str, bytes]]:
        """(learner, state) of all, by learner in order."""
        for learner, value in self._db.execute("select * from states order by learner"):
            yield learner, bytes(value)

    def forget_states(self) -> None:
        """Have no learner in any state."""
        self._db.execute("delete from states")

    def add_receipts(self, partition: int, generation: int, part: int, value: bytes) -> None:
        """Keep a part of the receipts of a generation; parts are numbered, each once."""
        row = (partition, generation, part, value)
        self._db.execute("insert or replace into receipts values (?, ?, ?, ?)", row)

    def receipts(self) -> Iterator[tuple[int, int, bytes]]:
        """(partition, generation, part) of all that are kept, parts in order."""
        yield from self._db.execute(
            "select partition, generation, value from receipts order by 1, 2, part"
        )

    def drop_receipts(self, partition: int, before: int) -> None:
        """Forget the generations of a partition that are before `before`."""
        self._db.execute(
            "delete from receipts where partition = ? and generation < ?", (partition, before)
        )

    def forget_receipts(self) -> None:
        """Forget all receipts."""
        self._db.execute("delete from receipts")
