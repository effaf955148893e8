"""A real browser, Debian's Chromium, and what it complained about."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

_NAMES = ("chromium", "google-chrome")
_PATIENCE_MS = 15_000
# a container's own user may not make the namespaces that Chromium's sandbox is built of
_ARGUMENTS = ("--no-sandbox",) if os.geteuid() == 0 else ()
_AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser; where there is none, a skip, or a failure where everything is wanted."""
    path = next(filter(None, map(shutil.which, _NAMES)), None)
    if path is None:
        why = "no Chromium is installed: `make browser` as root, or install it by hand"
        if os.environ.get("STEPSTREAM_REQUIRE_STACK") == "1":
            pytest.fail(why)
        pytest.skip(why)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_ARGUMENTS))
        yield browser
        browser.close()


class Visit:
    """A page of its own session, and everything that it complained about."""

    def __init__(self, browser: Browser, url: str, **options: Any) -> None:
        self.url = url
        self.context = browser.new_context(
            **{"viewport": {"width": 1280, "height": 900}, **options}
        )
        self.context.set_default_timeout(_PATIENCE_MS)
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        """Errors and warnings of the console, and violations of the page's policy."""
        self.addresses: list[str] = []
        """All that it asked for."""
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.addresses.append(request.url))
        self.page.goto(f"{url}/console")

    def _heard(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def sign_in(self, key: str) -> None:
        self.page.get_by_label("API key").fill(key)
        self.page.keyboard.press("Enter")
        self.page.get_by_role("button", name="Sign out").wait_for()

    def go(self, place: str) -> None:
        """To the view at `#/place`, once its heading is there."""
        self.page.goto(f"{self.url}/console#/{place}")
        self.page.locator("h1").wait_for()

    def overflow(self) -> int:
        """Pixels by which the page is wider than the window."""
        width: int = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return width

    def inaccessible(self) -> list[str]:
        """What axe-core finds wrong by WCAG 2.2 AA and its own best practice."""
        script = files("axe_playwright_python").joinpath("axe.min.js").read_text()
        self.page.evaluate(script)
        found = self.page.evaluate(
            "tags => axe.run({ runOnly: tags }).then(({ violations }) => violations)", _AXE_TAGS
        )
        return [
            f"{one['id']}: {node['target']} {node['failureSummary']}"
            for one in found
            for node in one["nodes"]
        ]

    def close(self) -> None:
        self.context.close()


Opened = Callable[..., Visit]
"""Opens a page: `key` signs in unless it is empty, the rest is for the browser's context."""
