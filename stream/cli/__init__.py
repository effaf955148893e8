"""The command line: `stepstream COMMAND`; one module holds one command, or a few near ones."""

from stream.cli.commands import cli

__all__ = ["cli", "main"]


def main() -> None:
    """Run the command that the program's arguments name, and end with its exit code."""
    cli.main()
