from pathlib import Path

import pytest

from offline.warehouse.views import View, views

PAGE = Path("docs/archive.md").read_text("utf-8")


@pytest.mark.parametrize("view", views(), ids=lambda view: view.name)
def test_every_view_is_on_the_page_with_every_column(view: View) -> None:
    _, _, section = PAGE.partition(f"### `{view.name}`\n")
    section = section.partition("\n### ")[0].partition("\n## ")[0]
    assert view.meaning in section
    rows = [line for line in section.splitlines() if line.startswith("| ")]
    assert rows[1:] == [f"| {name} | {meaning} |" for name, meaning in view.columns]
