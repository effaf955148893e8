"""Where the embedded stack keeps its data and its downloads."""

import os
from pathlib import Path


def default_data_dir() -> Path:
    """`STEPSTREAM_HOME`, or `.stepstream` in the working directory; not created here."""
    return Path(os.environ.get("STEPSTREAM_HOME") or ".stepstream").absolute()


def default_cache_dir() -> Path:
    """`STEPSTREAM_CACHE`, or the user's cache folder (XDG); not created here."""
    named = os.environ.get("STEPSTREAM_CACHE")
    return Path(named).absolute() if named else _user_cache() / "stepstream"


def _user_cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def private(folder: Path) -> Path:
    """`folder`, made with mode 0700 where it is missing.

    One that exists keeps its mode: somebody may have named a folder that others use too.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
