"""The parts of the client page."""
