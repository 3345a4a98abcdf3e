"""ONNX: a graph whose work is done by one TreeEnsembleClassifier, as skl2onnx writes scikit-learn's models.

Gradient boosting adds log-odds and ends in a logistic function. Random forests, extra trees and single decision trees
add up parts of the probability itself. The file does not say how many training rows its nodes hold.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from model_import.errors import ModelImportError
from model_import.source_model import Predict, SourceModel
from scorer.shap_tables.trees import Precision, Scale, Tree, TreeEnsemble

if TYPE_CHECKING:
    import onnx

CLASSIFIER = "TreeEnsembleClassifier"

HARMLESS_AFTER = frozenset({"Cast", "Identity", "ZipMap"})
"""They change the form of the probabilities, and none of them."""

HARMLESS_BEFORE = frozenset({"Concat", "Identity"})
"""They gather the columns."""

DOUBLE = 11
"""TensorProto.DOUBLE."""

Attributes = dict[str, Any]


def read_onnx(content: bytes) -> SourceModel:
    """Read the file. Raises ModelImportError for graphs that do more than evaluate trees."""
    try:
        import onnx
    except ImportError:
        raise ModelImportError("reading ONNX needs the package onnx: pip install 'neoscore[models]'") from None
    from google.protobuf.message import DecodeError

    try:
        graph = onnx.load_model_from_string(content).graph
    except DecodeError:
        raise ModelImportError("the file is neither an ONNX model nor any other kind that can be imported") from None
    node = _classifier(graph)
    attributes: Attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
    names, columns = _inputs(graph)
    classes = _classes(attributes)
    try:
        ensemble = _ensemble(attributes, columns, _precision(graph))
    except (KeyError, IndexError, ValueError, RecursionError):
        raise ModelImportError("the ONNX file is damaged: a tree is not whole") from None
    kind = "random forest" if ensemble.scale is Scale.PROBABILITY else "gradient boosting"
    return SourceModel(
        library="ONNX",
        description=f"{len(ensemble.trees)} trees, {kind} ({graph.name or 'unnamed'})",
        ensemble=ensemble,
        reference=lambda: _reference(content),
        extension="onnx",
        names=names,
        classes=classes,
        has_cover=False,
    )


def _reference(content: bytes) -> Predict:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    inputs = session.get_inputs()
    kind = np.float64 if inputs[0].type == "tensor(double)" else np.float32
    output = session.get_outputs()[-1].name

    def predict(rows: NDArray[np.float64]) -> NDArray[np.float64]:
        with np.errstate(over="ignore"):
            values = rows.astype(kind)
        parts = [values] if len(inputs) == 1 else np.split(values, len(inputs), axis=1)
        (result,) = session.run([output], {given.name: part for given, part in zip(inputs, parts, strict=True)})
        if isinstance(result, list):  # ZipMap: a dictionary from class to probability for each row
            return np.array([list(row.values())[1] for row in result], np.float64)
        return np.asarray(result, np.float64)[:, 1]

    return predict


def _classifier(graph: "onnx.GraphProto") -> Any:
    trees: list[Any] = [node for node in graph.node if node.op_type.startswith("TreeEnsemble")]
    if not trees:
        kinds = ", ".join(sorted({node.op_type for node in graph.node}))
        raise ModelImportError(f"the ONNX graph holds no tree ensemble, but {kinds or 'nothing'}")
    if len(trees) > 1:
        raise ModelImportError("the ONNX graph holds several models: export one, without calibration or voting")
    if trees[0].op_type != CLASSIFIER:
        raise ModelImportError(
            f"the ONNX graph holds a {trees[0].op_type}, which gives no probability: export a classifier"
        )
    place = list(graph.node).index(trees[0])
    for nodes, harmless, where in (
        (graph.node[:place], HARMLESS_BEFORE, "before"),
        (graph.node[place + 1 :], HARMLESS_AFTER, "after"),
    ):
        if others := sorted({node.op_type for node in nodes} - harmless):
            raise ModelImportError(
                f"the ONNX graph has {', '.join(others)} {where} its trees: export the trees alone, trained on the "
                "columns as they are"
            )
    return trees[0]


def _inputs(graph: "onnx.GraphProto") -> tuple[tuple[str, ...] | None, int]:
    """Return the names of the columns, None for one matrix, and how many there are (0: not said)."""
    if len(graph.input) == 1:
        shape = graph.input[0].type.tensor_type.shape.dim
        return None, int(shape[1].dim_value) if len(shape) == 2 else 0
    joined = next((other for other in graph.node if other.op_type == "Concat"), None)
    names = tuple(given.name for given in graph.input)
    if joined is None or tuple(joined.input) != names:
        raise ModelImportError("the ONNX graph does not join its inputs in their order, one column each")
    return names, len(names)


def _precision(graph: "onnx.GraphProto") -> Precision:
    double = graph.input[0].type.tensor_type.elem_type == DOUBLE
    return Precision.FLOAT64 if double else Precision.FLOAT32


def _classes(attributes: Attributes) -> tuple[str, str]:
    labels = attributes.get("classlabels_int64s") or attributes.get("classlabels_strings") or []
    if len(labels) != 2:
        raise ModelImportError(f"the ONNX model has {len(labels)} classes: only models of two can be imported")
    first, second = (label.decode() if isinstance(label, bytes) else str(label) for label in labels)
    return first, second


def _ensemble(attributes: Attributes, columns: int, precision: Precision) -> TreeEnsemble:
    transform = attributes.get("post_transform", b"NONE")
    if transform not in (b"LOGISTIC", b"NONE"):
        raise ModelImportError(f"the ONNX model ends in {transform.decode()}, which cannot be imported")
    values = _tensor(attributes, "nodes_values")
    used = _weights_of_default(attributes)
    trees = tuple(_trees(attributes, values, used))
    base = _tensor(attributes, "base_values")
    bias = float(base[-1]) if len(base) else 0.0
    seen = 1 + max((int(tree.feature.max()) for tree in trees), default=0)
    return TreeEnsemble(
        trees=trees,
        features=max(columns, seen),
        bias=bias,
        precision=precision,
        scale=Scale.LOG_ODDS if transform == b"LOGISTIC" else Scale.PROBABILITY,
    )


def _tensor(attributes: Attributes, name: str) -> NDArray[np.float64]:
    if f"{name}_as_tensor" in attributes:
        import onnx.numpy_helper

        return np.asarray(onnx.numpy_helper.to_array(attributes[f"{name}_as_tensor"]), np.float64)
    return np.asarray(attributes.get(name, ()), np.float64)


def _weights_of_default(attributes: Attributes) -> dict[tuple[int, int], float]:
    """Return tree and leaf → what the leaf adds to the second class; files with one class of weights mean that one."""
    weights = _tensor(attributes, "class_weights").tolist()
    classes = attributes["class_ids"]
    wanted = max(classes)
    found: dict[tuple[int, int], float] = {}
    places = zip(attributes["class_treeids"], attributes["class_nodeids"], strict=True)
    for place, number, weight in zip(places, classes, weights, strict=True):
        if number == wanted:
            found[place] = found.get(place, 0.0) + weight
    return found


def _trees(attributes: Attributes, values: NDArray[np.float64], used: dict[tuple[int, int], float]) -> Iterable[Tree]:
    tree_ids, node_ids = np.array(attributes["nodes_treeids"]), np.array(attributes["nodes_nodeids"])
    columns = {name: np.array(attributes[f"nodes_{name}"]) for name in ("truenodeids", "falsenodeids", "featureids")}
    modes = np.array([mode.decode() for mode in attributes["nodes_modes"]])
    tracks = np.array(attributes.get("nodes_missing_value_tracks_true") or np.zeros(len(modes)), bool)
    if others := sorted(set(modes) - {"LEAF", "BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT"}):
        raise ModelImportError(f"the ONNX trees have splits of kind {', '.join(others)}, which cannot be imported")
    for tree_id in dict.fromkeys(tree_ids.tolist()):
        own = np.flatnonzero(tree_ids == tree_id)
        numbers = node_ids[own].tolist()
        place = {node: i for i, node in enumerate(numbers)}
        leaf, above = modes[own] == "LEAF", np.isin(modes[own], ("BRANCH_GTE", "BRANCH_GT"))
        yes, no = (
            np.array([-1 if is_leaf else place[child] for is_leaf, child in zip(leaf, children, strict=True)])
            for children in (columns["truenodeids"][own].tolist(), columns["falsenodeids"][own].tolist())
        )
        yield Tree(
            left=np.where(above, no, yes).astype(np.int32),
            right=np.where(above, yes, no).astype(np.int32),
            feature=np.where(leaf, 0, columns["featureids"][own]).astype(np.int32),
            threshold=np.where(leaf, 0.0, values[own]),
            inclusive=np.isin(modes[own], ("BRANCH_LEQ", "BRANCH_GT")),
            default_left=tracks[own] ^ above,
            cover=np.ones(len(own)),
            value=np.where(leaf, [used.get((tree_id, node), 0.0) for node in numbers], 0.0),
        )
