"""Log lines of a worker: one line each on stderr, and nothing of what a message held."""

import logging
import sys
import traceback
from datetime import UTC, datetime

# Their debug and info lines quote keys and values of messages; their warnings do not.
QUIET_LIBRARIES = ("aiokafka", "faust", "kafka", "mode")


class SingleLineFormatter(logging.Formatter):
    """`time LEVEL logger message`; an exception is its type and place, since its text may quote a value."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = f"{time} {record.levelname} {record.name} {' '.join(record.getMessage().split())}"
        if record.exc_info and record.exc_info[1]:
            line += f" exception={describe_exception(record.exc_info[1])}"
        return line


def configure_logging(level: str) -> None:
    """Send every logger of the process to stderr in this form."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(SingleLineFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in QUIET_LIBRARIES:
        logging.getLogger(name).setLevel(logging.WARNING)


def describe_exception(error: BaseException) -> str:
    """Return the type of an unforeseen exception and the line that raised it, never its text: it may quote a client."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return type(error).__name__
    return f"{type(error).__name__} at {frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}"
