"""Errors, named by what must happen next.

    StepstreamError
    ├── ConfigurationError     somebody must change a setting or a file, then start again
    ├── Unavailable            Kafka or Redis cannot be reached: wait, then try again
    ├── Fenced                 another worker owns the partition: leave the process
    └── Corrupt                what is stored is not what was written: stop, look, restore
        └── TooManyRejects     the share of unusable statements passed its cap: stop, look

Expected bad input is never an exception: it is a `Rejection`, a value.
"""

from dataclasses import dataclass


class StepstreamError(Exception):
    """Base of all; its text says what to do next."""


class ConfigurationError(StepstreamError):
    """A setting or a file must change."""


class Unavailable(StepstreamError):
    """A service cannot be reached."""


class Fenced(StepstreamError):
    """Another worker has taken the partition over."""


class Corrupt(StepstreamError):
    """What is stored is not what was written."""


class TooManyRejects(Corrupt):
    """The share of rejected statements over the window passed its cap."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a message cannot be used."""

    code: str
    """One word for programs, counted in metrics."""
    detail: str
    """One line for people; holds no personal data."""
