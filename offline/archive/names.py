"""Names of the archive's files: the only bookkeeping there is."""

import re
from typing import NamedTuple

DIGITS = 20
_FORM = re.compile(
    r"(?P<topic>[^/]+)/day=(?P<day>\d{4}-\d\d-\d\d)/partition=(?P<partition>\d+)/"
    r"(?P<first>\d{20})-(?P<last>\d{20})\.parquet"
)


class FileName(NamedTuple):
    """What a file says by its name: that it holds all of the log from `first` to `last`."""

    topic: str
    day: str
    partition: int
    first: int
    last: int

    @property
    def text(self) -> str:
        """The name, relative to the archive's place."""
        return (
            f"{self.topic}/day={self.day}/partition={self.partition}/"
            f"{self.first:0{DIGITS}d}-{self.last:0{DIGITS}d}.parquet"
        )


def parsed(text: str) -> FileName | None:
    """What `text` says; None where it is no name of the archive."""
    found = _FORM.fullmatch(text)
    if found is None:
        return None
    partition, first, last = (int(found[name]) for name in ("partition", "first", "last"))
    name = FileName(found["topic"], found["day"], partition, first, last)
    return name if name.text == text and first <= last else None
