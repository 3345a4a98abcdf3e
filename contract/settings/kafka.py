"""How services reach the broker."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, SecretStr


class KafkaSettings(BaseModel):
    """Settings of every Kafka client."""

    kafka_bootstrap: str = Field("127.0.0.1:9092", description="Kafka's bootstrap servers, comma-separated")
    kafka_security: Literal["PLAINTEXT", "SSL", "SASL_SSL"] = Field(
        "PLAINTEXT",
        description="protocol of the broker's listener: `SSL` encrypts, `SASL_SSL` also signs in by SCRAM-SHA-512; "
        "production takes `PLAINTEXT` only on this machine",
    )
    kafka_username: str | None = Field(None, description="user that signs in to the broker; needed by `SASL_SSL`")
    kafka_password: SecretStr | None = Field(None, description="password of that user")
    kafka_ca: Path | None = Field(
        None, description="PEM file of the authority that signed the broker's certificate; default: the system's"
    )
    consumer_group: str = Field("neoscore-scorer", description="Kafka group of the workers: they share its partitions")
    fetch_wait_ms: int = Field(
        25,
        gt=0,
        description="longest wait of a fetch, of workers and requesters: a message that comes while a fetch waits on "
        "other partitions is late by it; on Tansu 100 or more, or a partition of 100,000 batches goes silent",
    )
