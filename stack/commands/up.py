"""`neoscore up`, `down`, `status`, `demo`: the local stack."""


def up() -> None:
    """Start."""


def down() -> None:
    """Stop."""


def status() -> None:
    """Show."""


def demo() -> None:
    """Demo."""
