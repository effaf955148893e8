"""The console without a mouse: every key is one that a person would press."""

import pytest
from harness.browsing import Opened
from harness.fake_answers import BASE, QUEUE
from playwright.sync_api import Page, expect

_FAR = 60
"""More stops than any view has."""
_IS_SEEN = """node => [node, node.querySelector("rect")].filter(Boolean).some((one) => {
  const { outlineStyle, strokeWidth } = getComputedStyle(one);
  return outlineStyle !== "none" || strokeWidth === "4px";
})"""


class Keys:
    """Somebody at the keyboard of `page`."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.press = page.keyboard.press
        self.type = page.keyboard.type

    def tab_to(self, selector: str, text: str = "") -> None:
        """Tab until the focus is on an element of that sort, where it must be seen."""
        wanted = self.page.locator(selector, has_text=text)
        for _ in range(_FAR):
            self.press("Tab")
            here = wanted.and_(self.page.locator(":focus"))
            if here.count():
                assert here.evaluate(_IS_SEEN), f"the focus on {selector} {text} is not seen"
                return
        pytest.fail(f"Tab never comes to {selector} {text}")


def test_by_keyboard_alone(opened: Opened) -> None:
    page = opened(key="").page
    keys = Keys(page)
    sign_in(keys)
    find(keys)
    read_numbers(keys)
    ask_why_not(keys)
    walk_on_the_map(keys)


def sign_in(keys: Keys) -> None:
    keys.tab_to("#skip")
    keys.press("Enter")
    keys.press("Tab")
    expect(keys.page.get_by_label("API key")).to_be_focused()
    keys.type("all.secret")
    keys.press("Enter")
    expect(keys.page.locator("h1")).to_be_focused()
    expect(keys.page.locator("h1")).to_have_text("Learners")


def find(keys: Keys) -> None:
    keys.tab_to("#learner")
    keys.type("1001")
    keys.press("Enter")
    expect(keys.page.locator("h1")).to_have_text("1001")
    expect(keys.page.locator("h1")).to_be_focused()


def read_numbers(keys: Keys) -> None:
    expect(keys.page.locator(".queue .card")).to_have_count(len(QUEUE))
    keys.tab_to(".queue summary")
    keys.press("Enter")
    expect(keys.page.locator(".queue details[open]")).to_have_count(1)
    expect(keys.page.locator(".queue details[open]")).to_contain_text("propensity")


def ask_why_not(keys: Keys) -> None:
    keys.tab_to("a", "Why not?")
    keys.press("Enter")
    expect(keys.page.locator("h1")).to_be_focused()
    keys.tab_to("#activity")
    keys.type("query plan")
    expect(keys.page.locator(".answers .answer")).to_have_count(1)
    keys.tab_to(".answers .answer")
    keys.press("Enter")
    expect(keys.page.locator(".verdict")).to_contain_text("Not offered now")


def walk_on_the_map(keys: Keys) -> None:
    page = keys.page
    keys.tab_to("a", "Map")
    keys.press("Enter")
    expect(page.locator(".node").first).to_be_visible()
    keys.tab_to("button[aria-label='Zoom in']")
    keys.press("Enter")
    keys.tab_to(".node")
    here = page.locator(".node:focus")
    expect(here).to_have_attribute("data-activity", f"{BASE}charts/clinic")
    expect(here).to_have_attribute("data-state", "next")
    keys.press("ArrowRight")
    expect(here).to_have_attribute("data-activity", f"{BASE}charts/dashboard")
    keys.press("Home")
    keys.press("ArrowDown")
    expect(here).to_have_attribute("data-activity", f"{BASE}sql/first-questions")
    keys.press("Enter")
    expect(page.locator(".detail h3")).to_have_text(here.locator("title").text_content() or "")
    keys.press("Tab")
    expect(page.locator(".node:focus")).to_have_count(0)
