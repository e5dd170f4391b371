"""Tiny networks with random weights, in the folders and files that the hub has."""

from pathlib import Path
from typing import Any

import pytest
import torch

STAGES = ["stage1", "stage2", "stage3", "stage4"]


def swin(**settings: Any) -> Any:
    import transformers

    return transformers.SwinConfig(
        embed_dim=16,
        depths=[1, 1, 1, 1],
        num_heads=[1, 2, 4, 8],
        window_size=7,
        out_features=STAGES,
        **settings,
    )


def write_segmentor(kind: str, folder: Path, categories: tuple[str, ...]) -> Any:
    """Write a maskformer or a mask2former that finds something, and return it."""
    transformers = pytest.importorskip("transformers")
    torch.manual_seed(0)
    names = dict(id2label=dict(enumerate(categories)))
    if kind == "maskformer":
        decoder = transformers.DetrConfig(
            d_model=32, decoder_layers=2, decoder_ffn_dim=64, num_queries=7, dropout=0.0
        )
        config = transformers.MaskFormerConfig(
            backbone_config=swin(),
            decoder_config=decoder,
            fpn_feature_size=32,
            mask_feature_size=32,
            **names,
        )
        model: Any = transformers.MaskFormerForInstanceSegmentation(config)
    else:
        config = transformers.Mask2FormerConfig(
            backbone_config=swin(),
            feature_size=32,
            mask_feature_size=32,
            hidden_dim=32,
            encoder_feedforward_dim=64,
            dim_feedforward=64,
            encoder_layers=2,
            decoder_layers=4,
            num_queries=7,
            **names,
        )
        model = transformers.Mask2FormerForUniversalSegmentation(config)
    randomise(model)
    model.save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text("{}")
    return model.eval()


@torch.no_grad()
def randomise(model: torch.nn.Module) -> None:
    """Give every parameter a value so large that it matters."""
    for name, parameter in model.named_parameters():
        if parameter.dim() == 1 and name.endswith("weight"):  # of a norm
            parameter.uniform_(0.5, 1.5)
        elif parameter.dim() == 1:
            parameter.normal_(std=0.2)
        elif "queries" in name or "position_bias" in name or "level_embed" in name:
            parameter.normal_()
        elif "q_proj" in name or "k_proj" in name or "in_proj" in name:
            parameter.normal_(std=2 * parameter[0].numel() ** -0.5)
        else:
            parameter.normal_(std=parameter[0].numel() ** -0.5)


def write_sam2(folder: Path) -> None:
    """Write a SAM 2.1 as the hub has it: with the memory of the video model."""
    transformers = pytest.importorskip("transformers")
    torch.manual_seed(0)
    hiera = transformers.Sam2HieraDetConfig(
        hidden_size=8,
        num_attention_heads=1,
        image_size=[128, 128],
        blocks_per_stage=[1, 1, 2, 1],
        embed_dim_per_stage=[8, 16, 32, 64],
        num_attention_heads_per_stage=[1, 1, 1, 1],
        window_size_per_stage=[8, 4, 8, 4],
        global_attention_blocks=[3],
        window_positional_embedding_background_size=[2, 2],
    )
    config = transformers.Sam2VideoConfig(
        vision_config=transformers.Sam2VisionConfig(
            backbone_config=hiera,
            backbone_channel_list=[64, 32, 16, 8],
            backbone_feature_sizes=[[32, 32], [16, 16], [8, 8]],
            fpn_hidden_size=32,
        ),
        prompt_encoder_config=transformers.Sam2PromptEncoderConfig(hidden_size=32, image_size=128),
        mask_decoder_config=transformers.Sam2MaskDecoderConfig(
            hidden_size=32, mlp_dim=32, num_attention_heads=2, iou_head_hidden_dim=32
        ),
        image_size=128,
        memory_attention_hidden_size=32,
        memory_attention_num_layers=1,
        memory_attention_feed_forward_hidden_size=32,
        memory_encoder_hidden_size=32,
        memory_attention_num_attention_heads=1,
        mask_downsampler_embed_dim=32,
        memory_fuser_embed_dim=32,
        memory_encoder_output_channels=16,
        memory_fuser_intermediate_dim=32,
    )
    transformers.Sam2VideoModel(config).save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text("{}")


def write_grounding_dino(folder: Path) -> None:
    """Write a Grounding DINO with the tokens of BERT that it looks for, and the alphabet."""
    transformers = pytest.importorskip("transformers")
    torch.manual_seed(0)
    tokens = {number: f"[unused{number}]" for number in range(1040)}
    tokens |= {0: "[PAD]", 100: "[UNK]", 101: "[CLS]", 102: "[SEP]", 103: "[MASK]", 1012: "."}
    for number in range(26):
        tokens[200 + number] = chr(ord("a") + number)
        tokens[300 + number] = f"##{chr(ord('a') + number)}"
    words = {token: number for number, token in tokens.items()}
    transformers.BertTokenizer(vocab=words).save_pretrained(folder)
    text = transformers.BertConfig(
        vocab_size=1040,
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
    )
    backbone = swin()
    backbone.out_features = STAGES[1:]
    config = transformers.GroundingDinoConfig(
        backbone_config=backbone,
        text_config=text,
        d_model=32,
        encoder_layers=1,
        decoder_layers=2,
        encoder_ffn_dim=32,
        decoder_ffn_dim=32,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        num_queries=20,
    )
    transformers.GroundingDinoForObjectDetection(config).save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text("{}")


def write_ast(folder: Path, *, loud: str = "", frames: int = 1024) -> None:
    """Write an AST of AudioSet's 527 tags, which hears ``loud`` in everything and nothing else."""
    transformers = pytest.importorskip("transformers")
    from avs_mm.vocabularies import class_names

    torch.manual_seed(0)
    names = list(class_names().values())
    config = transformers.ASTConfig(
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_length=frames,
        id2label=dict(enumerate(names)),
    )
    model = transformers.ASTForAudioClassification(config)
    if loud:
        with torch.no_grad():
            model.classifier.dense.weight.zero_()
            model.classifier.dense.bias.fill_(-9.0)[names.index(loud)] = 3.0
    model.save_pretrained(folder)
    transformers.ASTFeatureExtractor(max_length=frames).save_pretrained(folder)


def write_beats(path: Path, *, loud: str) -> None:
    """Write a fine-tuned BEATs in its official layout, which hears ``loud`` in everything.

    Its tags are in an order of its own, which its label_dict tells.
    """
    import numpy as np

    from avs_mm.models.audio import BEATs
    from avs_mm.vocabularies import class_names, find_mid

    torch.manual_seed(0)
    widths = dict(embed_dims=64, num_layers=1, num_heads=4, feedforward_channels=64)
    model = BEATs(**widths, patch_embed_dims=32)
    mids = [list(class_names())[place] for place in np.random.RandomState(1).permutation(527)]
    bias = torch.full((527,), -9.0)
    bias[mids.index(find_mid(loud))] = 3.0
    cfg = {
        "input_patch_size": 16,
        "embed_dim": 32,
        "conv_bias": False,
        "encoder_layers": 1,
        "encoder_embed_dim": 64,
        "encoder_ffn_embed_dim": 64,
        "encoder_attention_heads": 4,
        "activation_fn": "gelu",
        "layer_wise_gradient_decay_ratio": 0.6,
        "layer_norm_first": False,
        "deep_norm": True,
        "dropout": 0.0,
        "attention_dropout": 0.0,
        "activation_dropout": 0.0,
        "encoder_layerdrop": 0.0,
        "dropout_input": 0.0,
        "conv_pos": 128,
        "conv_pos_groups": 16,
        "relative_position_embedding": True,
        "num_buckets": 320,
        "max_distance": 800,
        "gru_rel_pos": True,
        "finetuned_model": True,
        "predictor_class": 527,
    }
    head = {"predictor.weight": torch.zeros(527, 64), "predictor.bias": bias}
    weights = {**model.state_dict(), **head}
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save({"cfg": cfg, "model": weights, "label_dict": dict(enumerate(mids))}, path)


def write_hub(folder: Path, *, segmentor: str = "maskformer-swin-base-coco") -> None:
    """Write the networks of configs/zero_shot below their names: all see and hear a dog.

    The folder is one for $AVS_WEIGHTS.
    """
    from safetensors.torch import load_file, save_file

    from avs_mm.vocabularies import load

    categories = load("coco_panoptic").categories
    write_segmentor(segmentor.split("-")[0], folder / segmentor, categories)
    file = folder / segmentor / "model.safetensors"
    weights = load_file(file)
    weights["class_predictor.weight"].zero_()
    weights["class_predictor.bias"].fill_(-5.0)[categories.index("dog")] = 5.0
    for key in weights:  # one mask of all queries, so that none hides another
        if key.endswith("mask_embedder.2.0.weight"):
            weights[key].zero_()
    save_file(weights, file, metadata={"format": "pt"})
    write_grounding_dino(folder / "grounding-dino-tiny")
    write_sam2(folder / "sam2.1-hiera-small")
    write_ast(folder / "ast-audioset", loud="Bark")
    name = "BEATs_iter3_plus_AS2M_finetuned_on_AS2M_cpt2.pt"
    write_beats(folder / "beats-audioset" / name, loud="Bark")
