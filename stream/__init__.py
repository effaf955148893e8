"""The shell: Kafka, Redis, Faust, the clock, metrics, settings and the command line.

Everything that decides is in `processors`; this package carries it out.
"""

import os

# Matrices here are small: more threads only wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
