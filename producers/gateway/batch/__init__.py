"""`POST /batches`: an upload of rows, read in chunks, scored in blocks; results are returned during the upload."""
