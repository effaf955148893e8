"""The page's files, read once at start, with the headers that they are served with."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable

_FOLDER = "assets"
_MEDIA_TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
_RULES = (
    "default-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
    # no script may turn text into markup, by whatever mistake
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "; ".join(_RULES),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    # names stay when contents change, so a browser asks each time, and is told "304" in a moment
    "Cache-Control": "no-cache",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file."""

    body: bytes
    media_type: str
    etag: str

    def is_known(self, if_none_match: str) -> bool:
        """Whether the header `If-None-Match` names what is served now."""
        named = (one.strip().removeprefix("W/") for one in if_none_match.split(","))
        return any(one in {self.etag, "*"} for one in named)


def load() -> dict[str, Asset]:
    """Every file by its path below /console/; the page itself is "index.html"."""
    found: dict[str, Asset] = {}
    _take(files(__package__) / _FOLDER, "", found)
    return found


def _take(folder: Traversable, prefix: str, found: dict[str, Asset]) -> None:
    for one in folder.iterdir():
        if one.is_dir():
            _take(one, f"{prefix}{one.name}/", found)
        elif (media_type := _MEDIA_TYPES.get(one.name.rpartition(".")[2])) is not None:
            body = one.read_bytes()
            etag = f'"{sha256(body).hexdigest()[:20]}"'
            found[prefix + one.name] = Asset(body, media_type, etag)
