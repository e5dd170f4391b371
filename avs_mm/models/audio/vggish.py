"""VGGish, the audio encoder of AVSBench's baselines."""

from typing import ClassVar

from torch import Tensor, nn

from avs_mm.checkpoint import check_fit
from avs_mm.models.audio.audio_encoder import AudioEncoder
from avs_mm.models.audio.log_mel import log_mel_examples
from avs_mm.registry import MODELS
from avs_mm.safe_load import read_without_running_code

__all__ = ["VGGish"]

# Width of a convolution of 3×3 with its ReLU, or "M" for a max pooling of 2×2
LAYERS = (64, "M", 128, "M", 256, 256, "M", 512, 512, "M")
WHERE_TO_GET_IT = (
    "Expected is vggish-10086976.pth (sha256 10086976245803799d9194e9a73d9b6c1549c71d1b80106f5c"
    "ade5608a561f4b) of release v0.1 at github.com/harritaylor/torchvggish"
)


@MODELS.register_module()
class VGGish(AudioEncoder):
    """Encode with VGGish (arXiv 1609.09430): one token for every 0.96 s.

    The published weights (72,141,184 parameters) load without renaming. The tokens are what the
    network gives: no PCA and no 8-bit quantisation, which are AudioSet's post-processing. A model
    without a checkpoint is initialised for training from scratch.

    Args:
        checkpoint: File of torchvggish that ``init_weights`` loads.
        frozen: As of ``AudioEncoder``.
    """

    embed_dims = 128
    original_keys: ClassVar[frozenset[str]] = frozenset(
        {"features.0.weight", "embeddings.0.weight"}
    )

    def __init__(self, *, checkpoint: str | None = None, frozen: bool = True) -> None:
        super().__init__(checkpoint=checkpoint, frozen=frozen)
        self.features = _convolutions()
        self.embeddings = nn.Sequential(
            nn.Linear(6 * 4 * 512, 4096),
            nn.ReLU(inplace=True),
            nn.Linear(4096, 4096),
            nn.ReLU(inplace=True),
            nn.Linear(4096, self.embed_dims),
            nn.ReLU(inplace=True),
        )
        self.freeze_if_frozen()

    def load_original(self, path: str) -> None:
        """Load a file of torchvggish strictly.

        Raises:
            FileNotFoundError: There is no such file.
            ValueError: It cannot be read, wants to run code, or is not of VGGish's keys and shapes.
        """
        weights = read_without_running_code(path, remedy=WHERE_TO_GET_IT)
        found = weights if isinstance(weights, dict) else {}
        if not found or not all(isinstance(value, Tensor) for value in found.values()):
            raise ValueError(
                f"{path} is no VGGish file: it must hold the weights by their names, not "
                f"{', '.join(map(str, list(found)[:5])) or type(weights).__name__}. "
                f"{WHERE_TO_GET_IT}"
            )
        check_fit(self, found, path, remedy=WHERE_TO_GET_IT)
        self.load_state_dict(found)

    def forward(self, waveforms: Tensor) -> Tensor:
        """Encode sound of 16 kHz into one token for each full example of 0.96 s.

        Token k covers 0.96 k to 0.96 (k + 1) seconds and 15 ms more, so over a long clip the tokens
        drift against the seconds: give one second at a time, as AVSC does.

        Args:
            waveforms: Sound of shape (B, N) in [-1, 1]; below 15,600 samples zeros fill it up.

        Returns:
            Tokens of shape (B, L, 128), not negative: 1 for a second, 5 for five, 10 for ten.

        Raises:
            ValueError: The waveforms are not (B, N) in floating point, or have no samples.
        """
        examples = log_mel_examples(waveforms).to(next(self.parameters()).dtype)
        batch_shape = examples.shape[:2]

        # The linear layers expect the channels last: (B · L, 512, 6, 4) to (B · L, 6 · 4 · 512)
        features = self.features(examples.flatten(0, 1)).permute(0, 2, 3, 1).flatten(1)
        return self.embeddings(features).unflatten(0, batch_shape)


def _convolutions() -> nn.Sequential:
    layers: list[nn.Module] = []
    channels = 1
    for width in LAYERS:
        if isinstance(width, int):
            layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU(inplace=True)]
            channels = width
        else:
            layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers)
