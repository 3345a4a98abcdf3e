"""`POST /batches`: an upload of rows, read in sheets, scored in blocks, answered while it is still coming."""
