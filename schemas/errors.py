"""Errors, named by what must happen next.

    StepstreamError
    ├── ConfigurationError     somebody must change a setting or a file, then start again
    ├── Unavailable            Kafka or Redis cannot be reached: wait, then try again
    ├── Fenced                 another worker owns the partition: leave the process
    ├── Refused                what was asked is not done: the text says why, all is as it was
    └── Corrupt                what is stored is not what was written: stop, look, restore
        └── TooManyRejects     the share of unusable statements passed its cap: stop, look

Expected bad input is never an exception: it is a `Rejection`, a value.
"""

from dataclasses import dataclass

EXIT_REFUSED = 1
"""Exit code: done, and the answer is no."""
EXIT_RESTART = 75
"""Exit code: start the process again (sysexits' EX_TEMPFAIL)."""
EXIT_STOP = 78
"""Exit code: starting again would end the same way, somebody must look (sysexits' EX_CONFIG)."""


class StepstreamError(Exception):
    """Base of all; its text says what to do next."""

    exit_code = EXIT_RESTART


class ConfigurationError(StepstreamError):
    """A setting or a file must change."""

    exit_code = EXIT_STOP


class Unavailable(StepstreamError):
    """A service cannot be reached."""


class Fenced(StepstreamError):
    """Another worker has taken the partition over."""


class Refused(StepstreamError):
    """What was asked is not done, for the reason told; nothing has changed."""

    exit_code = EXIT_REFUSED


class Corrupt(StepstreamError):
    """What is stored is not what was written."""

    exit_code = EXIT_STOP


class TooManyRejects(Corrupt):
    """The share of rejected statements over the window passed its cap."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a message cannot be used."""

    code: str
    """One word for programs, counted in metrics."""
    detail: str
    """One line for people; holds no personal data."""
