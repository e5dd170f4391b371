"""The ablation on the synthetic data set, ``python -m avs_mm.experiments.ablation``."""
