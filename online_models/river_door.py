"""The only door to River's base classes: every model of an expected value is a River regressor.

So River's metrics, pipelines and progressive validation take it as one of their own.
"""

from river import base
from river.__version__ import __version__

RIVER_VERSION: str = __version__

Regressor = base.Regressor
