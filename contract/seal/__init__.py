"""Sealed payloads: encrypted from requester to worker and back, under keys that live in memory and soon are gone.

docs/adr/0012-sealed-payloads.md says why it is done so, docs/sealing.md defines each byte. No I/O here: `keys` derives,
`kem` wraps a session key for one worker, `announcement` is what workers tell on the topic `score.sealing-keys`,
`envelope` is the form of the bytes, `worker` opens requests, `requester` makes them.
"""
