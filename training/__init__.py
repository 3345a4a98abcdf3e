"""Data sources, training, evaluation and the model card."""
