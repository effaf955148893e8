from pathlib import Path

import pytest

from offline.archive.listing import Archive
from offline.places import Place


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(Place(str(tmp_path / "archive")))


@pytest.fixture
def in_memory(tmp_path: Path) -> Archive:
    place = Place(f"memory://{tmp_path.parent.name}-{tmp_path.name}")
    place.remove_folder("")
    return Archive(place)
