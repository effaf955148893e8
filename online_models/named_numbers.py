"""A memory of named numbers that knows which of them changed."""

from collections.abc import Mapping

from online_models.contract import Numbers


class NamedNumbers:
    """Name -> tuple of floats; changes are collected until `touched` hands them out."""

    def __init__(self) -> None:
        self._held: Numbers = {}
        self._changed: dict[str, None] = {}

    def get(self, name: str, default: tuple[float, ...]) -> tuple[float, ...]:
        """The numbers of `name`, or `default`."""
        return self._held.get(name, default)

    def put(self, name: str, *numbers: float) -> None:
        """Hold `numbers` under `name`."""
        self._held[name] = numbers
        self._changed[name] = None

    def drop(self, name: str) -> None:
        """Hold nothing under `name` any more."""
        self._held.pop(name, None)
        self._changed[name] = None

    def state(self) -> Numbers:
        """All numbers, by name in order; a copy."""
        return dict(sorted(self._held.items()))

    def adopt(self, numbers: Mapping[str, tuple[float, ...]]) -> None:
        """Hold exactly `numbers`."""
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
