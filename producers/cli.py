"""The commands `neoscore score`, `score-portfolio` and `publish`. Heavy imports wait until a command runs."""

from pathlib import Path
from typing import Annotated

import typer

publish = typer.Typer(help="Publish score requests as an upstream system does.", no_args_is_help=True)


def score(
    client_ref: Annotated[
        str | None,
        typer.Argument(
            metavar="[CLIENT_REF]",
            help="Client reference; its features are read from the database.",
            show_default=False,
        ),
    ] = None,
    features: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="JSON object of feature values instead of a client; `-` reads it from standard input."
        ),
    ] = None,
    explain: Annotated[bool, typer.Option(help="Include the explanation (contributions and reasons).")] = True,
    json: Annotated[bool, typer.Option("--json", help="Print the raw result as JSON.")] = False,
    lang: Annotated[
        str | None, typer.Option(metavar="TAG", help="Output language, such as fr. [default: from LC_ALL or LANG]")
    ] = None,
    timeout: Annotated[
        float | None,
        typer.Option(min=0.1, max=3600, help="Timeout in seconds. [default: NEOSCORE_REQUEST_TTL_SECONDS]"),
    ] = None,
) -> None:
    """Score one client and explain the result.

    Exit codes: 0 scored, 1 failure, 2 usage, 3 request rejected, 4 request expired, 5 no response.
    """
    if (client_ref is None) == (features is None):
        raise typer.BadParameter("give either a CLIENT_REF or --features FILE")
    from producers.commands.errors import handle_cli_errors
    from producers.commands.score import score_command

    with handle_cli_errors():
        score_command(client_ref, features, explain=explain, json=json, lang=lang, timeout=timeout)


@publish.command()
def stream(
    rate: Annotated[float, typer.Option(min=0.01, max=100_000, help="Events per second.")] = 10,
    duration: Annotated[float, typer.Option(min=0.1, metavar="SECONDS", help="How long to publish, in seconds.")] = 10,
    seed: Annotated[int | None, typer.Option(help="Random seed, for a reproducible sequence.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Publish events for clients of the database at a steady rate, and count the responses.

    Slow responses do not slow the schedule. Exit code 1 if a request got no response.
    """
    from producers.commands.errors import handle_cli_errors
    from producers.commands.stream import stream_command

    with handle_cli_errors():
        stream_command(rate, duration, seed, json=json)


def score_portfolio(
    where: Annotated[
        str | None, typer.Option(metavar="EXPR", help='Select clients, such as "PAY_0 >= 2 and LIMIT_BAL < 50000".')
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Maximum number of clients.")] = None,
    explain: Annotated[bool, typer.Option(help="Include the explanation (contributions and reasons).")] = True,
    json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Score a portfolio of at least 20 clients and summarise it by risk band. No score is stored.

    Totals have noise of a few clients, so that comparing runs reveals no single client. Exit code 1 if a block got no
    response, or if fewer than 20 clients match. Ctrl-C cancels.
    """
    from producers.commands.errors import handle_cli_errors
    from producers.commands.score_portfolio import score_portfolio_command

    with handle_cli_errors():
        score_portfolio_command(where, limit, explain=explain, json=json)
