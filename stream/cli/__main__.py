"""`python -m stream.cli`: the same as `stepstream`."""

from stream.cli import main

main()
