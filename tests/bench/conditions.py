"""The conditions of a measurement, printed beside every figure."""

import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path


def conditions() -> str:
    """One line about machine and versions."""
    packages = ", ".join(
        f"{name} {version(name)}" for name in ("faust-streaming", "river", "redis", "orjson")
    )
    load = os.getloadavg()[0]
    return (
        f"{_processor()}, {os.cpu_count()} cores, load {load:.1f}, "
        f"Python {sys.version.split()[0]}, {packages}"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
