"""What if, and what would change it: other values of what a client can change, scored by the worker like any other."""
