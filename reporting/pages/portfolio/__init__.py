"""The portfolio page: a selection of clients scored over the batch lane, and what it adds up to. Never a row."""
