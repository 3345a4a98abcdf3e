"""The client page: find a client, request a score, read its explanation."""
