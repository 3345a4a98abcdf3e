"""Parts of the two cards."""
