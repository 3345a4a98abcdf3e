"""Models that other libraries trained: read from their open files, checked against those libraries, made bundles."""
