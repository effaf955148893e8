"""Facts -> page: the only door to Jinja. Everything is escaped; nothing is loaded, nothing runs."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined, Template

_TEMPLATE = "page.html"


def render(content: Mapping[str, Any]) -> bytes:
    """The page as UTF-8.

    Args:
        content: see `offline.report.content`.
    """
    return _template().render(content).encode()


@cache
def _template() -> Template:
    made = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return made.from_string(files(__package__).joinpath(_TEMPLATE).read_text("utf-8"))
