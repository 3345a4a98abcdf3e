"""A view of topics and workers for operations."""
