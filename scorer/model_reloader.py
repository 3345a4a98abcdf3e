"""The model that a worker serves, and another one in its place while it goes on serving."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from contract.active_model import POLL_SECONDS, ActiveModel
from contract.bundle import load_bundle
from contract.errors import ContractError
from contract.settings import Settings
from scorer.block_scorer import BlockScorer
from scorer.cache import ResultCache
from scorer.engine import Engine
from scorer.errors import ScorerError
from scorer.interactive_scorer import InteractiveScorer
from scorer.logs import describe_exception
from scorer.request_handler import ScoreRequestHandler
from scorer.scoring_executor import ScoringExecutor

log = logging.getLogger(__name__)


def load_scorers(config: Settings, path: Path) -> tuple[InteractiveScorer, BlockScorer]:
    """Load and verify a bundle, compile its model and try it out; may run beside the thread that scores.

    The cache is new too, so that no answer is another model's. Raises BundleError or ModelLoadError.
    """
    bundle = load_bundle(path, config.release_keys)
    engine = Engine(bundle)
    cache = ResultCache(config.cache_entries, config.result_ttl_seconds, bundle.ref.digest)
    strict = config.environment == "production"
    return (
        InteractiveScorer(bundle, engine, cache, pseudonyms_only=strict),
        BlockScorer(bundle, engine, pseudonyms_only=strict),
    )


class ModelReloader:
    """Follows the active model: prepares it in a thread of its own, then swaps it in between two pieces of work."""

    def __init__(
        self, config: Settings, executor: ScoringExecutor, handler: ScoreRequestHandler, serving: Path
    ) -> None:
        self._config = config
        self._executor = executor
        self._handler = handler
        self._serving = serving
        self._active = ActiveModel(config.models_folder)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="model")  # a stop does not wait for it

    async def run(self) -> None:
        """Follow until cancelled."""
        while True:
            await asyncio.sleep(POLL_SECONDS)
            await self.check()

    async def check(self) -> None:
        """Serve the active model if it is another one. One that cannot serve is refused, once, and nothing changes."""
        try:
            found = await asyncio.get_running_loop().run_in_executor(self._thread, self._load_if_new)
        except Exception as error:
            reason: object = error
            if not isinstance(error, ContractError | ScorerError):  # no fault of the bundle's: another look may succeed
                self._active.repeat()
                reason = describe_exception(error)
            log.error("could not load the active model, still serving %s: %s", self._handler.model.version, reason)
            return
        if found is not None:
            before, (self._serving, scorers) = self._handler.model.version, found
            await self._executor.run_priority(partial(self._handler.set_scorers, *scorers))
            log.info("now serving model %s (was %s)", self._handler.model.version, before)

    def _load_if_new(self) -> tuple[Path, tuple[InteractiveScorer, BlockScorer]] | None:
        """Return the active bundle's folder and scorers, unless it was seen already or serves."""
        path = self._active.poll()
        return None if path in (None, self._serving) else (path, load_scorers(self._config, path))
