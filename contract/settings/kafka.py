"""How services reach the broker."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, SecretStr, field_validator

from contract.retention import (
    DEFAULT_RETENTION_SECONDS,
    MAX_RETENTION_SECONDS,
    MIN_RETENTION_SECONDS,
    Retention,
)
from contract.topics import TOPICS, TopicSpec

GROUP = "neoscore-scorer"

PREFIX_LENGTH = 100
"""Kafka takes topic names of 249 characters; the longest name after the prefix has 20, and people read them."""


class KafkaSettings(BaseModel):
    """Settings of every Kafka client."""

    kafka_bootstrap_servers: str = Field("127.0.0.1:9092", description="Kafka's bootstrap servers, comma-separated")
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_SSL"] = Field(
        "PLAINTEXT",
        description="protocol of the broker's listener: `SSL` encrypts, `SASL_SSL` also signs in by SCRAM-SHA-512; "
        "production takes `PLAINTEXT` only on this machine",
    )
    kafka_username: str | None = Field(None, description="user that signs in to the broker; needed by `SASL_SSL`")
    kafka_password: SecretStr | None = Field(None, description="password of that user")
    kafka_ca_file: Path | None = Field(
        None, description="PEM file of the authority that signed the broker's certificate; default: the system's"
    )
    topic_prefix: str = Field(
        "",
        description="beginning of the names of this installation's topics and of its default consumer group, such as "
        "`bank-a.`: several installations share a cluster, each with its own. Letters, digits, dots and dashes; "
        "default: none",
    )
    consumer_group: str | None = Field(
        None,
        description=f"Kafka group of the workers: they share its partitions; default: `{GROUP}` after the prefix",
    )
    retention_seconds: int = Field(
        DEFAULT_RETENTION_SECONDS,
        ge=MIN_RETENTION_SECONDS,
        le=MAX_RETENTION_SECONDS,
        description="seconds for which the topics retain records, 10 to 300: segments, maximum ages and the defaults "
        "of times to live follow from it. `neoscore topics apply` brings existing topics to a new value",
    )
    fetch_max_wait_ms: int = Field(
        25,
        gt=0,
        description="maximum wait of a fetch, for workers and requesters: a message that arrives while a fetch waits "
        "on other partitions can be delayed by this much; on Tansu use 100 or more, or a partition of 100,000 batches "
        "stops delivering",
    )

    @field_validator("topic_prefix")
    @classmethod
    def _refuse_what_kafka_refuses(cls, prefix: str) -> str:
        if not re.fullmatch(rf"[A-Za-z0-9.-]{{0,{PREFIX_LENGTH}}}", prefix):
            raise ValueError(f"use letters, digits, dots and dashes only, at most {PREFIX_LENGTH} of them")
        return prefix

    @property
    def group(self) -> str:
        """The workers' consumer group."""
        return self.consumer_group or f"{self.topic_prefix}{GROUP}"

    def topic(self, base_name: str) -> str:
        """Return the name that a topic of this installation has on the broker."""
        return f"{self.topic_prefix}{base_name}"

    def topics(self) -> list[TopicSpec]:
        """Return every topic of this installation, under its name on the broker."""
        return [replace(spec, name=self.topic(spec.name)) for spec in TOPICS]

    @property
    def retention(self) -> Retention:
        """The retention of this installation, and the times that follow from it."""
        return Retention(self.retention_seconds)
