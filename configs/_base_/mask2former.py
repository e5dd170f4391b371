# Stage 1: Mask2Former (arXiv 2112.01527) with the silent object-aware objective. A config adds the
# backbone, its channels (decode_head.in_channels) and the number of categories.
attention = dict(embed_dims=256, num_heads=8, batch_first=True)
encoding = dict(num_feats=128, normalize=True)
model = dict(
    type="avs_mm.PotentialObjectSegmentor",
    initial_weights=None,
    data_preprocessor=dict(type="avs_mm.AVSDataPreProcessor"),
    decode_head=dict(
        type="avs_mm.SilentAwareMask2FormerHead",
        num_queries=100,
        feat_channels=256,
        out_channels=256,
        num_transformer_feat_level=3,
        pixel_decoder=dict(
            type="mmdet.MSDeformAttnPixelDecoder",
            num_outs=3,
            norm_cfg=dict(type="GN", num_groups=32),
            act_cfg=dict(type="ReLU"),
            encoder=dict(
                num_layers=6,
                layer_cfg=dict(
                    self_attn_cfg=dict(
                        embed_dims=256, num_heads=8, num_levels=3, num_points=4, batch_first=True
                    ),
                    ffn_cfg=dict(embed_dims=256, feedforward_channels=1024),
                ),
            ),
            positional_encoding=encoding,
        ),
        enforce_decoder_input_project=False,
        positional_encoding=encoding,
        transformer_decoder=dict(
            return_intermediate=True,
            num_layers=9,
            layer_cfg=dict(
                self_attn_cfg=attention,
                cross_attn_cfg=attention,
                ffn_cfg=dict(embed_dims=256, feedforward_channels=2048),
            ),
            init_cfg=None,
        ),
        # Eq. 2 with the tolerance; in the place of Eq. 3 Mask2Former's own losses; Eq. 4
        tolerance=0.3,
        loss_cls=dict(type="mmdet.CrossEntropyLoss", loss_weight=2.0),
        loss_mask=dict(type="mmdet.CrossEntropyLoss", use_sigmoid=True, loss_weight=5.0),
        loss_dice=dict(
            type="mmdet.DiceLoss", use_sigmoid=True, naive_dice=True, eps=1.0, loss_weight=5.0
        ),
        loss_silent=dict(type="avs_mm.SilentObjectLoss", loss_weight=1.0),
        train_cfg=dict(
            num_points=12544,  # of a mask, at which it is compared
            assigner=dict(
                type="mmdet.HungarianAssigner",
                match_costs=[
                    dict(type="mmdet.ClassificationCost", weight=2.0),
                    dict(type="mmdet.CrossEntropyLossCost", weight=5.0, use_sigmoid=True),
                    dict(type="mmdet.DiceCost", weight=5.0, pred_act=True, eps=1.0),
                ],
            ),
            sampler=dict(type="mmdet.MaskPseudoSampler"),
        ),
    ),
)
