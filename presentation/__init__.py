"""How scores are put into words: messages, numbers and values as text, in each language."""
