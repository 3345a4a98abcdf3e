"""Exact SHAP values from lookup tables, compiled once when a model is loaded.

Every tree is cut into groups of leaves whose root paths use at most eight split nodes. Which way a row goes at those
nodes is eight bits, so a group contributes one of 256 known SHAP vectors. They are computed in float64 when the model
is loaded; explaining a row is then a matter of making the bits and adding the vectors.

The values are those of path-dependent TreeSHAP (Lundberg et al. 2018, arXiv:1802.03888), with the training cover as
weights: the same numbers as XGBoost's `pred_contribs`, which every compiled model is compared with before it serves.
"""
