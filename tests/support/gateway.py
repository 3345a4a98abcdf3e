"""A gateway as its own process, on a free port."""

import ssl
import sys
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path

from contract.bundle import Bundle
from contract.settings import Settings
from stack.local.ports import choose_port
from stack.local.process import ChildProcess, ProcessSpec
from stack.workers import service_environment

START_SECONDS = 60
"""FastAPI, Arrow and the contract take two seconds to import on a free core."""


def start_gateway(config: Settings, bundle: Bundle, log: Path, *arguments: str, **env: str) -> tuple[ChildProcess, str]:
    """Start `neoscore gateway` and return it with its address, once it answers."""
    port = choose_port()
    command = [sys.executable, "-m", "stack.cli", "gateway", "--port", str(port), *arguments]
    more = {"NEOSCORE_MODEL": str(bundle.path.absolute())} | {f"NEOSCORE_{k.upper()}": v for k, v in env.items()}
    child = ChildProcess(ProcessSpec("gateway", command, log, service_environment(config, **more)))
    tls = "--tls-cert" in arguments
    try:
        child.wait_until(lambda: is_healthy(port, tls=tls), START_SECONDS)
    except BaseException:
        child.stop()
        raise
    return child, f"{'https' if tls else 'http'}://127.0.0.1:{port}"


def is_healthy(port: int, *, tls: bool = False) -> bool:
    """Tell whether something answers there."""
    context = ssl._create_unverified_context()
    connection = (
        HTTPSConnection("127.0.0.1", port, timeout=2, context=context)
        if tls
        else HTTPConnection("127.0.0.1", port, timeout=2)
    )
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def bearer_header(token: str) -> Mapping[str, str]:
    """The header that shows a token."""
    return {"Authorization": f"Bearer {token}"}
