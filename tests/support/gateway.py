"""A gateway as its own process on a free port: over Kafka, or with lanes in memory."""

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
    """Start `neoscore gateway` and return it with its address, once it is healthy."""
    port = choose_port()
    command = ["-m", "stack.cli", "gateway", "--port", str(port), *arguments]
    return _start(command, port, config, bundle, log, tls="--tls-cert" in arguments, **env)


def start_memory_gateway(config: Settings, bundle: Bundle, log: Path, **env: str) -> tuple[ChildProcess, str]:
    """Start a gateway that needs no broker and no worker, and return it with its address, once it is healthy."""
    port = choose_port()
    return _start(["-m", "tests.support.memory_gateway", str(port)], port, config, bundle, log, tls=False, **env)


def _start(
    arguments: list[str], port: int, config: Settings, bundle: Bundle, log: Path, *, tls: bool = False, **env: str
) -> tuple[ChildProcess, str]:
    more = {"NEOSCORE_MODEL": str(bundle.path.absolute())} | {f"NEOSCORE_{k.upper()}": v for k, v in env.items()}
    child = ChildProcess(ProcessSpec("gateway", [sys.executable, *arguments], log, service_environment(config, **more)))
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
