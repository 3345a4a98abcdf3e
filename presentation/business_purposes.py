"""For what a bank opens a client's file, in words."""

from presentation.locale import Locale


def business_purpose_text(purpose: str, locale: Locale) -> str:
    """Return the message for a purpose; a bank's own word has none and is shown as it is."""
    try:
        return locale.text(f"business_purpose.{purpose}")
    except KeyError:
        return purpose.replace("_", " ")
