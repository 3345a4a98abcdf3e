"""The audit page: the access log, for whoever must see that it is kept and that it is whole."""
