"""The report of a proof: one HTML page that holds everything it shows."""

from offline.report.content import About, content_of
from offline.report.page import render

__all__ = ["About", "content_of", "render"]
