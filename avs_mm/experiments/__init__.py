"""The experiments of the documentation: the demo and the ablation, with the tools as steps."""
