"""Cells of CSV files that people open in spreadsheets."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes a cell that begins so for a formula, which can send what it finds to whoever wrote it (OWASP, CSV
injection); and names come from outside."""


def escape_formula(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: one that could be gets an apostrophe in front."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
