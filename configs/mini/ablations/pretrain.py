# What every other table starts from: stage 1 on images in which all objects are labelled.
#   python tools/ablation.py --only pretrain
config = "configs/mini/pretrain.py"
options = {}
starts_from = {}
tests = {}
variants = dict(all_objects=dict(title="All objects", options={}))
