from pathlib import Path

import jsonschema
import msgspec
import yaml

from contract.asyncapi import document, to_yaml
from contract.codes import ErrorCode
from contract.ids import new_request_id
from contract.messages import ErrorInfo, Rejected, ScoreRequest, encode
from contract.settings import Settings

COMMITTED = Path(__file__).parents[3] / "docs" / "asyncapi.yaml"


def validate(payload: bytes, message: str) -> None:
    whole = yaml.safe_load(COMMITTED.read_text())
    schema = {**whole["components"]["messages"][message]["payload"], "components": whole["components"]}
    jsonschema.validate(msgspec.json.decode(payload), schema)


def test_the_committed_document_is_current():
    assert COMMITTED.read_text() == to_yaml(), "run `make docs`"


def test_every_reference_leads_somewhere():
    whole = document()

    def walk(node: object) -> None:
        if isinstance(node, dict):
            if "$ref" in node:
                place = whole
                for step in node["$ref"].removeprefix("#/").split("/"):
                    place = place[step]
            for child in node.values():
                walk(child)
        elif isinstance(node, list):
            for child in node:
                walk(child)

    walk(whole)


def test_real_messages_fit_the_document():
    validate(encode(ScoreRequest(request_id=new_request_id(), client_ref="c", features={"a": None})), "ScoreRequest")
    rejected = Rejected(request_id=None, client_ref="c", error=ErrorInfo(ErrorCode.INVALID_MESSAGE, "x"))
    validate(encode(rejected), "ScoreResult")


def test_the_example_fits_its_own_schema():
    (example,) = document()["components"]["messages"]["ScoreRequest"]["examples"]
    validate(msgspec.json.encode(example["payload"]), "ScoreRequest")


def test_a_channels_address_is_its_topic_after_the_prefix():
    for name, channel in document()["channels"].items():
        assert channel["address"].format(prefix="bank-a.") == Settings(topic_prefix="bank-a.").topic(name)
        assert channel["parameters"].keys() == {"prefix"}
