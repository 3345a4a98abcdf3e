"""The HTTP gateway: score requests over HTTP, published on Kafka as any other requester's."""
