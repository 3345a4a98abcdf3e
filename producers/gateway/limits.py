"""What the gateway takes at most, and for how long it waits: each with its reason."""

MAX_HEADERS = 64
"""Browsers and proxies send about twenty; more is a mistake or an attack."""

MAX_HEADER_BYTES = 16 * 1024
"""A token with many roles has two or three thousand bytes; twice what common proxies let through."""

HEADER_TIMEOUT_SECONDS = 10.0
"""A request's head is one packet; who needs longer holds a connection on purpose."""

KEEP_ALIVE_SECONDS = 15
"""Callers that ask now and then keep their connection; forgotten ones do not pile up."""

MAX_CONNECTIONS = 512
"""Connections at a time: with the buffers of each, some tens of megabytes at most."""

UPLOAD_IDLE_TIMEOUT_SECONDS = 15.0
"""What a sender may keep us waiting, all its pauses together: longer than any network's hiccup."""

MIN_UPLOAD_BYTES_PER_SECOND = 1024
"""Each of these bytes earns the sender more time: slower than any line that a bank has, so a drip ends soon."""

WRITE_TIMEOUT_SECONDS = 60.0
"""For so long a reader may take nothing of an answer. Who sends everything before reading gets stuck here, and ends."""

MAX_UPLOAD_BYTES = 4 * 1024**3
"""About ten million clients. Memory does not grow with it; a limit still ends what would never end."""

MAX_ROW_BYTES = 64 * 1024
"""One line of an upload: as much as one request, see contract.messages."""

MAX_ARROW_MESSAGE_BYTES = 32 * 1024**2
"""One record batch of an Arrow upload is in memory at once: a hundred thousand rows of a usual schema."""

MAX_CONCURRENT_UPLOADS = 4
"""Uploads at a time: they share the batch lane's credit, so more would only wait in each other's way."""

BLOCK_SPLIT_BYTES = 6 * 1024**2
"""A block of rows with long texts is cut in two beyond this: the topic takes 8 MB, framing included."""

DATABASE_THREADS = 8
"""Reading a client and appending to the access log take a millisecond or two: enough for some thousand a second."""

PUBLISH_THREADS = 4
"""Publishing takes a tenth of a millisecond, and may wait for a broker that is away: not on the event loop."""

RECONNECT_SECONDS = 2.0
"""Between two tries to reach a broker that was away at start; from then on the client finds it again by itself."""

READINESS_TIMEOUT_SECONDS = 3.0
"""A worker answers a probe in milliseconds; one that needs longer is not ready."""

READINESS_CACHE_SECONDS = 2.0
"""How old the answer of /readyz may be: the page is open to everyone, and must not make work for strangers."""

RETRY_AFTER_OVERLOAD_SECONDS = 1
"""For a full lane: a worker answers hundreds of requests in a second."""

RETRY_AFTER_OUTAGE_SECONDS = 5
"""For a part that is away: restarts take about so long."""

MAX_UNAUTHENTICATED_ENTRIES_PER_MINUTE = 100
"""Entries of the access log for refused strangers in a minute at most: more would fill it with what anyone can send.
All are counted in the metrics."""
