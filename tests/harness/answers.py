"""Files of answers for tests, by seed."""

import random
from collections.abc import Iterable, Sequence
from pathlib import Path

from offline.answers import COLUMNS


def made_up(count: int, learners: int = 20, items: int = 30, seed: int = 1) -> list[Sequence[str]]:
    """Answers of learners of differing ability to items of differing difficulty, in seconds."""
    rng = random.Random(seed)
    able = [rng.gauss(0.0, 1.5) for _ in range(learners)]
    easy = [rng.gauss(0.5, 1.5) for _ in range(items)]
    clock = 1_600_000_000.0
    rows = []
    for _ in range(count):
        user, item = rng.randrange(learners), rng.randrange(items)
        clock += rng.choice((0.25, 3.5, 40.0, 7_000.125))
        correct = able[user] + easy[item] + rng.gauss(0.0, 1.0) > 0.0
        skills = f"s{item % 5};s{item % 3 + 5}" if item % 4 else ""
        rows.append((f"u {user}", f"i/{item}", skills, str(int(correct)), f"{clock:.3f}"))
    return rows


def write(path: Path, rows: Iterable[Sequence[str]]) -> Path:
    """A file of `rows`."""
    path.write_text("\n".join(map(",".join, [COLUMNS, *rows])) + "\n")
    return path
