"""The AsyncAPI 3.0 document, made from the message types so that it cannot drift from them.

`python -m contract.asyncapi` writes it to standard output; `docs/asyncapi.yaml` is its committed copy.
"""

import sys
from typing import Any

import msgspec
import yaml

from contract import topics
from contract.blocks import BLOCK_TYPE, MAX_BLOCK_ROWS, RESULT_BLOCK_TYPE
from contract.codes import ErrorCode, Status
from contract.headers import ARROW, JSON
from contract.messages import (
    DEAD_LETTER_TYPE,
    REQUEST_TYPE,
    RESULT_TYPE,
    DeadLetter,
    Expired,
    Failed,
    Rejected,
    Scored,
    ScoreRequest,
)
from contract.result_fields import BLOCK_FIELDS, ROW_FIELDS, ResultField
from contract.seal.announcement import ANNOUNCEMENT_TYPE, KeyAnnouncement

Json = dict[str, Any]

_DESCRIPTION = """\
Request a client's probability of default on `score.requests`; exactly one terminal result for every request appears
on `score.responses`, matched by `request_id`. Portfolios travel in Arrow blocks on the batch lane. Topics delete: no
record is readable much longer than `NEOSCORE_RETENTION_SECONDS` (default: 60) after the broker received it.

`base_log_odds + Σ log_odds = logit(probability)` within 1e-4, and
`base_probability + Σ probability_contribution = probability` within 1e-9.

Read the responses with a consumer that assigns all partitions and has no group, placed at their end before the
request is sent. Feature names, types and bounds are those of the served model's `schema.json`.

If a deployment seals payloads (`NEOSCORE_SEAL_KEY`), requests and results carry the content type
`application/vnd.neoscore.sealed` and no key. Of the other headers only the `ce_id` of a request is shown; the rest
travel inside. A worker refuses what it cannot open in clear, with the header `neoscore-refusal-mac`. docs/sealing.md
defines each byte, docs/adr/0012-sealed-payloads.md gives the reasons.
"""


def document() -> Json:
    """Return the whole document as plain data."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "NeoScore",
            "version": "1.0.0",
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": JSON,
        "channels": {spec.name: _channel(spec) for spec in topics.TOPICS},
        "operations": {
            "requestScore": _operation("receive", topics.REQUESTS, reply=topics.RESPONSES),
            "requestBlock": _operation("receive", topics.BATCH_REQUESTS, reply=topics.BATCH_RESPONSES),
            "reportDeadLetter": _operation("send", topics.DEAD_LETTERS),
            "announceKey": _operation("send", topics.SEALING_KEYS),
        },
        "components": {"parameters": {"prefix": _PREFIX}, "messages": _messages(), "schemas": _schemas()},
    }


_PREFIX = {
    "description": (
        "The installation's NEOSCORE_TOPIC_PREFIX: letters, digits, dots and dashes, the same for all its topics. Most "
        "installations have none."
    ),
    "default": "",
    "examples": ["bank-a."],
}

_MESSAGES_OF_TOPIC = {
    topics.REQUESTS: ["ScoreRequest"],
    topics.BATCH_REQUESTS: ["ScoreBlock"],
    topics.RESPONSES: ["ScoreResult"],
    topics.BATCH_RESPONSES: ["ResultBlock"],
    topics.DEAD_LETTERS: ["DeadLetter"],
    topics.SEALING_KEYS: ["KeyAnnouncement"],
}


def _channel(spec: topics.TopicSpec) -> Json:
    configuration = {"cleanup.policy": ["delete"], "retention.ms": int(topics.TOPIC_CONFIG["retention.ms"])}
    return {
        "address": f"{{prefix}}{spec.name}",
        "parameters": {"prefix": {"$ref": "#/components/parameters/prefix"}},
        "description": spec.description,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in _MESSAGES_OF_TOPIC[spec.name]},
        "bindings": {"kafka": {"partitions": spec.partitions, "topicConfiguration": configuration}},
        "x-topic-config": dict(topics.TOPIC_CONFIG),
    }


def _operation(action: str, topic: str, reply: str | None = None) -> Json:
    operation: Json = {"action": action, "channel": {"$ref": f"#/channels/{topic}"}}
    if reply:
        operation["reply"] = {"channel": {"$ref": f"#/channels/{reply}"}}
    return operation


def _messages() -> Json:
    client_key = {"type": "string", "description": "client_ref"}
    block_key = {"type": "string", "description": "block_id"}
    result = {"oneOf": [{"$ref": f"#/components/schemas/{status.title()}"} for status in Status]}
    return {
        "ScoreRequest": _message(REQUEST_TYPE, {"$ref": "#/components/schemas/ScoreRequest"}, client_key),
        "ScoreResult": _message(RESULT_TYPE, result, client_key),
        "ScoreBlock": _message(BLOCK_TYPE, _score_block(), block_key, ARROW),
        "ResultBlock": _message(RESULT_BLOCK_TYPE, _result_block(), block_key, ARROW),
        "DeadLetter": _message(DEAD_LETTER_TYPE, {"$ref": "#/components/schemas/DeadLetter"}, None),
        "KeyAnnouncement": _message(ANNOUNCEMENT_TYPE, {"$ref": "#/components/schemas/KeyAnnouncement"}, None),
    }


def _message(type_: str, payload: Json, key: Json | None, content_type: str = JSON) -> Json:
    headers = {
        "type": "object",
        "description": "CloudEvents 1.0 in binary mode; a request may leave them out",
        "properties": {
            "ce_specversion": {"const": "1.0"},
            "ce_id": {"type": "string"},
            "ce_source": {"type": "string"},
            "ce_type": {"const": type_},
            "ce_time": {"type": "string", "format": "date-time"},
            "content-type": {"const": content_type},
            "traceparent": {"type": "string", "description": "W3C trace context, passed on from request to result"},
        },
    }
    message: Json = {"contentType": content_type, "headers": headers, "payload": payload}
    if key:
        message["bindings"] = {"kafka": {"key": key}}
    if type_ == REQUEST_TYPE:
        message["examples"] = [{"payload": _EXAMPLE}]
    return message


_EXAMPLE = {
    "request_id": "01920d6e-7a3c-7f0e-9d5b-3f1c8a2b4e6d",
    "client_ref": "3f9a1c0b7d5e4f2a8c6b1d0e9f7a5b3c",
    "features": {"LIMIT_BAL": 50000, "PAY_0": 2, "BILL_AMT1": 1250.5},
    "explain": True,
    "expires_at": "2030-01-01T12:00:30Z",
}


def _score_block() -> Json:
    return {
        "type": "object",
        "description": (
            f"An Arrow IPC stream with one record batch of 1 to {MAX_BLOCK_ROWS} rows. Columns: request_id and "
            "client_ref (text), and one for each feature (number, or text for choices, in any Arrow type that holds "
            "such; null and NaN are missing). Schema metadata: batch_id, block_id (1 to 64 characters each), explain "
            "(true or false), expires_at (ISO 8601)."
        ),
    }


def _result_block() -> Json:
    columns = "".join(_result_field(field) for field in ROW_FIELDS)
    metadata = "".join(_result_field(field) for field in BLOCK_FIELDS)
    return {
        "type": "object",
        "description": (
            "An Arrow IPC stream with one record batch, a row per request in the order of the block. Readers must "
            f"ignore columns and metadata that they do not know.\n\nColumns:\n{columns}\nSchema metadata: batch_id, "
            "block_id, features (JSON list: the names for the positions of the lists of floats; empty without "
            f"explanations), and of all scored rows:\n{metadata}"
        ),
    }


def _result_field(field: ResultField) -> str:
    description = f": {field.description}" if field.description else ""
    return f"- {field.name} ({field.type}){description}\n"


def _schemas() -> Json:
    types = [ScoreRequest, Scored, Rejected, Expired, Failed, DeadLetter, KeyAnnouncement]
    _, schemas = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    schemas["ErrorCode"]["enum"] = [str(code) for code in ErrorCode]
    meanings = "".join(f"\n- `{code}` ({code.spec.status}): {code.spec.meaning}" for code in ErrorCode)
    schemas["ErrorCode"]["description"] += f"\n{meanings}\n"
    return schemas


class _Dumper(yaml.SafeDumper):
    """YAML for people: texts of several lines as blocks, nothing abbreviated by anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def to_yaml() -> str:
    """Return the document as YAML."""
    return yaml.dump(document(), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


if __name__ == "__main__":
    sys.stdout.write(to_yaml())
