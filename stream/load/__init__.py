"""Reference data from YAML, JSON and CSV files: records, or all problems with file and line."""

from stream.load.fields import LearnerKey
from stream.load.loading import Loaded, Problems, load
from stream.load.problem import Problem

__all__ = ["LearnerKey", "Loaded", "Problem", "Problems", "load"]
