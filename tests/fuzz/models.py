"""Damaged model files, read in a process of their own: `python -m tests.fuzz.models bundle FILE --inputs 3000`.

The first word says who reads them: `bundle` is what a worker does with model.ubj, `import` what `neoscore model import`
does with a file of any library. A file must be read, or refused in one sentence. Prints how often each happened.
"""

import argparse
import logging
import random
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import msgspec

from contract.bundle import load_bundle
from contract.errors import BundleError
from model_import.errors import ModelImportError
from model_import.reader import read_content
from scorer.engine import Engine
from scorer.errors import ScorerError
from tests.fuzz.mutate import damage, one_in, pick
from tests.support.forged_manifest import rewrite_manifest
from tests.support.tiny_model import write_tiny_bundle

NUMBERS = (b"0", b"1", b"-1", b"2147483647", b"2147483648", b"99999999999999999999", b"1e400", b"nan", b"-0.0")

LENGTHS = (0, 1, 7, 100, 1 << 31, (1 << 63) - 1, -1)


def damage_model(rng: random.Random, content: bytes) -> bytes:
    """Return the file after damage to its bytes, to a number in its text, to a length or to a node of a tree."""
    match rng.randrange(4):
        case 0:
            return damage(rng, content)
        case 1:
            places = [i for i, byte in enumerate(content) if byte in b"0123456789"]
            at = pick(rng, places)
            return content[:at] + pick(rng, NUMBERS) + content[at + 1 :]
        case 2:
            places = [i for i, byte in enumerate(content) if byte == ord("L")]
            at = pick(rng, places) + 1 if places else rng.randrange(len(content))
            return content[:at] + pick(rng, LENGTHS).to_bytes(8, "big", signed=True) + content[at + 8 :]
        case _:
            return _damage_tree(rng, content)


def _damage_tree(rng: random.Random, content: bytes) -> bytes:
    """Change numbers of a tree in XGBoost's JSON, which stays whole; other files are damaged elsewhere."""
    try:
        document = msgspec.json.decode(content)
        trees = document["learner"]["gradient_booster"]["model"]["trees"]
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError, TypeError):
        return damage(rng, content)
    tree = pick(rng, trees)
    for _ in range(rng.randint(1, 3)):
        column = tree[pick(rng, sorted(name for name, value in tree.items() if isinstance(value, list)))]
        if one_in(rng, 8):
            column.append(0)
        elif column:
            column[rng.randrange(len(column))] = pick(rng, (-2, -1, 0, 1, 2, 3, len(column), 1 << 31, 1 << 63, None))
    return msgspec.json.encode(document)


def main() -> int:
    arguments = argparse.ArgumentParser(prog="python -m tests.fuzz.models", description=__doc__)
    arguments.add_argument("reader", choices=("bundle", "import"))
    arguments.add_argument("file", type=Path)
    arguments.add_argument("--inputs", type=int, default=3_000)
    arguments.add_argument("--seed", type=int, default=1)
    options = arguments.parse_args()
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    rng, content = random.Random(options.seed), options.file.read_bytes()
    ends: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        read = _bundle_reader(Path(folder)) if options.reader == "bundle" else _import
        for _ in range(options.inputs):
            ends[read(damage_model(rng, content))] += 1
    sys.stdout.write(msgspec.json.encode(ends).decode() + "\n")
    return 0


def _bundle_reader(folder: Path) -> Callable[[bytes], str]:
    bundle = write_tiny_bundle(folder)

    def read(model: bytes) -> str:
        (bundle.path / "model.ubj").write_bytes(model)
        rewrite_manifest(bundle.path)
        try:
            Engine(load_bundle(bundle.path))
        except (BundleError, ScorerError) as refusal:
            return _judged(str(refusal))
        return "read"

    return read


def _import(content: bytes) -> str:
    try:
        read_content(content, best_iteration=False)
    except ModelImportError as refusal:
        return _judged(str(refusal))
    return "read"


def _judged(sentence: str) -> str:
    return "refused" if sentence and "\n" not in sentence and len(sentence) < 500 else f"not a sentence: {sentence}"


if __name__ == "__main__":
    sys.exit(main())
