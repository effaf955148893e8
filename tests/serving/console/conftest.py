"""A browser for each module: while it runs, nothing else in the process can own an event loop."""

from collections.abc import Iterator
from typing import Any

import pytest
from harness.browsing import Opened, Visit, chromium
from harness.fake_console import FakeConsole
from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def fake() -> Iterator[FakeConsole]:
    with FakeConsole() as console:
        yield console


@pytest.fixture
def opened(browser: Browser, fake: FakeConsole) -> Iterator[Opened]:
    """Opens a page on the fake console, signed in with `key`; in the end none has complained."""
    visits: list[Visit] = []

    def go(key: str = "all.secret", **options: Any) -> Visit:
        visits.append(Visit(browser, fake.url, **options))
        if key:
            visits[-1].sign_in(key)
        return visits[-1]

    yield go
    for visit in visits:
        visit.close()
    assert [visit.complaints for visit in visits] == [[] for _ in visits]
    elsewhere = [one for visit in visits for one in visit.addresses if not one.startswith(fake.url)]
    assert elsewhere == []
