"""Verifying on a running stack that no score is retained: canary clients, and the search for their traces."""
