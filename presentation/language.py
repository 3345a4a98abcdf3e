"""The language that a terminal speaks."""

import os
from collections.abc import Mapping

from contract.schema import LANGUAGES, Language


def terminal_language(environment: Mapping[str, str] = os.environ) -> Language:
    """Return the language of LC_ALL, LC_MESSAGES or LANG, the first that is set (POSIX); English for any other."""
    locale = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    return next((language for language in LANGUAGES if locale.lower().startswith(language)), "en")
