"""The key that pseudonyms are derived with, when no setting names one."""

import secrets
from pathlib import Path
from tempfile import NamedTemporaryFile

from schemas.errors import Corrupt
from stream.embedded.folders import private

KEY_BYTES = 32
_NAME = "pseudonym.key"


def pseudonym_key(data_dir: Path) -> bytes:
    """The key of `data_dir`, 32 random bytes; created once, in a file of mode 0600.

    Raises:
        Corrupt: the file holds anything but 32 bytes.
    """
    path = private(data_dir) / _NAME
    if not path.exists():
        _create(path)
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise Corrupt(
            f"{path} holds {len(key)} bytes, not {KEY_BYTES}: restore it from a backup; "
            "a new key would give every learner a new pseudonym"
        )
    return key


def _create(path: Path) -> None:
    """Link a finished file into place: two starters agree on one key, none sees half of it."""
    with NamedTemporaryFile(dir=path.parent, prefix=".key-") as whole:
        whole.write(secrets.token_bytes(KEY_BYTES))
        whole.flush()
        try:
            path.hardlink_to(whole.name)
        except FileExistsError:
            return
