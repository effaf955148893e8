"""`python -m serving.dashboards`: write everything anew, from the root of the repository."""

from pathlib import Path

from serving.dashboards.files import files


def main() -> None:
    """The command."""
    for name, text in files().items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
