"""Exceptions of the model_import package.

ModelImportError   the file holds no model that NeoScore can serve, or it does not fit the sample
"""


class ModelImportError(Exception):
    """The model cannot be imported. The message is one sentence: what, where, and what to do instead."""
