"""An upstream system in another house: it has kafka-python, the AsyncAPI document and the model, nothing of ours."""

import json
import math
import time
import uuid
from pathlib import Path

import numpy as np
import pytest
import xgboost
import yaml
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from training.sources import load_dataset

DOCUMENT = yaml.safe_load((Path(__file__).parents[2] / "docs" / "asyncapi.yaml").read_text())
CLIENTS = 50
WAIT_SECONDS = 60

pytestmark = pytest.mark.broker


def address(prefix: str, operation: str, part: str | None = None) -> str:
    place = DOCUMENT["operations"][operation]
    name = (place[part] if part else place)["channel"]["$ref"].removeprefix("#/channels/")
    return DOCUMENT["channels"][name]["address"].format(prefix=prefix)


def ask(bootstrap: str, prefix: str, requests: dict[str, dict]) -> dict[str, dict]:
    """Publish the requests (by id) and return the answers (by id)."""
    responses = address(prefix, "requestScore", "reply")
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, group_id=None)
    partitions = [TopicPartition(responses, number) for number in consumer.partitions_for_topic(responses)]
    consumer.assign(partitions)
    consumer.seek_to_end(*partitions)
    for partition in partitions:
        consumer.position(partition)
    producer = KafkaProducer(bootstrap_servers=bootstrap)
    for request in requests.values():
        value = json.dumps(request).encode()
        producer.send(address(prefix, "requestScore"), key=request["client_ref"].encode(), value=value)
    producer.flush()
    answers: dict[str, dict] = {}
    deadline = time.monotonic() + WAIT_SECONDS
    while len(answers) < len(requests) and time.monotonic() < deadline:
        for records in consumer.poll(timeout_ms=200).values():
            for record in records:
                answer = json.loads(record.value)
                if answer["request_id"] in requests:
                    answers[answer["request_id"]] = answer
    producer.close()
    consumer.close()
    return answers


def test_a_stranger_gets_the_models_own_numbers_and_they_add_up(config, bundle, worker):
    worker(config, bundle)
    frame = load_dataset("uci-credit-default").frame.head(CLIENTS)
    booster = xgboost.Booster()
    booster.load_model(bundle.path / "model.ubj")
    expected = booster.predict(xgboost.DMatrix(frame[booster.feature_names].astype(np.float32)))
    requests = {}
    for i, features in enumerate(frame[booster.feature_names].astype(float).to_dict("records")):
        request_id = str(uuid.uuid4())
        requests[request_id] = {"request_id": request_id, "client_ref": f"stranger-{i}", "features": features}

    answers = ask(config.kafka_bootstrap_servers, config.topic_prefix, requests)

    assert answers.keys() == requests.keys()
    for (request_id, request), probability in zip(requests.items(), expected, strict=True):
        answer = answers[request_id]
        assert answer["status"] == "scored"
        assert answer["client_ref"] == request["client_ref"]
        assert answer["probability"] == pytest.approx(float(probability), abs=1e-6)
        parts = answer["contributions"]
        assert {part["feature"] for part in parts} == set(booster.feature_names)
        base = answer["base_probability"]
        assert logit(base) + sum(part["log_odds"] for part in parts) == pytest.approx(
            logit(answer["probability"]), abs=1e-4
        )
        assert base + sum(part["probability_contribution"] for part in parts) == pytest.approx(
            answer["probability"], abs=1e-9
        )


def logit(probability: float) -> float:
    return math.log(probability / (1 - probability))
