"""Plain Faust: an agent, and one call of shap.TreeExplainer for each message."""

import os

import faust
import orjson
import shap

from benchmarks.peers.service import ANSWERS, BOOTSTRAP, COMMIT_SECONDS, REQUESTS, Model

app = faust.App(
    "bench-faust",
    broker=f"kafka://{BOOTSTRAP}",
    store="memory://",
    datadir=os.getcwd(),
    key_serializer="raw",
    value_serializer="raw",  # orjson below is quicker than Faust's own codec
    web_enabled=False,
    topic_disable_leader=True,
    topic_allow_declare=False,
    consumer_auto_offset_reset="earliest",
    broker_commit_interval=COMMIT_SECONDS,
    producer_linger=0.0,
    producer_acks=-1,
)
requests = app.topic(REQUESTS)
answers = app.topic(ANSWERS)
model = Model()
explainer = shap.TreeExplainer(model.booster)
bias = float(explainer.expected_value[0])


@app.agent(requests)
async def score(stream: "faust.StreamT[bytes]") -> None:
    """Answer each message."""
    async for event in stream.events():
        request = orjson.loads(event.value)
        values = explainer.shap_values(model.rows([request]), check_additivity=False)[0].tolist()
        await answers.send(key=event.key, value=orjson.dumps(model.answer(request, values, bias)))


if __name__ == "__main__":
    faust.Worker(app, loglevel="WARNING").execute_from_commandline()
