"""The command `neoscore worker`."""

import logging
import os
from pathlib import Path
from typing import Annotated

import typer

from contract.process import disable_core_dumps, lock_memory
from contract.settings import settings


def worker(
    model: Annotated[
        Path | None, typer.Option(help="Model bundle to serve. [default: NEOSCORE_MODEL, or the active one]")
    ] = None,
) -> None:
    """Run one worker process until SIGTERM: it consumes its assigned partitions of the request topics."""
    config = settings()
    disable_core_dumps()
    locked = lock_memory()
    from scorer.import_blocker import block_heavy_imports

    block_heavy_imports()
    from scorer.logs import configure_logging
    from scorer.run import run_worker

    configure_logging(config.log_level)
    if not locked:
        logging.getLogger("scorer").info("memory is not locked and may be swapped to disk; see docs/privacy.md")
    os._exit(run_worker(config, model))  # threads of a crashed consumer would keep the process
