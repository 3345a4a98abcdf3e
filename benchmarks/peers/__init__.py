"""The same service as others would build it, each as the documentation of its library recommends.

They run in `.bench-venv`, import nothing of NeoScore, and do less: no validation, no deadline, no expiry, no reasons.
"""
