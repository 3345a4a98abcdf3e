"""Keeping pandas and scikit-learn out of a worker process.

XGBoost imports scikit-learn for its estimator classes when it is installed, and that imports pandas; pyarrow imports
pandas on the first conversion from numpy, to recognise its types. A worker uses neither: they would cost it 90 MB
and more than a second at start. Both libraries have a path for machines where the imports fail; a worker takes it.
"""

import sys

UNUSED = ("pandas", "sklearn")


def forbid_unused_imports() -> None:
    """Let `import pandas` and `import sklearn` fail from now on in this process; call it before importing xgboost."""
    for name in UNUSED:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]  # None is documented: the import raises
