"""The command line."""

import typer

from scorer.cli import app as scorer_app

app = typer.Typer()
app.add_typer(scorer_app)
app.command(name="noop", hidden=True)(lambda: None)


def main() -> None:
    """Run."""
    app()


if __name__ == "__main__":
    main()
