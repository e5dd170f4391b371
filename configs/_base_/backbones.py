# Image encoders to choose from: model = dict(backbone={{_base_.swin_b}}, ...).
# Their weights come with stage 1's initial_weights.
swin_b = dict(
    type="avs_mm.SwinTransformer",
    pretrain_img_size=384,
    embed_dims=128,
    depths=[2, 2, 18, 2],
    num_heads=[4, 8, 16, 32],
    window_size=12,
    drop_path_rate=0.3,
)
swin_b_channels = [128, 256, 512, 1024]

r50 = dict(type="ResNet", depth=50, norm_cfg=dict(type="BN"), norm_eval=True)
r50_channels = [256, 512, 1024, 2048]

pvt_v2_b5 = dict(
    type="mmdet.PyramidVisionTransformerV2",
    embed_dims=64,
    num_layers=[3, 6, 40, 3],
    mlp_ratios=(4, 4, 4, 4),
)
pvt_v2_b5_channels = [64, 128, 320, 512]

# Of transformers (pip install 'avs_mm[transformers]'), with weights=FOLDER.
convnextv2_b = dict(
    type="avs_mm.TransformersBackbone",
    architecture=dict(
        model_type="convnextv2", depths=[3, 3, 27, 3], hidden_sizes=[128, 256, 512, 1024]
    ),
    out_indices=(1, 2, 3, 4),
)
convnextv2_b_channels = [128, 256, 512, 1024]
dinov3_vit_b = dict(
    type="avs_mm.TransformersBackbone",
    architecture=dict(
        model_type="dinov3_vit",
        hidden_size=768,
        intermediate_size=3072,
        num_attention_heads=12,
        num_register_tokens=4,
    ),
    out_indices=(3, 6, 9, 12),
)
# Its maps are all of stride 16: the neck makes them of strides 4, 8, 16 and 32.
dinov3_vit_b_neck = dict(type="Feature2Pyramid", embed_dim=768, norm_cfg=dict(type="BN"))
dinov3_vit_b_channels = [768, 768, 768, 768]
# As in MaskFormer, a ResNet's last map goes through six encoder layers before it is decoded.
r50_pixel_decoder = dict(
    type="mmdet.TransformerEncoderPixelDecoder",
    encoder=dict(
        num_layers=6,
        layer_cfg=dict(
            self_attn_cfg=dict(embed_dims=256, num_heads=8, dropout=0.1, batch_first=True),
            ffn_cfg=dict(embed_dims=256, feedforward_channels=2048, ffn_drop=0.1),
        ),
    ),
    positional_encoding=dict(num_feats=128, normalize=True),
)
