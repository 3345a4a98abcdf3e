"""The commands `neoscore score` and `neoscore publish`. Heavy imports wait until a command runs."""

from pathlib import Path
from typing import Annotated, Literal

import typer

publish = typer.Typer(help="Publish score requests as upstream systems do.", no_args_is_help=True)


def score(
    client_ref: Annotated[
        str | None, typer.Argument(metavar="[CLIENT_REF]", help="A client of the database.", show_default=False)
    ] = None,
    features: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="JSON object of feature values instead of a client; `-` reads it from standard input."
        ),
    ] = None,
    explain: Annotated[bool, typer.Option(help="Ask for the factors as well.")] = True,
    json: Annotated[bool, typer.Option("--json", help="Print the result as it was received, in JSON.")] = False,
    lang: Annotated[
        Literal["fr", "en"] | None, typer.Option(help="Language of the answer. [default: from LC_ALL or LANG]")
    ] = None,
    timeout: Annotated[
        float | None,
        typer.Option(min=0.1, max=3600, help="Seconds to wait. [default: NEOSCORE_REQUEST_TTL_SECONDS]"),
    ] = None,
) -> None:
    """Score one client and say why.

    Exit codes: 0 scored, 1 failure, 2 usage, 3 request rejected, 4 request expired, 5 no answer.
    """
    if (client_ref is None) == (features is None):
        raise typer.BadParameter("give either a CLIENT_REF or --features FILE")
    from producers.commands.errors import errors_as_sentences
    from producers.commands.score import score_command

    with errors_as_sentences():
        score_command(client_ref, features, explain=explain, json=json, lang=lang, timeout=timeout)


@publish.command()
def stream(
    rate: Annotated[float, typer.Option(min=0.01, max=100_000, help="Events a second.")] = 10,
    for_: Annotated[float, typer.Option("--for", min=0.1, metavar="SECONDS", help="How long.")] = 10,
    seed: Annotated[int | None, typer.Option(help="Draw the same sequence again from the same sample.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the summary in JSON.")] = False,
) -> None:
    """Publish events for clients of the database at a steady rate, and count the answers.

    The events come on schedule, however slow the answers are. Exit code 1 if any request got no answer.
    """
    from producers.commands.errors import errors_as_sentences
    from producers.commands.stream import stream_command

    with errors_as_sentences():
        stream_command(rate, for_, seed, json=json)


@publish.command()
def batch(
    where: Annotated[
        str | None, typer.Option(metavar="EXPR", help='Select clients, such as "PAY_0 >= 2 and LIMIT_BAL < 50000".')
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many clients.")] = None,
    explain: Annotated[bool, typer.Option(help="Ask for the factors as well.")] = True,
    json: Annotated[bool, typer.Option("--json", help="Print the summary in JSON.")] = False,
) -> None:
    """Score a portfolio from the database and sum it up by band. No score is written anywhere.

    Exit code 1 if any block got no answer. Ctrl-C cancels.
    """
    from producers.commands.batch import batch_command
    from producers.commands.errors import errors_as_sentences

    with errors_as_sentences():
        batch_command(where, limit, explain=explain, json=json)
