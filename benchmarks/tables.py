"""Results as tables: headings and rows of text. No I/O."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.contenders import OURS_BATCH
from benchmarks.dashboard import TARGETS_MS
from benchmarks.engine import CONTRIBS, NAIVE, PROBABILITY, SHAP, TABLES
from benchmarks.request_path import NAIVE as NAIVE_PATH
from benchmarks.request_path import OURS as OUR_PATH
from benchmarks.results import Results, measured
from benchmarks.targets import targets

NONE = "–"


@dataclass(frozen=True)
class ResultTable:
    """A table of texts; all columns but the first `texts` are numbers."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    texts: int = 1


def all_tables(results: Results) -> dict[str, ResultTable]:
    """Return every table by its name; a part that was not measured has none."""
    tables = {"targets": _targets(results)} if targets(results) else {}
    if engine := measured(results, "engine"):
        tables |= {"engine": _engine(engine["explainers"]), "request-path": _request_path(engine["request_path"])}
    pipeline = measured(results, "pipeline") or {}
    if "contenders" in pipeline.get("apache", {}):
        tables |= {"throughput": _throughput(pipeline["apache"]), "latency": _latency(pipeline)}
    scaling = measured(results, "scaling") or {}
    if "bundles" in scaling:
        tables["bundles"] = _bundles(scaling["bundles"])
    if "clients" in scaling:
        tables["clients"] = _clients(scaling["clients"])
    if portfolio := scaling.get("portfolio"):
        tables |= {
            "portfolio": _portfolio(portfolio["runs"]),
            "memory": _memory(portfolio["runs"]),
            "lanes": _lanes(portfolio["lanes"]),
        }
    return tables | _dashboard_gateway_sealing(results)


def _dashboard_gateway_sealing(results: Results) -> dict[str, ResultTable]:
    """The tables of what surrounds a score: the screen, the gateway, the seal."""
    tables = {}
    if "delays_ms" in (delays := measured(results, "dashboard") or {}):
        tables["dashboard"] = _dashboard(delays["delays_ms"])
    if "latency" in (gateway := measured(results, "gateway") or {}):
        tables["gateway"] = _gateway(gateway)
    if sealing := measured(results, "sealing"):
        tables["sealing"] = _sealing(sealing)
    if training := measured(results, "training"):
        tables["training"] = _training(training)
    return tables


def _targets(results: Results) -> ResultTable:
    rows = [
        [target.text, f"{'≥' if target.at_least else '≤'} {_number(target.bound)} {target.unit}",
         f"{_number(target.value)} {target.unit}", "yes" if target.met else "**no**"]
        for target in targets(results)
    ]  # fmt: skip
    return ResultTable("Performance targets", ["target", "bound", "measured", "met"], rows)


def _engine(explainers: Sequence[dict[str, Any]]) -> ResultTable:
    methods = (TABLES, PROBABILITY, CONTRIBS, SHAP, NAIVE)
    found = {(row["depth"], row["trees"], row["batch"], row["method"]): row for row in explainers}
    models = list(dict.fromkeys((row["depth"], row["trees"], row["batch"]) for row in explainers))
    rows = []
    for depth, trees, batch in models:
        cells = [found.get((depth, trees, batch, method)) for method in methods]
        tables_us = _spread(cells[0]["us_per_row"]) if cells[0] else NONE
        others = [f"{cell['times_tables']:.1f}" if cell else NONE for cell in cells[1:]]
        rows.append([f"depth {depth} × {trees}", str(batch), *others, tables_us])
    return ResultTable(
        "Explaining, in times the lookup tables", ["model", "batch", *methods[1:], "lookup tables, µs"], rows
    )


def _request_path(path: dict[str, Any]) -> ResultTable:
    us = path["us_per_request"]
    rows = [[OUR_PATH, "1", _spread(us[OUR_PATH])], [NAIVE_PATH, f"{path['times_ours']:.1f}", _spread(us[NAIVE_PATH])]]
    return ResultTable("One request, Kafka aside", ["method", "times ours", "µs a request"], rows)


def _throughput(apache: dict[str, Any]) -> ResultTable:
    contenders = apache["contenders"]
    cpu = {row["name"]: row["cpu_seconds_per_1000_rows"]["median"] for row in contenders}
    base = cpu.get(OURS_BATCH, min(cpu.values()))
    rows = [
        [row["name"], f"{cpu[row['name']] / base:.1f}", _spread(row["cpu_seconds_per_1000_rows"], 3),
         _spread(row["rows_per_second"], 0)]
        for row in sorted(contenders, key=lambda row: cpu[row["name"]])
    ]  # fmt: skip
    headings = ["consumer", "CPU, times the batch lane", "CPU seconds per 1,000 rows", "rows/s"]
    return ResultTable("Through Apache Kafka", headings, rows)


def _latency(pipeline: dict[str, Any]) -> ResultTable:
    apache = [(row["name"], row["latency"]) for row in pipeline["apache"]["contenders"] if row["latency"]]
    tansu = pipeline.get("tansu", {}).get("latency")
    loopback = pipeline["apache"].get("loopback")
    if loopback:
        apache.append(("broker and load generator alone", loopback))
    everyone = [*apache, *([("NeoScore, interactive lane, on Tansu", tansu)] if tansu else [])]
    rates = sorted({row["rate"] for _, latency in everyone for row in latency})
    rows = [[name, *(_latency_at(rate, latency) for rate in rates)] for name, latency in everyone]
    return ResultTable("Latency, p50 / p99 in ms", ["consumer", *(f"{rate}/s" for rate in rates)], rows)


def _latency_at(rate: int, latency: Sequence[dict[str, Any]]) -> str:
    """A contender that gave no answer to every request at a rate has no number there."""
    found = [f"{_number(row['p50_ms']['median'])} / {_spread(row['p99_ms'])}" for row in latency if row["rate"] == rate]
    return found[0] if found else NONE


def _portfolio(runs: Sequence[dict[str, Any]]) -> ResultTable:
    single = {run["rows"]: run["rows_per_second"] for run in runs if run["workers"] == 1}
    rows = [
        [f"{run['rows']:,}", str(run["workers"]), f"{run['rows_per_second'] / single[run['rows']]:.2f}",
         f"{run['seconds']:.1f}", f"{run['rows_per_second']:,.0f}", f"{run['scored']:,}"]
        for run in sorted(runs, key=lambda run: (run["rows"], run["workers"]))
    ]  # fmt: skip
    headings = ["clients", "workers", "times one worker", "seconds", "rows/s", "scored"]
    return ResultTable("A portfolio from PostgreSQL, with explanations", headings, rows, texts=0)


def _memory(runs: Sequence[dict[str, Any]]) -> ResultTable:
    largest = max(run["rows"] for run in runs)
    rows = [
        [name, str(run["workers"]), f"{mb['end'] / mb['warm']:.2f}" if mb["warm"] else NONE,
         *(f"{mb[at]:.0f}" for at in ("warm", "end", "peak"))]
        for run in runs if run["rows"] == largest
        for name, mb in run["memory_mb"].items()
    ]  # fmt: skip
    headings = ["process", "workers", "end, times warm", "warm, MB", "end, MB", "peak, MB"]
    return ResultTable(f"Memory over {largest:,} rows", headings, rows)


def _lanes(lanes: dict[str, Any]) -> ResultTable:
    alone = lanes["alone"]["p99_ms"]
    names = {"alone": "alone", "concurrent": f"while {lanes['portfolio_rows']:,} rows run on the batch lane"}
    rows = [
        [text, f"{lanes[key]['p99_ms'] / alone:.1f}", f"{lanes[key]['p50_ms']:.1f}", f"{lanes[key]['p99_ms']:.1f}",
         f"{lanes[key]['requests']:,}"]
        for key, text in names.items()
    ]  # fmt: skip
    title = f"Interactive lane at {lanes['rate']} requests/s, one worker"
    return ResultTable(title, ["interactive lane", "p99, times alone", "p50, ms", "p99, ms", "requests"], rows)


def _bundles(bundles: Sequence[dict[str, Any]]) -> ResultTable:
    base = bundles[0]["us_per_row"]["median"]
    rows = [
        [str(row["trees"]), f"{row['us_per_row']['median'] / base:.1f}", _spread(row["us_per_row"]),
         f"{row['tables_mb']:.1f}" if row["tables_mb"] else NONE, f"{row['model_mb']:.1f}",
         f"{row['load_seconds']:.1f}"]
        for row in bundles
    ]  # fmt: skip
    headings = ["trees", "times the smallest", "µs per row", "tables, MB", "model file, MB", "load, s"]
    return ResultTable("Size of the model (depth 4)", headings, rows, texts=0)


def _clients(sizes: Sequence[dict[str, Any]]) -> ResultTable:
    headings = ["what", *(f"{size['clients']:,} clients" for size in sizes)]
    rows = [["fill the table, s", *(f"{size['seed_seconds']:.0f}" for size in sizes)]]
    rows.append(["stream, µs a client", *(f"{size['stream_us_per_client']:.1f}" for size in sizes)])
    for name in sizes[0]["milliseconds"]:
        rows.append([f"{name}, ms", *(_spread(size["milliseconds"][name]) for size in sizes)])
    return ResultTable("Clients in the database", headings, rows)


def _spread(values: dict[str, float], digits: int = 1) -> str:
    median, low, high = (f"{values[name]:,.{digits}f}" for name in ("median", "low", "high"))
    return f"{median} ({low}–{high})"


def _number(value: float) -> str:
    return f"{value:,.1f}" if value % 1 else f"{value:,.0f}"


def _dashboard(waits: dict[str, dict[str, float]]) -> ResultTable:
    rows = [
        [name, f"{bound:,} ms", f"{waits[name]['median']:.0f} ms ({waits[name]['low']:.0f}–{waits[name]['high']:.0f})"]
        for name, bound in TARGETS_MS.items()
    ]
    return ResultTable("What an advisor waits for", ["wait", "at most", "measured"], rows)


def _sealing(sealing: dict[str, Any]) -> ResultTable:
    rows = [
        [who, *(_spread(sealing[unit][who]) for unit in ("us_per_request", "us_per_row"))]
        for who in sealing["us_per_request"]
    ]
    rows.append(["sealed against plain", f"{sealing['times_plain']:.2f} ×", f"{sealing['times_plain_row']:.2f} ×"])
    return ResultTable("Sealed payloads", ["processor time of", "µs a request", "µs a row of a block"], rows)


def _gateway(gateway: dict[str, Any]) -> ResultTable:
    rows = [[way, _spread(each["p50_ms"]), _spread(each["p99_ms"])] for way, each in gateway["latency"].items()]
    rows.append(["added", _spread(gateway["added_ms"]), NONE])
    return ResultTable(f"One request at {gateway['rate']} requests/s", ["over", "median, ms", "p99, ms"], rows)


def _training(files: Sequence[dict[str, Any]]) -> ResultTable:
    headings = ["file", "rows × features", "defaults", "s", "trees"]
    measures = (("ROC AUC", "roc_auc", max), ("Brier", "brier", min), ("calibration error", "calibration_error", min))
    headings += [heading for name, _, _ in measures for heading in (name, "best peer")] + ["by chance"]
    rows = []
    for file in files:
        row = [file["file"], f"{file['rows']:,} × {file['features']}", f"{file['default_rate']:.1%}"]
        row += [f"{file['seconds']:.0f}", file["shape"]]
        for _, key, best in measures:
            row += [f"{file['ours'][key]:.4f}", f"{best(peer[key] for peer in file['peers'].values()):.4f}"]
        rows.append([*row, f"{file['chance']:.4f}"])
    return ResultTable("Training without options, beside tuned peers", headings, rows)
