"""The commands of `neoscore` that belong to the stack itself."""
