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
    """Run one worker process until SIGTERM: it answers the requests of its share of the partitions."""
    config = settings()
    disable_core_dumps()
    locked = lock_memory()
    from scorer.lean import forbid_unused_imports

    forbid_unused_imports()
    from scorer.logs import configure_logging
    from scorer.run import run_worker

    configure_logging(config.log_level)
    if not locked:
        logging.getLogger("scorer").info("memory may be swapped to disk: docs/privacy.md says how to lock it")
    os._exit(run_worker(config, model))  # threads of a crashed consumer would keep the process
