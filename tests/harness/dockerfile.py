"""A Dockerfile as its steps: as much of its language as ours uses."""

import re
from dataclasses import dataclass, field

_KNOWN = frozenset(
    "ARG FROM ENV WORKDIR RUN COPY USER EXPOSE HEALTHCHECK ENTRYPOINT CMD".split()  # noqa: SIM905
)


@dataclass(slots=True)
class Stage:
    """From one FROM to the next."""

    base: str
    name: str = ""
    arguments: dict[str, str] = field(default_factory=dict)
    """ARG with their defaults, those before the first FROM among them."""
    steps: list[tuple[str, str]] = field(default_factory=list)
    """Instruction and the rest of its line, lines joined."""


def stages(text: str) -> list[Stage]:
    """The stages of a Dockerfile.

    Raises:
        ValueError: where it uses what is not known here.
    """
    arguments: dict[str, str] = {}
    found: list[Stage] = []
    for word, rest in _instructions(text):
        if word == "FROM":
            base, _, name = rest.partition(" AS ")
            found.append(Stage(base, name, dict(arguments)))
        elif word == "ARG":
            name, _, value = rest.partition("=")
            (found[-1].arguments if found else arguments)[name] = value
        else:
            found[-1].steps.append((word, rest))
    return found


def _instructions(text: str) -> list[tuple[str, str]]:
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    joined = re.sub(r"\s*\\\n\s*", " ", "\n".join(lines))
    split = [line.split(" ", 1) for line in joined.splitlines()]
    for word, *_ in split:
        if word not in _KNOWN:
            raise ValueError(f"{word} is not known")
    return [(word, rest) for word, rest in split]
