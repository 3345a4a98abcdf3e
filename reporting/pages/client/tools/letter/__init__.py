"""The sheet of paper for the client: what was assessed, why, what would change it, and how to contest it."""
