"""A memory of named numbers that knows which of them changed."""

from collections.abc import Mapping

from online_models.tables import EMPTY, ModelBase, Numbers


class NamedNumbers:
    """Name -> tuple of floats: own ones over those of a shared base.

    Changes of own numbers are collected until `touched` hands them out.
    """

    def __init__(self) -> None:
        self._base = EMPTY.numbers
        self._held: Numbers = {}
        self._changed: dict[str, None] = {}

    def __len__(self) -> int:
        """Own numbers."""
        return len(self._held)

    def get(self, name: str, default: tuple[float, ...]) -> tuple[float, ...]:
        """The numbers of `name`: own ones, or those of the base, or `default`."""
        held = self._held.get(name)
        return self._base.get(name, default) if held is None else held

    def put(self, name: str, *numbers: float) -> None:
        """Hold `numbers` under `name`."""
        self._held[name] = numbers
        self._changed[name] = None

    def drop(self, name: str) -> None:
        """Hold nothing of its own under `name` any more: what is in the base stays."""
        self._held.pop(name, None)
        self._changed[name] = None

    def state(self) -> Numbers:
        """All own numbers, by name in order; a copy."""
        return dict(sorted(self._held.items()))

    def adopt(self, numbers: Mapping[str, tuple[float, ...]], base: ModelBase = EMPTY) -> None:
        """Hold exactly `numbers` over those of `base`."""
        self._base = base.numbers
        self._held = dict(numbers)
        self._changed = {}

    def touched(self) -> Numbers:
        """What changed since the last call; the empty tuple for what was dropped."""
        changed, self._changed = self._changed, {}
        return {name: self._held.get(name, ()) for name in changed}


def name_of(number: int) -> str:
    """A 64-bit hash as the name of numbers: hexadecimal, since a float cannot hold it."""
    return f"{number:x}"


def is_name(text: str) -> bool:
    """Whether `text` is what `name_of` makes of some number."""
    try:
        return name_of(int(text, 16)) == text
    except ValueError:
        return False


def number_of(name: str) -> int:
    """The inverse of `name_of`."""
    return int(name, 16)
