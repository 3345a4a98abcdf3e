"""The page on which a feature schema is reviewed."""
