"""`make image`: build the image's content on this machine, look at it, run all roles in it.

Without Docker, as root on Linux (`harness.image`). It installs what the Dockerfile installs, into
memory, and takes some minutes. What it cannot show is that `python:slim` has all that this machine
has; so it says which shared libraries are taken from the system.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from harness.compose import FOLDER, roles
from harness.dockerfile import stages
from harness.image import View, mount
from harness.roles import Machine, Running
from psutil import Process

from stream.embedded.stack import EmbeddedStack

INSTALLED = "/opt/stepstream"
OF_EVERY_DEBIAN = (
    *("ld-linux", "libc.so", "libdl.so", "libm.so", "libpthread.so", "librt.so", "libutil.so"),
    *("libgcc_s.so", "libstdc++.so", "libz.so", "libpython3.11.so"),
)
NOT_USED = ("omppool.cpython-311-x86_64-linux-gnu.so", "tbbpool.cpython-311-x86_64-linux-gnu.so")
"""Ways of numba to compute in several threads: nothing here asks for them."""
_APART = "--apart"
_START_SEC = 180.0
_COUNT_COMPILED = """
from online_models.compiled import _compiled
from processors.warming import warm_up
warm_up()
print(sum(sum(one.stats.cache_misses.values()) for one in _compiled), len(_compiled))
"""


def say(text: str) -> None:
    print(text[:400], flush=True)


def built(room: Path) -> View:
    """The last stage, all steps carried out."""
    views: dict[str, View] = {}
    for stage in stages((FOLDER / "Dockerfile").read_text("utf-8")):
        view = View(room, stage, views)
        view.build(lambda step: say(step[:110]))
        views[stage.name] = view
    return view


def look(view: View) -> Iterator[str]:
    """What is wrong with the image, a line each; tells what is right."""
    python = f"{INSTALLED}/bin/python"
    who = view.user_calls("id", "-u").stdout.strip()
    if who != "10001":
        yield f"it runs as user {who}"
    for program in (python, "/usr/local/bin/python"):
        for module in ("pip", "setuptools"):
            if not view.user_calls(program, "-m", module).returncode:
                yield f"{program} has {module}"
    if not view.user_calls("touch", f"{INSTALLED}/x").returncode:
        yield f"its user can write into {INSTALLED}"
    done = view.user_calls(python, "-c", _COUNT_COMPILED)
    if not done.stdout.startswith("0 "):
        yield f"models are compiled when it starts: {done.stdout}{done.stderr}"
    foreign = libraries(view)
    say(f"shared libraries that are the system's: {', '.join(sorted(foreign))}")
    if strange := {one for one in foreign if not one.startswith(OF_EVERY_DEBIAN)}:
        yield f"not every Debian has {', '.join(sorted(strange))}"
    size = int(view.call(["du", "-sm", INSTALLED]).stdout.split()[0])
    say(f"{size} MB in {INSTALLED}, {done.stdout.split()[-1]} functions compiled in the build")


def libraries(view: View) -> set[str]:
    """Names of shared libraries outside of the installation that something in it wants."""
    found = view.call(["find", INSTALLED, "-name", "*.so*", "-type", "f"]).stdout.split()
    needed = [one for one in found if not one.endswith(NOT_USED)]
    told = view.call(["ldd", *needed]).stdout.splitlines()
    wanted = (line.split() for line in told if line.startswith("\t") and "vdso" not in line)
    # name => path (address), name => not found, path (address), or "statically linked"
    # what one library brings for another is found once both are loaded
    own = {Path(one).name for one in found}
    return {Path(words[0]).name for words in wanted if _is_foreign(words)} - own


def _is_foreign(words: Sequence[str]) -> bool:
    if words[0] == "statically":
        return False
    return words[2:3] == ["not"] or INSTALLED not in "".join(words)


def run_roles(view: View) -> Iterator[str]:
    """What does not come up healthy, or is not told to be gone."""
    with tempfile.TemporaryDirectory() as folder, EmbeddedStack(Path(folder) / "stack") as stack:
        words = [*view.as_user(), f"{INSTALLED}/bin/stepstream"]
        machine = Machine(words, stack.bootstrap_servers, stack.redis_url, "image.", Path(folder))
        machine.folders_stay = True
        inherited = {n: v for n, v in view.environment.items() if not n.startswith("STEPSTREAM_")}
        os.environ.update(inherited)
        try:
            yield from _run_roles(machine)
        finally:
            machine.stop()


def _run_roles(machine: Machine) -> Iterator[str]:
    made = machine.run("topics")
    if made.returncode:
        yield f"topics: {made.stderr}"
    running = [machine.start(name) for name in sorted(set(roles()) - {"topics"})]
    for one in running:
        seconds = _until_healthy(one)
        say(f"{one.role.name}: {_told(one, seconds)}")
        if not seconds:
            yield one.said()
    for one in running:
        code = one.stop()
        if code not in {0, -15} or not one.health().returncode:
            yield f"{one.role.name} ended with {code}, {one.health().stdout}: {one.said()}"


def _told(one: Running, seconds: float) -> str:
    if not seconds:
        return "not healthy"
    mib = Process(one.process.pid).memory_info().rss // 2**20
    return f"healthy after {seconds:.1f} s, {mib} MiB"


def _until_healthy(one: Running) -> float:
    started = time.monotonic()
    while time.monotonic() < started + _START_SEC:
        if not one.health().returncode:
            return time.monotonic() - started
        if one.process.poll() is not None:
            return 0.0
        time.sleep(0.5)
    return 0.0


@contextmanager
def room() -> Iterator[Path]:
    """A file system in memory."""
    with tempfile.TemporaryDirectory(prefix="stepstream-image-") as folder:
        mount("-t", "tmpfs", "-o", "size=6g", "tmpfs", folder)
        try:
            yield Path(folder)
        finally:
            subprocess.run(["/bin/umount", "--lazy", folder], check=True)


def main() -> int:
    """The command."""
    if _APART not in sys.argv:
        apart = ["unshare", "--mount", sys.executable, "-m", "harness.image_check", _APART]
        return subprocess.run(apart, check=False).returncode
    with room() as folder:
        view = built(folder)
        home, archive, versions = (
            view.environment[f"STEPSTREAM_{name}"] for name in ("HOME", "ARCHIVE", "VERSIONS")
        )
        view.close_up((home, archive, versions))
        problems = [*look(view), *run_roles(view)]
    for problem in problems:
        say("")
        print(problem)
    print(json.dumps({"problems": len(problems)}))
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
