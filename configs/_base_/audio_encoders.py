# Audio encoders to choose from: model = dict(audio_encoder={{_base_.beats}}, ...).
beats = dict(
    type="avs_mm.BEATs",
    frozen=True,
    checkpoint="pretrained/BEATs_iter3_plus_AS2M_finetuned_on_AS2M_cpt2.pt",
)
vggish = dict(type="avs_mm.VGGish", frozen=True, checkpoint="pretrained/vggish-10086976.pth")
# For small data: trained with the model, from random weights
small_beats = dict(
    type="avs_mm.BEATs",
    frozen=False,
    embed_dims=64,
    num_layers=3,
    num_heads=4,
    feedforward_channels=128,
    patch_embed_dims=32,
)
