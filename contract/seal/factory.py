"""The two sides as the settings ask for them."""

from contract.seal.errors import SealError
from contract.seal.keys import SealKey
from contract.seal.requester import Sealer
from contract.seal.worker import WorkerKeyring
from contract.settings import Settings

GRACE_SECONDS = 10.0
"""Beyond a request's time to live: clocks of two machines differ by less, and a requester waits out its deadline."""


def worker_keyring(config: Settings) -> WorkerKeyring:
    """Return the keys of a worker process. Raises SealError where the settings have no seal key."""
    return WorkerKeyring(_seal_key(config), config.seal_key_rotation_seconds, _grace(config), kem=config.seal_kem)


def sealer(config: Settings) -> Sealer:
    """Return what seals for the workers. Raises SealError where the settings have no seal key."""
    return Sealer(_seal_key(config), _grace(config))


def _seal_key(config: Settings) -> SealKey:
    try:
        return SealKey(config.seal_secret())
    except ValueError as error:
        raise SealError(str(error)) from None


def _grace(config: Settings) -> float:
    return config.request_ttl_seconds + GRACE_SECONDS
