"""The icon that browsers show beside the title of each page, of dashboard and gateway alike."""

from pathlib import Path

ICON = Path(__file__).parent / "favicon.ico"
