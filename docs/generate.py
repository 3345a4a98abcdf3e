"""Write the documents that are made from code: `python docs/generate.py [FOLDER]`, by default beside this file.

They are committed so that people can read them; tests/unit/repo fails when one of them is stale.
"""

import sys
from pathlib import Path

import typer
from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from typer.cli import get_docs_for_click

from contract.asyncapi import to_yaml
from contract.codes import ErrorCode
from contract.settings import Settings
from contract.settings.secret_files import is_secret
from producers.gateway.problems import GatewayCode
from stack.cli import app
from training.sources import DATA_SOURCES

_SETTINGS_HEAD = """\
# Settings

Every service reads its settings from the environment. `make docs` writes this page from `contract/settings/`.

A secret can also come from a file, as Docker and Kubernetes provide it: `NEOSCORE_SEAL_KEY_FILE=/run/secrets/seal_key`.
This works for {secrets}. Set a variable or its file, not both. In production no file
may be readable for every user of the machine.

| variable | default | meaning |
|---|---|---|
"""


def settings_page() -> str:
    """Return a table of all settings: variable, default, meaning."""
    prefix = Settings.model_config["env_prefix"]
    secrets = [f"`{prefix}{name.upper()}`" for name, field in Settings.model_fields.items() if is_secret(name, field)]
    return _SETTINGS_HEAD.format(secrets=", ".join(secrets)) + "".join(
        f"| `{prefix}{name.upper()}` | {_default(field)} | {field.description} |\n"
        for name, field in Settings.model_fields.items()
    )


_ERRORS_HEAD = """\
# Error codes

Every result that is not `scored` carries one of these codes, on both lanes and over HTTP; they are stable. `make docs`
writes this page from `contract/codes.py`. **Retry**: the same request, sent again, may succeed. **Dead letter**: the
code may be the cause of a [dead letter](dead-letters.md). A code without an HTTP status belongs to a single feature and
appears in `fields` only.

| code | status | HTTP | retry | dead letter | meaning | what to do |
|---|---|---|---|---|---|---|
"""


_GATEWAY_ERRORS_HEAD = """
## Of the gateway alone

[The gateway](gateway.md#errors) has codes of its own for what happens before a request reaches a worker. **Retry**:
after how long the same request may succeed, as `Retry-After` says.

| code | HTTP | retry | meaning |
|---|---|---|---|
"""


def errors_page() -> str:
    """Return a table of all error codes."""
    codes = "".join(
        f"| `{code}` | {code.spec.status} | {'' if code.spec.of_feature else code.spec.http_status} | "
        f"{'yes' if code.spec.retryable else 'no'} | {'yes' if code.spec.dead_letter else 'no'} | "
        f"{code.spec.meaning} | {code.spec.remedy} |\n"
        for code in ErrorCode
    )
    gateway = "".join(
        f"| `{code}` | {code.http_status} | {'' if code.retry_after is None else f'{code.retry_after} s'} | "
        f"{code.meaning} |\n"
        for code in GatewayCode
    )
    return _ERRORS_HEAD + codes + _GATEWAY_ERRORS_HEAD + gateway


def cli_page() -> str:
    """Return the reference of the `neoscore` command line."""
    command = typer.main.get_command(app)
    return get_docs_for_click(obj=command, ctx=typer.Context(command), name="neoscore").strip() + "\n"


def data_sources_table() -> str:
    """Return a table of the data sets that NeoScore brings."""
    rows = "".join(f"| `{source.name}` | {source.description} |\n" for source in DATA_SOURCES.values())
    return f"| `--data` | is |\n|---|---|\n{rows}"


def training_page() -> str:
    """Return the page about training with its table of data sources written anew."""
    return _fill_region("training.md", "data sources", data_sources_table())


PAGES = {
    "settings.md": settings_page,
    "errors.md": errors_page,
    "cli.md": cli_page,
    "asyncapi.yaml": to_yaml,
    "training.md": training_page,
}


def main() -> None:
    """Write every page, or none when one cannot be made."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    pages = {name: page() for name, page in PAGES.items()}
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")


def _fill_region(page: str, name: str, body: str) -> str:
    """Return a page with what stands between `<!-- name -->` and `<!-- end -->` replaced."""
    text = (Path(__file__).parent / page).read_text(encoding="utf-8")
    start, end = f"<!-- {name} -->\n", "<!-- end -->"
    before, found, rest = text.partition(start)
    if not found or end not in rest:
        raise ValueError(f"docs/{page} has no region {name!r}")
    return before + start + body + rest[rest.index(end) :]


def _default(field: FieldInfo) -> str:
    default = field.get_default(call_default_factory=True, validated_data={})
    if default is PydanticUndefined:
        return "required"
    if isinstance(default, SecretStr):
        return "a key for development only"
    return "none" if default is None else f"`{default}`"


if __name__ == "__main__":
    main()
