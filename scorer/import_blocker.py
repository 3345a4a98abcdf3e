"""Keeping pandas and scikit-learn out of a worker process.

XGBoost imports scikit-learn for its estimator classes when it is installed, and that imports pandas; pyarrow imports
pandas on the first conversion from Python, to recognise its types. A worker uses neither: they would cost it 90 MB
and more than a second at start. Both libraries have a path for machines where the imports fail; a worker takes it.
"""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

BLOCKED_PACKAGES = ("pandas", "sklearn")


class _ImportBlocker(MetaPathFinder):
    """Says of the unused packages that they are not installed. (A None in `sys.modules` would crash pyarrow.)"""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname in BLOCKED_PACKAGES:
            raise ModuleNotFoundError(f"{fullname} is kept out of worker processes", name=fullname)
        return None


def block_heavy_imports() -> None:
    """Let `import pandas` and `import sklearn` fail from now on in this process; call it before importing xgboost."""
    sys.meta_path.insert(0, _ImportBlocker())
