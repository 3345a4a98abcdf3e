"""Quix Streams: a streaming data frame that applies the model to each message. Its JSON is orjson's."""

from typing import Any

from quixstreams import Application

from benchmarks.peers.service import ANSWERS, BOOTSTRAP, COMMIT_SECONDS, FETCH_WAIT_MS, REQUESTS, Model


def main() -> None:
    """Run until SIGTERM."""
    model = Model()

    def score(request: dict[str, Any]) -> dict[str, Any]:
        *contributions, bias = model.contributions(model.rows([request]))[0].tolist()
        return model.answer(request, contributions, bias)

    app = Application(
        broker_address=BOOTSTRAP,
        consumer_group="bench-quix",
        auto_offset_reset="earliest",
        auto_create_topics=False,
        use_changelog_topics=False,
        commit_interval=COMMIT_SECONDS,
        loglevel="WARNING",
        consumer_extra_config={"fetch.wait.max.ms": FETCH_WAIT_MS},
        producer_extra_config={"linger.ms": 1},
    )
    requests = app.topic(REQUESTS, value_deserializer="json", key_deserializer="bytes")
    answers = app.topic(ANSWERS, value_serializer="json", key_serializer="bytes")
    app.dataframe(requests).apply(score).to_topic(answers)
    app.run()


if __name__ == "__main__":
    main()
