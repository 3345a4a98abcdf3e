"""Tables from files and databases: read as they are, then understood, then as the features of a schema."""
