"""Bases in a place, by what is in them: what a promotion is taken back with, restarts or not.

    bases/<digest>/<model>.numbers    as `online_models.packing` has it

A file under a name has always the same content, so who writes it twice or dies half-way harms
nobody.
"""

from offline.places import Place
from offline.versions import Models
from online_models.packing import digest, unpack
from schemas.checkpoint import SealedBase
from schemas.errors import Refused

_NUMBERS = ".numbers"


class KeptBases:
    """Bases in a place."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def keep(self, base: SealedBase) -> None:
        """Have the base there, for ever."""
        for name, blob in sorted(base.models.items()):
            file = f"{_folder(base.seal)}/{name}{_NUMBERS}"
            if not self._place.has(file):
                self._place.put(file, blob)

    def base(self, seal: str) -> Models:
        """The numbers of the base with that seal.

        Raises:
            Refused: where they are not there, or not as they were.
        """
        folder = _folder(seal)
        files = self._place.names(folder)
        packed = {
            name[len(folder) + 1 :].removesuffix(_NUMBERS): self._place.read(name) for name in files
        }
        if digest(packed) != seal.partition(" ")[2]:
            raise Refused(
                f"{self._place.path(folder)} is not what it was, or is gone: the promotion that "
                "needs it cannot be taken back; restore it from a backup"
            )
        return {name: unpack(blob) for name, blob in packed.items()}


def _folder(seal: str) -> str:
    return f"bases/{seal.partition(' ')[2]}"
