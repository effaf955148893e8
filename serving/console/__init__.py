"""The live console: a page that needs no build step, and what only it asks for."""

from litestar import Router

from serving.console.key import key
from serving.console.page import file, page
from serving.console.plan import plan

router = Router("/", route_handlers=[page, file, key, plan], tags=["console"])
