"""The Audio Spectrogram Transformer, as a tagger of AudioSet."""

import os
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from avs_mm.media import SAMPLE_RATE
from avs_mm.models.audio.audio_tagger import AudioTagger, check_mids
from avs_mm.models.audio.kaldi_fbank import INT16_SCALE, kaldi_fbank
from avs_mm.registry import MODELS
from avs_mm.vocabularies import find_mid
from avs_mm.weights.hub import get
from avs_mm.weights.names import NAMES

__all__ = ["AST", "ast_fbank"]


@MODELS.register_module()
class AST(AudioTagger):
    """Audio Spectrogram Transformer (arXiv 2104.01778) as the Hugging Face hub has it.

    The model is transformers' ``ASTForAudioClassification``; its tags are known by the display
    names in its ``id2label``. Sound is turned into log-mel frames here, as transformers'
    ``ASTFeatureExtractor`` does, but in batches and on the model's device.

    Args:
        name_or_path: Folder with ``config.json``, ``preprocessor_config.json`` and weights, or the
            name "ast-audioset" of docs/weights.md, or that of another model on the hub.
        seconds: As in ``AudioTagger``; the model takes 10.24 seconds at most.

    Raises:
        ImportError: transformers is missing.
        OSError: There is no such folder or model, or the network is missing.
        ValueError: The model is no AST, its tags are not AudioSet's, its sound is not of 16 kHz,
            or seconds is more than it takes.
    """

    def __init__(self, *, name_or_path: str | os.PathLike, seconds: float = 10.0) -> None:
        super().__init__(seconds=seconds)
        try:
            from transformers import ASTFeatureExtractor, ASTForAudioClassification, AutoConfig
        except ImportError as error:
            raise ImportError(
                "AST needs the package transformers: pip install 'avs_mm[transformers]', or give "
                "avs_mm.BEATsTagger a local file instead"
            ) from error
        if str(name_or_path) in NAMES:
            name_or_path = get(str(name_or_path)).parent
        config = AutoConfig.from_pretrained(name_or_path)
        self.mids = _mids(config, name_or_path)
        self.features = ASTFeatureExtractor.from_pretrained(name_or_path)
        _check_features(self.features, config, seconds=seconds, name_or_path=name_or_path)
        self.model = _load(ASTForAudioClassification, name_or_path)
        self.freeze()

    def logits(self, waveforms: Tensor) -> Tensor:
        """Return the logits of the tags (B, T)."""
        features = ast_fbank(
            waveforms,
            num_mel_bins=self.features.num_mel_bins,
            num_frames=self.features.max_length,
            mean=self.features.mean,
            std=self.features.std,
        )
        return self.model(features.to(self.model.dtype)).logits


def ast_fbank(
    waveforms: Tensor,
    *,
    num_mel_bins: int = 128,
    num_frames: int = 1024,
    mean: float = -4.2677393,
    std: float = 4.5689974,
) -> Tensor:
    """Log-mel frames of 25 ms every 10 ms as AST takes them, normalised.

    Kaldi's filter bank of the waveform as it is, not times 2^15, with a Hann window. Zeros follow
    the last frame before the normalisation, so they are no silence; what is longer is cut off.

    Args:
        waveforms: Sound of 16 kHz in [-1, 1], (B, N), N at least 400.
        num_frames: T, to which all is filled up or cut.
        mean, std: Of AudioSet's log-mel values; they become 0 and 0.5.

    Returns:
        (B, T, num_mel_bins), float32.

    Raises:
        ValueError: As in ``kaldi_fbank``.
    """
    # In float64, as transformers: unscaled, a quiet band is lost beside a loud one in float32.
    fbank = kaldi_fbank(
        waveforms.double() / INT16_SCALE,
        num_mel_bins=num_mel_bins,
        window="hann",
        dtype=torch.float64,
    )[:, :num_frames]
    fbank = F.pad(fbank, (0, 0, 0, num_frames - fbank.shape[1]))
    return ((fbank - mean) / (2 * std)).float()


def _load(model_class: Any, name_or_path: str | os.PathLike) -> Any:
    model, loading = model_class.from_pretrained(name_or_path, output_loading_info=True)
    missing = sorted(loading["missing_keys"])  # transformers fills them with random numbers
    if missing:
        raise ValueError(
            f"{name_or_path} lacks {', '.join(missing[:5])}; give an AST fine-tuned on AudioSet"
        )
    return model


def _mids(config: Any, name_or_path: str | os.PathLike) -> tuple[str, ...]:
    if config.model_type != "audio-spectrogram-transformer":
        raise ValueError(
            f"{name_or_path} is a {config.model_type}, not an audio-spectrogram-transformer; give "
            "an AST such as MIT/ast-finetuned-audioset-10-10-0.4593"
        )
    names = [config.id2label[index] for index in range(config.num_labels)]
    try:
        return check_mids(find_mid(name) for name in names)
    except ValueError as error:
        raise ValueError(
            f"{name_or_path}: in its id2label {error}; give an AST fine-tuned on AudioSet"
        ) from error


def _check_features(
    features: Any, config: Any, *, seconds: float, name_or_path: str | os.PathLike
) -> None:
    if features.sampling_rate != SAMPLE_RATE or not features.do_normalize:
        raise ValueError(
            f"{name_or_path}: its preprocessor_config.json asks for sound of "
            f"{features.sampling_rate} Hz, normalised {features.do_normalize}; {SAMPLE_RATE} Hz, "
            "normalised, is all that AST is built for here"
        )
    expected = (config.max_length, config.num_mel_bins)
    if (features.max_length, features.num_mel_bins) != expected:
        raise ValueError(
            f"{name_or_path}: its preprocessor_config.json makes {features.max_length} frames of "
            f"{features.num_mel_bins} bins, its config.json takes {expected[0]} of {expected[1]}; "
            "take both files from one model"
        )
    longest = features.max_length / 100
    if seconds > longest:
        raise ValueError(
            f"{name_or_path} takes {longest:g} seconds of sound, not {seconds:g}: lower seconds"
        )
