"""The method on real images and sounds, ``python -m avs_mm.experiments.real``."""
