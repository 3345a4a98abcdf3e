"""A variable that is set to nothing: no service starts with it, whichever it is."""

import ast

import pytest

from contract.settings import Settings, settings
from stack.cli import main
from tests.support.release import PUBLIC_KEY
from tests.unit.repo.files import ROOT

KEY = "a-key-of-a-real-bank-0123456789"
SERVICES = ("worker", "dashboard", "gateway")


@pytest.fixture
def start(monkeypatch, tmp_path, capsys):
    """A function that runs a service's command with these variables and returns its exit code and errors."""
    monkeypatch.chdir(tmp_path)

    def run(service, **variables):
        for name, value in variables.items():
            monkeypatch.setenv(f"NEOSCORE_{name.upper()}", value)
        monkeypatch.setattr("sys.argv", ["neoscore", service])
        settings.cache_clear()
        try:
            with pytest.raises(SystemExit) as ended:
                main()
        finally:
            settings.cache_clear()
        return ended.value.code, capsys.readouterr().err

    return run


@pytest.mark.parametrize("blank", ["", "  "])
@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("field", Settings.model_fields)
def test_production_starts_no_service_with_a_blank_variable(start, service, field, blank):
    production = {"environment": "production", "pseudonym_key": KEY, "release_key": PUBLIC_KEY}
    code, errors = start(service, **{**production, field: blank})
    assert code == 1
    assert f"NEOSCORE_{field.upper()} must not be empty" in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize("field", Settings.model_fields)
def test_nor_does_development(start, field):
    code, errors = start("gateway", **{field: ""})
    assert code == 1
    assert f"NEOSCORE_{field.upper()} must not be empty" in errors


@pytest.mark.parametrize("service", ["dashboard", "gateway"])
def test_production_without_a_provider_serves_nobody(start, service):
    production = {"environment": "production", "pseudonym_key": KEY, "release_key": PUBLIC_KEY}
    code, errors = start(service, **production, **{f"{service}_port": "0"})
    assert code == 1
    assert "NEOSCORE_OIDC_ISSUER" in errors


def test_all_blank_variables_are_named_at_once(start):
    _, errors = start("gateway", oidc_issuer="", seal_key="", database_url="")
    assert "NEOSCORE_DATABASE_URL, NEOSCORE_OIDC_ISSUER, NEOSCORE_SEAL_KEY must not be empty" in errors


@pytest.mark.parametrize("setting", ["oidc_issuer", "seal_key"])
def test_one_property_decides_and_nothing_else_tests_the_setting(setting):
    """Two tests of one setting once disagreed about an empty value, and a dashboard stood open."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for package in ("contract", "producers", "reporting", "scorer", "stack")
        for path in (ROOT / package).rglob("*.py")
        if path.parts[-2:-1] != ("settings",)
        for node in _conditions(ast.parse(path.read_text(encoding="utf-8")))
        if any(isinstance(part, ast.Attribute) and part.attr == setting for part in ast.walk(node))
    ]
    assert found == []


def _conditions(tree):
    for node in ast.walk(tree):
        match node:
            case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test):
                yield test
            case ast.BoolOp():
                yield node
            case ast.UnaryOp(op=ast.Not()):
                yield node
