"""Error codes in an advisor's words: the texts of `contract.codes`, in the reader's language."""

from contract.advisor_texts import AdvisorText
from contract.codes import ErrorCode
from contract.schema import Language, fallback_chain


def error_text(code: ErrorCode, language: Language) -> AdvisorText:
    """Return what an advisor reads about a code, in the language or the one that it falls back to."""
    texts = code.spec.advisor
    return next(texts[tag] for tag in fallback_chain(language) if tag in texts)


def field_error_text(code: ErrorCode, language: Language, low: str = "", high: str = "") -> str:
    """Return what is wrong with a feature, as it follows the feature's label. `low`, `high`: its bounds."""
    return error_text(code, language).title.format(low=low, high=high)
