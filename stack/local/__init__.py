"""Parts of the local stack as child processes: a broker and a database without Docker."""
