# A small MaskFormer on the maps of lite0.py.
_base_ = ["../../_base_/maskformer.py", "./lite0.py"]
model = dict(decode_head=_base_.lite0_head, **_base_.lite0)
