"""`neoscore score`: one client, one answer, said so that it can be read aloud."""

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import typer
from rich.console import Console
from sqlalchemy import Engine

from contract.access import AccessOutcome, Purpose
from contract.errors import JSON_DECODE_ERRORS
from contract.ids import new_request_id
from contract.messages import Scored, encode
from contract.schema import FeatureSchema, Language
from contract.settings import Settings, settings
from db.access_log import AccessEvent, record_access
from db.clients import find_client
from presentation.languages import LANGUAGES, terminal_language
from presentation.terminal import render
from producers.client import ScoreClient
from producers.commands.context import command_line_actor, database, serving_bundle, warn_if_unverified
from producers.commands.errors import fail
from producers.errors import ScoreError

SOURCE = "/neoscore/score"


def score_command(
    client_ref: str | None,
    features: Path | None,
    *,
    explain: bool,
    json: bool,
    lang: str | None,
    timeout: float | None,
) -> None:
    """Score a client of the database or the features of a file, and print the answer."""
    language = _language(lang)
    config = settings()
    bundle = serving_bundle(config)
    if features is not None:
        values = _read_features(features)
        # A fresh reference: nobody else's cached result can answer.
        scored = _request_score(config, new_request_id(), values, explain=explain, json=json, timeout=timeout)
    else:
        assert client_ref is not None  # noqa: S101 - the command line takes exactly one of the two
        with database(config) as engine:
            values = _client_features(engine, bundle.schema, client_ref)
            scored = _request_score_audited(
                engine, config, client_ref, values, explain=explain, json=json, timeout=timeout
            )
    if json:
        _print_json(encode(scored))
    else:
        Console(highlight=False).print(render(scored, values, bundle, LANGUAGES.locale(language)))


def _client_features(engine: Engine, schema: FeatureSchema, client_ref: str) -> Mapping[str, Any]:
    """Return the values of the features that the model reads; the others are not sent."""
    client = find_client(engine, client_ref)
    if client is None:
        raise fail("no client with this reference in the database")
    return {name: client.attributes.get(name) for name in schema.model_feature_names}


def _language(lang: str | None) -> Language:
    """Return the language to print in. Raises BadParameter for one that is not installed."""
    if lang is None:
        return terminal_language()
    if (language := LANGUAGES.match(lang)) is None:
        raise typer.BadParameter(f"no language {lang!r}; choose one of {', '.join(sorted(LANGUAGES))}")
    return language


def _read_features(file: Path) -> Mapping[str, Any]:
    try:
        content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        return msgspec.json.decode(content, type=dict[str, Any])
    except OSError as error:
        raise fail(f"{file}: {error.strerror}") from None
    except JSON_DECODE_ERRORS:
        place = "standard input" if str(file) == "-" else file
        raise fail(f"{place}: expected one JSON object, feature name to value") from None


def _request_score_audited(
    engine: Engine, config: Settings, client_ref: str, values: Mapping[str, Any], **options: Any
) -> Scored:
    """Ask, and enter in the access log who looked at whom and how it ended."""
    outcome, scored = AccessOutcome.NOT_ANSWERED, None
    try:
        scored = _request_score(config, client_ref, values, **options)
        outcome = AccessOutcome(scored.status)
        return scored
    except ScoreError as error:
        outcome = AccessOutcome(error.status)
        raise
    finally:
        event = AccessEvent(command_line_actor(), Purpose.COMMAND_LINE_SCORE, outcome, client_ref)
        if scored is not None:
            event = replace(event, model=scored.model, request_id=scored.request_id)
        record_access(engine, event)


def _request_score(
    config: Settings, client_ref: str, values: Mapping[str, Any], *, explain: bool, json: bool, timeout: float | None
) -> Scored:
    with ScoreClient(config, SOURCE) as client:
        warn_if_unverified(client.retention_unverified)
        try:
            return client.score(client_ref, values, explain=explain, timeout=timeout)
        except ScoreError as error:
            if json and error.result is not None:
                _print_json(encode(error.result))
            raise


def _print_json(value: bytes) -> None:
    typer.echo(value.decode())
