"""The only place that knows what time it is."""

import time
from collections.abc import Callable

Clock = Callable[[], float]
"""Seconds: POSIX where it dates something, monotonic where it measures."""

now: Clock = time.time  # noqa: TID251  this is the door
monotonic: Clock = time.monotonic
processor: Clock = time.process_time
"""What this process has had of processors; only differences mean anything."""
