"""The shell: Kafka, Redis, Faust, the clock, metrics, settings and the command line.

Everything that decides is in `processors`; this package carries it out.
"""
