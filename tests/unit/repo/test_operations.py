"""docs/operations.md names the metrics that there are, and no others."""

import re

import yaml
from prometheus_client.parser import text_string_to_metric_families

from db.unusual_reading import ReadingReport
from producers.gateway.metrics import GatewayMetrics
from scorer.metrics import WorkerMetrics
from tests.unit.repo.files import read

PAGE = read("docs/operations.md")
RULES = next(
    page for page in map(yaml.safe_load, re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)) if "groups" in page
)["groups"][0]["rules"]


def exposed() -> set[str]:
    worker, gateway = WorkerMetrics(lambda: "m-1", end_offsets_reliable=True), GatewayMetrics()
    gateway.reading(ReadingReport([], 0, 0))
    text = worker.render(ready=True).decode() + gateway.render().decode()
    families = text_string_to_metric_families(text)
    names = {f"{family.name}_total" if family.type == "counter" else family.name for family in families}
    return {name for name in names if name.startswith("neoscore_")}


def test_the_page_lists_every_metric() -> None:
    table = [line for line in PAGE.splitlines() if line.startswith("| `neoscore_")]
    assert {name for line in table for name in re.findall(r"neoscore_[a-z_]+", line.split("|")[1])} == exposed()


def test_alerts_ask_for_metrics_that_exist() -> None:
    asked = {name.removesuffix("_bucket") for rule in RULES for name in re.findall(r"neoscore_[a-z_]+", rule["expr"])}
    assert asked <= exposed()
    assert len(asked) > 5
