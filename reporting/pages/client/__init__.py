"""The client page: find a client, ask for the score, read what explains it."""
