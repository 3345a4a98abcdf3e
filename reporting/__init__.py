"""The dashboard of the client advisor."""
