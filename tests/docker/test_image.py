"""The Dockerfile, line by line: what it installs, from what, and as whom."""

import json
import re
import tomllib

import pytest
from harness.compose import FOLDER, ROOT
from harness.dockerfile import Stage, stages

BUILD, LAST = stages((FOLDER / "Dockerfile").read_text("utf-8"))
PINNED = re.compile(r"python:3\.\d+\.\d+-slim-\w+")
PACKAGES = ("schemas", "online_models", "processors", "stream", "offline", "serving")


def runs(stage: Stage) -> list[str]:
    return [text for word, text in stage.steps if word == "RUN"]


def copied(stage: Stage) -> list[str]:
    return [text for word, text in stage.steps if word == "COPY"]


def variables(stage: Stage) -> dict[str, str]:
    words = (word for name, text in stage.steps if name == "ENV" for word in text.split())
    return dict(word.split("=", 1) for word in words)


def test_both_stages_are_one_slim_python_pinned_by_its_version() -> None:
    default = BUILD.arguments["PYTHON_IMAGE"]
    assert PINNED.fullmatch(default)
    assert BUILD.base == LAST.base == "${PYTHON_IMAGE}"
    minor = default.removeprefix("python:").rpartition(".")[0]
    locked = (ROOT / "requirements" / "runtime.txt").read_text("utf-8")
    assert f"pip-compile with Python {minor}" in locked


def test_everything_is_installed_by_digest_and_nothing_is_built_from_strangers_sources() -> None:
    installs = [line for line in runs(BUILD) if "pip install" in line]
    *others, own = installs
    assert own.endswith("pip install --no-deps --no-build-isolation .")
    assert len(others) == 2
    for line in others:
        assert "--require-hashes --only-binary=:all:" in line
    assert others[0].endswith("--requirement requirements/runtime.txt")
    assert not any("install" in line for line in runs(LAST) if "pip install" in line)


@pytest.mark.parametrize("name", ["runtime.txt", "build.txt"])
def test_each_requirement_has_its_digest(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text("utf-8")
    wanted = re.findall(r"^[a-z0-9][\w.-]*==[^ ]+ \\\n    --hash=sha256:", text, re.MULTILINE)
    assert len(wanted) == len(re.findall(r"^[a-z0-9][\w.-]*==", text, re.MULTILINE)) > 0


def test_all_packages_are_copied() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    include = project["tool"]["setuptools"]["packages"]["find"]["include"]
    assert {name.rstrip("*") for name in include} == set(PACKAGES)
    assert {f"{name} {name}" for name in PACKAGES} <= set(copied(BUILD))


def test_what_is_copied_is_sent_to_the_builder_and_nothing_else() -> None:
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert "*" in lines
    sent = {line[1:] for line in lines if line.startswith("!")}
    wanted = {
        word.split("/")[0]
        for stage in (BUILD, LAST)
        for line in copied(stage)
        for word in line.split()[:-1]
        if not line.startswith("--from=build")
    }
    assert sent == wanted
    assert all((ROOT / name).exists() for name in sent)


def test_models_are_compiled_in_the_build_for_the_processor_that_they_run_on() -> None:
    assert "python -m processors.warming" in runs(BUILD)
    assert variables(BUILD)["NUMBA_CPU_NAME"] == variables(LAST)["NUMBA_CPU_NAME"] == "${CPU}"
    assert BUILD.arguments["CPU"] == LAST.arguments["CPU"] == "generic"
    locators = variables(LAST)["NUMBA_CACHE_LOCATOR_CLASSES"].split(",")
    assert locators[0] == "online_models.installed_code.InstalledCode"


def test_the_last_stage_has_no_build_tools_and_no_root() -> None:
    assert any("pip uninstall --yes" in line for line in runs(LAST))
    assert any("pip uninstall --yes" in line for line in runs(BUILD))
    user = [text for word, text in LAST.steps if word == "USER"]
    assert user == ["10001:10001"]
    last = [word for word, _ in LAST.steps]
    assert "RUN" not in last[last.index("USER") :]


def test_it_says_how_to_ask_whether_it_works() -> None:
    (check,) = (text for word, text in LAST.steps if word == "HEALTHCHECK")
    assert json.loads(check.partition("CMD ")[2]) == ["stepstream", "health"]
    (entry,) = (text for word, text in LAST.steps if word == "ENTRYPOINT")
    assert json.loads(entry) == ["stepstream"]
