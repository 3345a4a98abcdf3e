"""No service serves a bundle without asking who signed it."""

import ast
from pathlib import Path

ASKED = {"load_bundle": 2, "try_out": 2, "list_versions": 3, "verify_bundle": 3}
"""Function → its arguments, the last of which are the release keys."""

NOT_TO_SERVE = {"contract/bundle.py", "contract/active_model.py", "stack/models.py"}
"""They pass on what they got, or read what was written a moment ago."""

PACKAGES = ("contract", "db", "model_import", "presentation", "producers", "reporting", "scorer", "stack", "training")


def test_every_call_passes_the_release_keys():
    found = []
    for package in PACKAGES:
        for path in sorted(Path(package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ASKED:
                    given = len(node.args) + len(node.keywords)
                    if given < ASKED[node.func.id] and str(path) not in NOT_TO_SERVE:
                        found.append(f"{path}:{node.lineno}")
    assert not found
