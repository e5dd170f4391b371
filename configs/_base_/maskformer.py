# Stage 1: MaskFormer with the silent object-aware objective. A config adds the backbone, its
# channels (decode_head.in_channels) and the number of categories (decode_head.num_classes).
attention = dict(embed_dims=256, num_heads=8, attn_drop=0.1, proj_drop=0.1, batch_first=True)
model = dict(
    type="avs_mm.PotentialObjectSegmentor",
    initial_weights=None,
    data_preprocessor=dict(type="avs_mm.AVSDataPreProcessor"),
    decode_head=dict(
        type="avs_mm.SilentAwareMaskFormerHead",
        num_queries=100,
        feat_channels=256,
        out_channels=256,
        pixel_decoder=dict(
            type="mmdet.PixelDecoder",
            norm_cfg=dict(type="GN", num_groups=32),
            act_cfg=dict(type="ReLU"),
        ),
        enforce_decoder_input_project=True,
        positional_encoding=dict(num_feats=128, normalize=True),
        transformer_decoder=dict(
            return_intermediate=True,
            num_layers=6,
            layer_cfg=dict(
                self_attn_cfg=attention,
                cross_attn_cfg=attention,
                ffn_cfg=dict(embed_dims=256, feedforward_channels=2048, ffn_drop=0.1),
            ),
            init_cfg=None,
        ),
        # Eq. 2, with the tolerance that lets silent objects be (docs/method.md); Eq. 3; Eq. 4
        tolerance=0.3,
        loss_cls=dict(type="mmdet.CrossEntropyLoss", loss_weight=1.0),
        loss_mask=dict(
            type="mmdet.FocalLoss", use_sigmoid=True, gamma=2.0, alpha=0.25, loss_weight=20.0
        ),
        loss_dice=dict(
            type="mmdet.DiceLoss", use_sigmoid=True, naive_dice=True, eps=1.0, loss_weight=1.0
        ),
        loss_silent=dict(type="avs_mm.SilentObjectLoss", loss_weight=1.0),
        train_cfg=dict(
            assigner=dict(
                type="mmdet.HungarianAssigner",
                match_costs=[
                    dict(type="mmdet.ClassificationCost", weight=1.0),
                    dict(type="mmdet.FocalLossCost", weight=20.0, binary_input=True),
                    dict(type="mmdet.DiceCost", weight=1.0, pred_act=True, eps=1.0),
                ],
            ),
            sampler=dict(type="mmdet.MaskPseudoSampler"),
        ),
    ),
)
