"""What the columns of a file seem to be: features, identifiers, dates, codes; one subject a module."""
