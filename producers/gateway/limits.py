"""Limits and timeouts of the gateway, each with its reason."""

MAX_HEADERS = 64
"""Browsers and proxies send about twenty; more is a mistake or an attack."""

MAX_HEADER_BYTES = 16 * 1024
"""A token with many roles has two or three thousand bytes; twice what common proxies let through."""

HEADER_TIMEOUT_SECONDS = 10.0
"""The head of a request is one packet; a caller that needs longer holds a connection on purpose."""

KEEP_ALIVE_SECONDS = 15
"""Occasional callers keep their connection; abandoned ones do not accumulate."""

MAX_CONNECTIONS = 512
"""Connections at a time: with the buffers of each, some tens of megabytes at most."""

MAX_IDLE_PER_ADDRESS = 64
"""Connections without a request that one address may hold: a proxy's pool. Beyond it the oldest is closed."""

MAX_IDLE_CONNECTIONS = 256
"""The same for all addresses together: half of all connections, so that idle ones leave room for requests."""

UPLOAD_IDLE_TIMEOUT_SECONDS = 15.0
"""Total time spent waiting for a caller's body: longer than any network interruption."""

MIN_UPLOAD_BYTES_PER_SECOND = 16 * 1024
"""Received bytes extend the timeout at this rate: slower than any bank's line, so a dripping caller is ended soon."""

WRITE_TIMEOUT_SECONDS = 60.0
"""Time without progress in writing a response. A caller that sends everything before reading is disconnected then."""

WRITE_BYTES = 128 * 1024
"""Of a response handed to the connection at once, so that other requests are served in between."""

MAX_UPLOAD_BYTES = 4 * 1024**3
"""About ten million clients. Memory does not grow with it; the limit ends endless bodies."""

MAX_ROW_BYTES = 64 * 1024
"""One line of an upload: as much as one request, see contract.messages."""

MAX_ARROW_MESSAGE_BYTES = 32 * 1024**2
"""One record batch of an Arrow upload is in memory at once: a hundred thousand rows of a usual schema."""

MAX_SCHEMA_BYTES = 1024**2
"""The schema of an Arrow upload, before its columns are counted: a thousand of them with the metadata of pandas."""

MAX_DICTIONARY_BYTES = 4 * 1024**2
"""The dictionaries of an Arrow upload: thousands of levels for each choice. They are checked with each record batch."""

MAX_CONCURRENT_UPLOADS = 4
"""Concurrent uploads: they share the blocks in flight, so more would only wait for each other."""

MAX_UPLOADS_PER_CALLER = 2
"""Half of them: one caller, whatever it does, leaves room for others."""

BLOCK_SPLIT_BYTES = 6 * 1024**2
"""A block of rows with long texts is split beyond this: the topic accepts 8 MB, framing included."""

DATABASE_THREADS = 8
"""Reading a client and appending to the access log take a millisecond or two: enough for some thousand a second."""

PUBLISH_THREADS = 4
"""Publishing takes a tenth of a millisecond, and may wait for an unavailable broker: not on the event loop."""

READ_BYTES = 32 * 1024
"""Of a connection parsed at once: of requests or chunks of a few bytes, the parser handles a thousand in 20 ms."""

MAX_FRAMING_BYTES = 16 * 1024
"""What a chunked body may have beside its content and 32 bytes for each chunk: extensions, which nothing here reads."""

SWITCH_SECONDS = 0.001
"""For how long a thread that reads an upload may compute before the event loop has its turn: Python's default is 5 ms,
for which a request waits several times."""

OBJECTS_BETWEEN_COLLECTIONS = 20_000
"""New objects after which Python looks for cycles, while no other thread runs. After 700, its default, it would do so
dozens of times for one row of lists."""

LOOP_PROBE_SECONDS = 0.01
"""How often the delay of the event loop is measured: often enough to see each delay that a caller would notice."""

RECONNECT_SECONDS = 2.0
"""Between two attempts to reach a broker that was unavailable at start; later the client reconnects by itself."""

READINESS_TIMEOUT_SECONDS = 3.0
"""A worker answers a probe in milliseconds; one that needs longer is not ready."""

READINESS_CACHE_SECONDS = 2.0
"""Age of the cached result of /readyz: the route is public, so its cost must not depend on its callers."""

RETRY_AFTER_OVERLOAD_SECONDS = 1
"""For a full lane: a worker answers hundreds of requests in a second."""

RETRY_AFTER_OUTAGE_SECONDS = 5
"""For an unavailable component: a restart takes about this long."""

MAX_UNAUTHENTICATED_ENTRIES_PER_MINUTE = 100
"""Access log entries per minute for unauthenticated callers: anyone could fill the log. Metrics count all of them."""
