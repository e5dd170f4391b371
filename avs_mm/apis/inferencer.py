"""Run a trained model on images, sounds and videos."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import Compose, pseudo_collate
from mmengine.registry import DATASETS, init_default_scope
from mmengine.structures import InstanceData
from mmseg.structures import SegDataSample
from torch import Tensor

from avs_mm.apis.arrays_as_loaded import (
    as_loaded,
    dataset_with_pipeline,
    seconds_before_of,
    sounds_of,
    without_loading,
)
from avs_mm.apis.encoded_frames import Carry, encode_frames
from avs_mm.apis.encoded_video import EncodedVideo, encode_video
from avs_mm.apis.frame import Frame
from avs_mm.apis.frame_times import frames_every
from avs_mm.apis.frames_under_sound import frames_under_sound
from avs_mm.apis.object_models import check_tells_objects, predict_under_sounds
from avs_mm.apis.video_sound import Sound, SoundWindows, sound_chunks
from avs_mm.datasets.categories import check_number
from avs_mm.launch import config_in, read_config
from avs_mm.media import SAMPLE_RATE, probe_video, read_video_frames
from avs_mm.models import AVSC
from avs_mm.models.compiled_networks import compile_networks
from avs_mm.models.mixed_precision import use_mixed_precision
from avs_mm.tracking import Hysteresis, Tracker
from avs_mm.trained_model import build_trained_model

__all__ = ["AVSInferencer"]


class AVSInferencer:
    """Segment what sounds in a frame, given the second of sound that ends in it.

    Not a ``BaseInferencer``: that one takes files or images alone, loads a checkpoint without
    refusing what does not fit, and returns a visualisation; here a frame and its sound are arrays,
    a checkpoint fits or is an error, and drawing is a function apart.

    Args:
        config: Config of stage 1 or of stage 2, or its path; a work dir of ``tools/train.py``, in
            which both config and checkpoint lie; "zero-shot" for configs/zero_shot/coco_ast.py.
        checkpoint: File that ``tools/train.py`` wrote with this config, or the work dir it is in;
            none for configs/zero_shot.
        device: "cpu", "cuda:0", ...; the fastest one found by default.
        batch_size: Frames that the network sees at once.
        amp: "bf16" or "fp16" for the networks, as of ``use_mixed_precision``; None is fp32.
        compile: Whether ``compile_networks`` is to translate them.

    Attributes:
        classes: Names of the K categories: the checkpoint's, else those of the config's dataset.
        palette: K colours, RGB in [0, 255].
        uses_sound: Whether the model does; False for stage 1.
        seconds_before: Of sound that the model is given beside the second that ends in a frame.

    Raises:
        FileNotFoundError: There is no config or checkpoint of this name.
        ValueError: The checkpoint is damaged, or not one of this config.
    """

    def __init__(
        self,
        config: str | Path | Config,
        checkpoint: str | Path | None = None,
        *,
        device: str | None = None,
        batch_size: int = 8,
        amp: str | None = None,
        compile: bool = False,
    ) -> None:
        if not isinstance(config, Config):
            if checkpoint is None and Path(config).is_dir():
                config, checkpoint = config_in(Path(config)), config
            config = read_config(config)
        init_default_scope(config.get("default_scope", "mmseg"))
        self.batch_size = batch_size
        # Frames and sounds come as arrays: the loading steps of the test pipeline fall away.
        dataset = dataset_with_pipeline(config)
        self.pipeline = Compose(without_loading(dataset.pipeline))
        self.seconds_before = seconds_before_of(dataset.pipeline)

        self.model = build_trained_model(config, checkpoint, device=device)
        if amp is not None:
            use_mixed_precision(self.model, amp)
        if compile:
            compile_networks(self.model)
        self.uses_sound = isinstance(self.model, AVSC)
        categories = self.model.dataset_meta
        if not categories.get("classes"):
            categories = DATASETS.build({**dataset, "lazy_init": True}).metainfo
            number = getattr(self.model, "num_classes", None)
            check_number(categories["classes"], number, source=f"{config.filename}: its test data")
        self.classes: list[str] = list(categories["classes"])
        self.palette: list[list[int]] = [list(colour) for colour in categories["palette"]]

    @property
    def num_samples(self) -> int:
        """Length of the sound of a frame, at 16 kHz."""
        return round((1 + self.seconds_before) * SAMPLE_RATE)

    @property
    def threshold(self) -> float:
        """Audio score above which a lone candidate sounds; of models that use sound."""
        return float(self.model.threshold)

    def stream(
        self,
        video: str | Path,
        audio: Sound = None,
        *,
        every: float | None = None,
        carry: Carry = False,
        audio_every: float | None = 1.0,
        hysteresis: float = 0.0,
    ) -> Iterator[Frame]:
        """Segment a video frame by frame, in memory that does not grow with its length.

        Args:
            video: Any video that FFmpeg reads; a picture is a video of one frame.
            audio: A file, or a waveform (N,) in [-1, 1] of 16 kHz, cut or padded with silence to
                the video; None is the video's own.
            every: Seconds from one segmented frame to the next; None: every frame.
            carry: Whether the frames between are given too, with the masks of the nearest
                segmented one ("flow": moved by optical flow), each judged by its own sound.
            audio_every: Seconds from one scored second of sound to the next: a frame is judged by
                the first that ends in it or after it. None: every frame by its own second.
            hysteresis: Margin of the audio score, see ``avs_mm.tracking.Hysteresis``.

        Yields:
            Frames with their images.

        Raises:
            FileNotFoundError: There is no video or sound of this name.
            ValueError: A file cannot be decoded, the video has no sound, or the model predicts no
                objects, as TPAVI.
        """
        path, info = Path(video), probe_video(video)
        chunks = sound_chunks(path, info, audio) if self.uses_sound else ()
        images = frames_every(read_video_frames(path), every)
        yield from frames_under_sound(
            self,
            encode_frames(self, images, Tracker(), carry=carry, keep_images=True),
            SoundWindows(chunks, seconds_before=self.seconds_before),
            duration=info.duration,
            audio_every=audio_every,
            hysteresis=Hysteresis(hysteresis),
        )

    def set_video(
        self,
        video: str | Path,
        *,
        every: float | None = 0.2,
        progress: bool = False,
        is_wanted: Callable[[], bool] | None = None,
    ) -> EncodedVideo:
        """Find the candidates of a video once, to be judged under any number of sounds.

        Args:
            every: Seconds from one segmented frame to the next; None: every frame.
            progress: Show a progress bar.
            is_wanted: Called after every frame; False ends the work.

        Raises:
            FileNotFoundError, ValueError: As of `stream`.
            InterruptedError: The video is not wanted any more.
        """
        return encode_video(
            self,
            Path(video),
            probe_video(video),
            every=every,
            progress=progress,
            is_wanted=is_wanted,
        )

    @torch.no_grad()
    def find_candidates(self, images: Sequence[np.ndarray]) -> list[InstanceData]:
        """Return each image's candidates: all that needs no sound.

        Args:
            images: RGB uint8 (H, W, 3) each.

        Returns:
            ``masks`` bool (n, H, W), ``labels`` and ``scores`` (n,) each, on the CPU.

        Raises:
            ValueError: The model predicts no objects, as TPAVI.
        """
        check_tells_objects(self.model)
        batch = [self.pipeline(as_loaded(image, None, num_samples=0)) for image in images]
        data = self.model.data_preprocessor(pseudo_collate(batch), False)
        return [one.cpu() for one in self.model.encode_images(data["inputs"], data["data_samples"])]

    @torch.no_grad()
    def judge_candidates(
        self, candidates: Sequence[InstanceData], waveforms: Sequence[np.ndarray]
    ) -> list[SegDataSample]:
        """Predict what sounds of `find_candidates`' candidates, as a call does of the images.

        Raises:
            ValueError: A waveform has another form, or their number is not that of the candidates.
        """
        given = waveforms if self.uses_sound else None
        sounds = sounds_of(candidates, given, uses_sound=self.uses_sound)
        return predict_under_sounds(self.model, candidates, sounds, num_samples=self.num_samples)

    @torch.no_grad()
    def encode_sounds(self, waveforms: Sequence[np.ndarray]) -> Tensor:
        """Return all of sounds, (num_samples,) each, that needs no image: a row each."""
        device = next(self.model.parameters()).device
        sounds = torch.from_numpy(np.stack(waveforms)).to(device)
        parts = sounds.split(self.batch_size)
        return torch.cat([self.model.encode_audio({"audio": part}) for part in parts])

    @torch.no_grad()
    def score_sounds(
        self, encodings: Sequence[Tensor] | Tensor, candidates: Sequence[np.ndarray] = ()
    ) -> np.ndarray:
        """Return the category scores (B, K) of rows of `encode_sounds`.

        Args:
            candidates: Categories of the candidates of the frame that each belongs to.
        """
        labels = [torch.from_numpy(labels) for labels in candidates]
        scores: Tensor = self.model.score_encoded_audio(torch.stack([*encodings]), labels)
        return scores.cpu().numpy()

    def __call__(
        self, images: Sequence[np.ndarray], waveforms: Sequence[np.ndarray] | None = None
    ) -> list[SegDataSample]:
        """Predict what sounds in every image.

        Args:
            images: RGB uint8 (H, W, 3) each, of any sizes.
            waveforms: The second of sound of each image, (16000,) in [-1, 1], 16 kHz mono, with
                ``seconds_before`` before it. Stage 1 does without.

        Returns:
            A sample an image, on the CPU and at the image's size, with ``pred_sounding_map``
            (1, H, W) in [0, 1], ``pred_sem_seg`` (1, H, W), 255 where nothing sounds, and
            ``pred_instances``: the n candidates' ``masks``, ``labels``, ``scores`` and, in stage 2,
            ``audio_scores``.

        Raises:
            ValueError: An image or a waveform has another form, or a waveform is missing.
        """
        sounds = sounds_of(images, waveforms, uses_sound=self.uses_sound)
        samples: list[SegDataSample] = []
        for start in range(0, len(images), self.batch_size):
            chosen = slice(start, start + self.batch_size)
            batch = [
                self.pipeline(as_loaded(image, sound, num_samples=self.num_samples))
                for image, sound in zip(images[chosen], sounds[chosen], strict=True)
            ]
            with torch.no_grad():
                predictions = self.model.test_step(pseudo_collate(batch))
            samples.extend(prediction.cpu() for prediction in predictions)
        return samples
