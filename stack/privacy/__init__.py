"""Showing on a running stack that scores are forgotten: canary clients, and the search for what they left."""
