"""How small a group may be of which something is told."""

SMALLEST_GROUP = 20
"""An average of fewer people is nearly a person's own score; published statistics have floors between 10 and 30."""
