"""A view of this machine's root, in which a stage of the Dockerfile is carried out without Docker.

As root on Linux. Each stage gets a copy-on-write view (overlayfs) of this machine's root in place
of `python:slim`; its COPY, ENV, WORKDIR and RUN are carried out there, at the paths that they have
in the image. Closed up, it is read-only, and commands run in it as the image's user without any
privilege.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from harness.dockerfile import Stage

ROOT = Path(__file__).resolve().parents[2]
_PASSED_ON = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_TRUSTED_HOST", "PIP_CERT")
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")
_PATH = "/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/bin:/sbin"
_COPYING = {"symlinks": True, "dirs_exist_ok": True}
_NOT_IN_SLIM = shutil.ignore_patterns("test", "tests", "__pycache__", "*.a")
_PACKAGES_IN_SLIM = ("pip", "setuptools", "wheel", "_distutils", "distutils", "pkg_resources")
Done = subprocess.CompletedProcess[str]


class Failed(Exception):
    """A step that did not succeed."""


class View:
    """One stage at work.

    Args:
        room: a file system of its own for what is written, as overlayfs wants it.
        stage: what is carried out.
        earlier: stages by name that COPY --from may name.
    """

    def __init__(self, room: Path, stage: Stage, earlier: Mapping[str, "View"]) -> None:
        self._stage, self._earlier = stage, earlier
        self.root = room / (stage.name or "last")
        upper, work = (room / f"{self.root.name}-{part}" for part in ("upper", "work"))
        for folder in (self.root, upper, work):
            folder.mkdir()
        layers = f"lowerdir=/,upperdir={upper},workdir={work}"
        mount("-t", "overlay", "overlay", "-o", layers, self.root)
        for name in ("dev", "proc"):
            mount("--rbind", f"/{name}", self.root / name)
        self._take_python()
        self.environment = {"PATH": _PATH}
        self.folder, self.user = "/", "0:0"

    def _take_python(self) -> None:
        """This Python, where python:slim has its own."""
        own = Path(sys.base_prefix)
        for name in ("bin", "lib", "include"):
            shutil.copytree(
                own / name, self.root / "usr/local" / name, **_COPYING, ignore=_left_out
            )
        _called(["chroot", str(self.root), "ldconfig"], {"PATH": _PATH})

    def build(self, say: Callable[[str], None]) -> None:
        """Carry out the steps.

        Raises:
            Failed: where one does not succeed.
        """
        steps = {"ENV": self._env, "WORKDIR": self._workdir, "USER": self._user}
        steps |= {"COPY": self._copy, "RUN": self._run}
        for word, rest in self._stage.steps:
            if word in steps:
                say(f"{self.root.name}: {word} {rest}")
                known = self._stage.arguments | self.environment
                steps[word](rest if word == "RUN" else _filled(rest, known))

    def _env(self, rest: str) -> None:
        self.environment |= dict(word.split("=", 1) for word in rest.split())

    def _workdir(self, rest: str) -> None:
        self.folder = rest
        self.inside(rest).mkdir(parents=True, exist_ok=True)

    def _user(self, rest: str) -> None:
        self.user = rest

    def _copy(self, rest: str) -> None:
        *sources, target = rest.split()
        origin, ignored = ROOT, shutil.ignore_patterns("__pycache__", "*.egg-info")
        if sources[0].startswith("--from="):
            origin = self._earlier[sources.pop(0).removeprefix("--from=")].root
            ignored = shutil.ignore_patterns()
        into = self.inside(f"{self.folder}/{target}" if not target.startswith("/") else target)
        for source in (origin / one.lstrip("/") for one in sources):
            if source.is_dir():
                shutil.copytree(source, into, **_COPYING, ignore=ignored)
            else:
                into.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, into)

    def _run(self, rest: str) -> None:
        passed = {n: os.environ[n] for n in (*_PASSED_ON, *_PROXIES) if n in os.environ}
        shell = ["/bin/sh", "-c", f"cd {self.folder} && {rest}"]
        done = self.call(shell, passed | {"HOME": "/root"})
        if done.returncode:
            raise Failed(f"RUN {rest}\n{done.stdout}{done.stderr}")

    def inside(self, path: str) -> Path:
        """Where a path of the image lies here."""
        return self.root / path.lstrip("/")

    def call(self, words: Sequence[str], more: Mapping[str, str] | None = None) -> Done:
        """A program of the image, as root, to its end."""
        return _called(["chroot", str(self.root), *words], self.environment | dict(more or {}))

    def close_up(self, writable: Sequence[str]) -> None:
        """Read-only from here on, but for /tmp and the folders in `writable`."""
        mount("-o", "remount,bind,ro", self.root)
        owner = "uid={},gid={}".format(*self.user.split(":"))
        for path in ("/tmp", *writable):  # noqa: S108  the image's own
            mount("-t", "tmpfs", "-o", owner, "tmpfs", self.inside(path))

    def as_user(self) -> list[str]:
        """What comes before a program for it to run in here, as the image's user."""
        user, group = self.user.split(":")
        drop = [f"--reuid={user}", f"--regid={group}", "--clear-groups", "--no-new-privs"]
        drop += ["--bounding-set=-all", "--inh-caps=-all"]
        return ["chroot", str(self.root), "env", "-C", self.folder, "setpriv", *drop]

    def user_calls(self, *words: str) -> Done:
        """A program of the image, as its user, to its end."""
        return _called([*self.as_user(), *words], self.environment)


def _called(words: Sequence[str], environment: Mapping[str, str]) -> Done:
    return subprocess.run(words, env=environment, capture_output=True, text=True, check=False)


def mount(*words: str | Path) -> None:
    """The program of that name.

    Raises:
        CalledProcessError: where it does not succeed.
    """
    subprocess.run(["/bin/mount", *map(str, words)], check=True)


def _filled(text: str, known: Mapping[str, str]) -> str:
    for name, value in known.items():
        text = text.replace(f"${{{name}}}", value).replace(f"${name}", value)
    return text


def _left_out(folder: str, names: list[str]) -> set[str]:
    """What a Python of python:slim does not have."""
    left = _NOT_IN_SLIM(folder, names)
    if Path(folder).name == "site-packages":
        left |= {name for name in names if not name.startswith(_PACKAGES_IN_SLIM)}
    return left
