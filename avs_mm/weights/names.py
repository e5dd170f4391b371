"""The table of published weights that have a name here: where each is, under which licence."""

import difflib
from dataclasses import dataclass

__all__ = ["NAMES", "ZERO_SHOT", "PublishedWeights", "find_weights"]

ZERO_SHOT = ("maskformer-swin-base-coco", "ast-audioset")  # of configs/zero_shot/coco_ast.py

# safetensors first: a .bin is a pickle
HUB_WEIGHTS = ("model.safetensors", "pytorch_model.bin")
HUB_FILES = ("config.json", "preprocessor_config.json")


@dataclass(frozen=True)
class PublishedWeights:
    """What is known of a network that others have published.

    Args:
        source: Repository on the Hugging Face hub, or address of a page where ``on_hub`` is False.
        licence: As the source states it.
        megabytes: About; four bytes a parameter.
        weights: Names that the file of weights can have, the first to be tried first.
        files: What is needed beside it.
        revision: Commit; only with a public source that states it, else the newest.
        sha256: Of the file of weights; only with a public source that states it.
        on_hub: Whether it can be downloaded; else it has to be put there by hand.
    """

    source: str
    licence: str
    megabytes: int
    weights: tuple[str, ...] = HUB_WEIGHTS
    files: tuple[str, ...] = HUB_FILES
    revision: str | None = None
    sha256: str | None = None
    on_hub: bool = True


# Of transformers' MaskFormer and Mask2Former: name, which is that of facebook's repository, and MB.
# Their model cards call the licence "other"; their code is MIT, or CC BY-NC 4.0.
SEGMENTERS = {
    "maskformer-swin-tiny-coco": 170,
    "maskformer-swin-base-coco": 410,
    "maskformer-swin-large-coco": 850,
    "mask2former-swin-tiny-coco-panoptic": 190,
    "mask2former-swin-base-coco-panoptic": 430,
    "mask2former-swin-large-coco-panoptic": 870,
    "mask2former-swin-tiny-coco-instance": 190,
    "mask2former-swin-base-coco-instance": 430,
    "mask2former-swin-large-coco-instance": 870,
}
NAMES: dict[str, PublishedWeights] = {
    name: PublishedWeights(f"facebook/{name}", licence="other", megabytes=megabytes)
    for name, megabytes in SEGMENTERS.items()
} | {
    "grounding-dino-tiny": PublishedWeights(
        "IDEA-Research/grounding-dino-tiny",
        licence="apache-2.0",
        megabytes=690,
        files=(*HUB_FILES, "tokenizer.json", "tokenizer_config.json"),
    ),
    "sam2.1-hiera-small": PublishedWeights(
        "facebook/sam2.1-hiera-small",
        licence="apache-2.0",
        megabytes=180,
        files=("config.json",),
    ),
    "ast-audioset": PublishedWeights(
        "MIT/ast-finetuned-audioset-10-10-0.4593", licence="bsd-3-clause", megabytes=350
    ),
    # Its sha256, in docs/weights.md, is not required: a mirror may have saved the file anew.
    "beats-audioset": PublishedWeights(
        "https://github.com/microsoft/unilm/tree/master/beats",
        licence="mit",
        megabytes=360,
        weights=(
            "BEATs_iter3_plus_AS2M_finetuned_on_AS2M_cpt2.pt",
            "BEATs_iter3_plus_AS2M_finetuned_on_AS2M_cpt1.pt",
        ),
        files=(),
        on_hub=False,
    ),
}


def find_weights(name: str) -> PublishedWeights:
    """Return what is known of weights by their name.

    Raises:
        ValueError: There is no such name; the message offers near ones.
    """
    if name not in NAMES:
        near = difflib.get_close_matches(name, NAMES, n=3, cutoff=0.4)
        raise ValueError(
            f"there are no weights of the name {name!r}; "
            + (f"near names are {', '.join(near)}" if near else f"there are {', '.join(NAMES)}")
        )
    return NAMES[name]
