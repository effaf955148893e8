"""What commands that run until they are stopped have in common."""

import logging
import os
import signal
import sys
import threading

_STANDARD_INPUT = 0


def end_with_standard_input() -> None:
    """From now on this process is told to end (SIGTERM) when its standard input ends.

    Its guardian holds the other end, so that it can see when that is gone, be it by `kill -9`.
    """
    threading.Thread(target=_wait_for_the_end, name="leash", daemon=True).start()


def _wait_for_the_end() -> None:
    # not through sys.stdin: a thread that waits there holds its lock, and Python could not end
    while os.read(_STANDARD_INPUT, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def log_to_standard_error(*, debug: bool) -> None:
    """Log Stepstream's own news, and of libraries warnings only unless `debug`."""
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.INFO if debug else logging.WARNING,
        format="%(asctime)s %(levelname)s %(message)s",
        datefmt="%H:%M:%S",
    )
    logging.getLogger("stepstream").setLevel(logging.INFO)
