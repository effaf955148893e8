"""The page and its files: nothing in them is secret, so no key is needed to load them."""

from typing import Annotated

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import HeaderParameter
from litestar.status_codes import HTTP_304_NOT_MODIFIED

from serving.console.assets import HEADERS, load

IfNoneMatch = Annotated[str, HeaderParameter(name="If-None-Match")]

_PAGE = "index.html"
_FILES = load()


@get("/console", include_in_schema=False, sync_to_thread=False)
def page(known: IfNoneMatch = "") -> Response[bytes]:
    """The page."""
    return _answer(_PAGE, known)


@get("/console/{name:path}", include_in_schema=False, sync_to_thread=False)
def file(name: str, known: IfNoneMatch = "") -> Response[bytes]:
    """What the page loads."""
    return _answer(name.strip("/"), known)


def _answer(name: str, known: str) -> Response[bytes]:
    """Files are looked up among those that were read at start: no path leads anywhere else."""
    found = _FILES.get(name)
    if found is None:
        raise NotFoundException
    headers = {**HEADERS, "ETag": found.etag}
    if found.is_known(known):
        return Response(b"", status_code=HTTP_304_NOT_MODIFIED, headers=headers)
    return Response(found.body, headers=headers, media_type=found.media_type)
