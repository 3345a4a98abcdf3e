"""How an unforeseen exception may be written down: its kind and place, never its text, which may quote a client."""

import traceback


def describe(error: BaseException) -> str:
    """Return the exception's type and the line that raised it."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return type(error).__name__
    return f"{type(error).__name__} at {frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}"
