"""What the page is made of: complete, from here alone, and without a way for data to be markup."""

import re
from pathlib import PurePosixPath

import pytest

from serving.console.assets import HEADERS, load

FILES = load()
TEXTS = {name: asset.body.decode() for name, asset in FILES.items()}
SCRIPTS = {name: text for name, text in TEXTS.items() if name.endswith(".js")}
PAGE = TEXTS["index.html"]


def test_everything_that_is_named_is_there() -> None:
    named = re.findall(r'(?:href|src)="/console/([^"]+)"', PAGE)
    for name, text in SCRIPTS.items():
        for path in re.findall(r'from "([^"]+)"', text):
            named.append(_resolved(PurePosixPath(name).parent, path))
    assert set(named) <= FILES.keys()


def test_everything_that_is_there_is_named() -> None:
    found, border = set(), ["js/main.js"]
    while border:
        name = border.pop()
        found.add(name)
        paths = re.findall(r'from "([^"]+)"', SCRIPTS[name])
        border += [
            one
            for path in paths
            if (one := _resolved(PurePosixPath(name).parent, path)) not in found
        ]
    assert found == SCRIPTS.keys()
    assert {name for name in FILES if name.endswith(".css")} <= set(
        re.findall(r"/console/([^\"]+)", PAGE)
    )


def _resolved(folder: PurePosixPath, path: str) -> str:
    parts: list[str] = []
    for part in (*folder.parts, *path.split("/")):
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


@pytest.mark.parametrize("name", SCRIPTS)
def test_what_is_imported_or_defined_is_used(name: str) -> None:
    text = SCRIPTS[name]
    imported = ",".join(re.findall(r"import \{([^}]*)\}", text)).replace("\n", "")
    defined = re.findall(r"^(?:async function|function|const|let) (\w+)", text, re.MULTILINE)
    for word in (*filter(None, map(str.strip, imported.split(","))), *defined):
        assert len(re.findall(rf"\b{word}\b", text)) > 1, word


def test_what_is_exported_is_used() -> None:
    everything = "\n".join(SCRIPTS.values())
    named = re.compile(r"^export (?:async )?(?:function|const|class) (\w+)", re.MULTILINE)
    for text in SCRIPTS.values():
        for name in named.findall(text):
            assert len(re.findall(rf"\b{name}\b", everything)) > 1, name


def test_nothing_comes_from_elsewhere() -> None:
    addresses = {
        one for text in TEXTS.values() for one in re.findall(r"https?://[^\s\"'`)]+", text)
    }
    assert addresses == {"http://www.w3.org/2000/svg"}


def test_the_page_has_no_script_or_style_of_its_own() -> None:
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", PAGE)
    assert all(re.search(r'src="/console/', tag) for tag in re.findall(r"<script[^>]*>", PAGE))


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_script_turns_text_into_markup_or_code(name: str) -> None:
    ways = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\b|new Function"
    assert not re.search(ways, SCRIPTS[name])


def test_the_policy_lets_in_what_is_our_own_only() -> None:
    policy = HEADERS["Content-Security-Policy"]
    assert policy.startswith("default-src 'self';")
    assert "unsafe" not in policy


def test_a_tag_changes_with_the_contents_only() -> None:
    again = load()
    assert {name: asset.etag for name, asset in again.items()} == {
        name: asset.etag for name, asset in FILES.items()
    }
    assert len({asset.etag for asset in FILES.values()}) == len({a.body for a in FILES.values()})


def test_a_known_tag_is_recognised() -> None:
    page = FILES["index.html"]
    assert page.is_known(page.etag)
    assert page.is_known(f'"other", W/{page.etag}')
    assert page.is_known("*")
    assert not page.is_known("")
    assert not page.is_known('"other"')
