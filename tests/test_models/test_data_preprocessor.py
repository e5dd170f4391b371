"""Frames are normalised and padded, sounds are stacked and left alone."""

import torch
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

from avs_mm.models import AVSDataPreProcessor


def sample(height: int, width: int) -> SegDataSample:
    sample = SegDataSample(metainfo={"img_shape": (height, width), "ori_shape": (height, width)})
    sample.gt_sem_seg = PixelData(data=torch.ones(1, height, width, dtype=torch.long))
    sample.gt_sounding_mask = PixelData(data=torch.ones(1, height, width, dtype=torch.uint8))
    return sample


def test_normalises_frames_in_rgb_and_leaves_the_sound_alone():
    preprocessor = AVSDataPreProcessor(
        mean=[1.0, 2.0, 3.0], std=[1.0, 2.0, 4.0], bgr_to_rgb=True, size_divisor=32
    )
    image = torch.tensor([30, 20, 10], dtype=torch.uint8).view(3, 1, 1).expand(3, 32, 32)
    audio = torch.linspace(-1, 1, 16000)
    data = {"inputs": {"img": [image], "audio": [audio]}, "data_samples": [sample(32, 32)]}
    inputs = preprocessor(data, training=True)["inputs"]
    assert inputs["img"][0, :, 0, 0].tolist() == [9.0, 9.0, 6.75]
    torch.testing.assert_close(inputs["audio"], audio[None])


def test_defaults_are_the_normalisation_of_imagenet():
    preprocessor = AVSDataPreProcessor()
    blue = torch.tensor([255, 0, 0], dtype=torch.uint8).view(3, 1, 1).expand(3, 20, 40)  # BGR
    data = {"inputs": {"img": [blue]}, "data_samples": [sample(20, 40)]}
    image = preprocessor(data, training=True)["inputs"]["img"][0]
    assert image.shape == (3, 32, 64)
    expected = [-123.675 / 58.395, -116.28 / 57.12, (255 - 103.53) / 57.375]
    torch.testing.assert_close(image[:, 0, 0], torch.tensor(expected))


def test_pads_masks_with_the_frames_of_a_batch():
    preprocessor = AVSDataPreProcessor(size_divisor=32)
    images = [torch.zeros(3, 32, 30), torch.zeros(3, 20, 64)]
    data = {"inputs": {"img": images}, "data_samples": [sample(32, 30), sample(20, 64)]}
    packed = preprocessor(data, training=True)
    assert packed["inputs"]["img"].shape == (2, 3, 32, 64)
    assert "audio" not in packed["inputs"]
    for frame, area in zip(packed["data_samples"], (32 * 30, 20 * 64), strict=True):
        assert frame.gt_sounding_mask.shape == frame.gt_sem_seg.shape == (32, 64)
        assert frame.gt_sounding_mask.data.sum() == area


def test_leaves_masks_at_their_own_size_in_testing():
    data = {"inputs": {"img": [torch.zeros(3, 32, 32)]}, "data_samples": [sample(48, 40)]}
    packed = AVSDataPreProcessor(size_divisor=32)(data, training=False)
    assert packed["data_samples"][0].gt_sounding_mask.shape == (48, 40)
