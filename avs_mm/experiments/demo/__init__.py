"""The demo: the whole method on the synthetic data set, ``python -m avs_mm.experiments.demo``."""
