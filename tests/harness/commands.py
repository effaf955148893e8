"""The command line as a user runs it: a process of its own, in the environment of a stream."""

import os
import subprocess
import sys
from typing import Any

from harness.workers import ROOT, environment

from schemas.codec import decode_json
from stream.settings import Settings

Done = subprocess.CompletedProcess[str]


def stepstream(settings: Settings, *words: str) -> Done:
    """What `stepstream` with these words ended with."""
    return subprocess.run(
        [sys.executable, "-m", "stream.cli", *words],
        cwd=ROOT,
        env=os.environ | environment(settings),
        capture_output=True,
        text=True,
        check=False,
    )


def told(settings: Settings, *words: str) -> dict[str, Any]:
    """What a command that must succeed says as JSON."""
    done = stepstream(settings, *words, "--json")
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)}: code {done.returncode}\n{done.stderr}")
    found: dict[str, Any] = decode_json(done.stdout)
    return found
