"""What a partition has learned of late: so that adopting a base need not look through all."""

from collections import defaultdict
from collections.abc import Mapping

from online_models.tables import Numbers, Tables, tables_of
from stream.bases import MODELS

_NAMES = frozenset(model.name for model in MODELS)
_MOST = 200_000
"""Names of one model; where there are more, looking through all is as quick."""


class Recent:
    """Own numbers that have changed since a moment, as they are now.

    Args:
        since: offset of the last event before.
    """

    def __init__(self, since: int) -> None:
        self._since = since
        self._changes: dict[str, dict[str, tuple[int, tuple[float, ...]]]] = defaultdict(dict)

    def note(self, offset: int, models: Mapping[str, Numbers]) -> None:
        """Events up to `offset` have changed these numbers."""
        for name in models.keys() & _NAMES:
            changes = self._changes[name]
            for key, values in models[name].items():
                changes[key] = (offset, values)

    def after(self, offset: int) -> dict[str, Tables] | None:
        """Those that events after `offset` have changed, by model; None where that is not known."""
        most = max(map(len, self._changes.values()), default=0)
        if offset < self._since or most > _MOST:
            return None
        return {
            name: tables_of({key: values for key, (at, values) in changes.items() if at > offset})
            for name, changes in self._changes.items()
        }
