"""Files in a folder of their own, loaded with a key that can be read."""

from collections.abc import Callable
from pathlib import Path

import pytest

from stream.load import Loaded, Problems, load

Load = Callable[[dict[str, str | bytes]], Loaded | Problems]


def readable_key(text: str) -> str:
    if text == "nobody":
        raise ValueError("is nobody")
    return f"key of {text}"


@pytest.fixture
def load_files(tmp_path: Path) -> Load:
    """Write the files by name and load their folder."""

    def write_and_load(files: dict[str, str | bytes]) -> Loaded | Problems:
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return load([tmp_path], readable_key)

    return write_and_load
