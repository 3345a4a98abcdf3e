"""The pages of the dashboard, a folder each."""
