"""Media types of lines; the contract has those of JSON and Arrow."""

JSON_LINES, CSV = "application/x-ndjson", "text/csv"
