# What the paper says, and MaskFormer's defaults where it is silent: docs/method.md lists them. A
# config adds to it the backbone, the data and the number of categories.
#
# Eq. 2 sums over N, and the paper has two N. Section 3.1 makes N the number of queries, so that a
# query without an object is in the sum too, its label being "no object": MaskFormer's own
# cross-entropy, tolerance=0. Section 6.1 takes the loss from the matched pairs alone, so that no
# query is ever pushed to "no object": --cfg-options model.decode_head.tolerance=1.1
literal_head = dict(tolerance=0.0)  # Eq. 4 with weight 1 stands in _base_/maskformer.py
literal_avsc = dict(audio_activation="softmax", unmatched_objects_sound=False)  # the simplex P_a
literal_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="avs_mm.LoadAudio"),
    dict(type="avs_mm.LoadSoundingMask"),
    dict(type="Resize", scale=(224, 224)),
    dict(type="avs_mm.PackAVSInputs"),
]
# Adam 1e-4, then 1e-3 (section 4.1). How long is not said: 30 epochs, as in configs/avs_*.
train_cfg = dict(type="avs_mm.ReproducibleEpochLoop", max_epochs=30, val_interval=1)
optim_wrapper = dict(type="OptimWrapper", optimizer=dict(type="Adam", lr=1e-4))
