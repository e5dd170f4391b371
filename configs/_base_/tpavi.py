# TPAVI (AVSBench, ECCV 2022) and its schedule; a config adds the backbone and its channels.
_base_ = "./audio_encoders.py"
model = dict(
    type="avs_mm.TPAVI",
    data_preprocessor=dict(type="avs_mm.AVSDataPreProcessor"),
    audio_encoder={{_base_.vggish}},
    channels=256,
    matching_weight=0.0,
    keep_unused=True,  # 23.2 M of ResNet-50's 91.4 M parameters, 1.2 M of PVT-v2-b5's 101.3 M
)
train_cfg = dict(type="avs_mm.ReproducibleEpochLoop", max_epochs=15, val_interval=1)
optim_wrapper = dict(type="OptimWrapper", optimizer=dict(type="Adam", lr=1e-4))
