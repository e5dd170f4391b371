"""EZ-VSL: its loss by hand, and eight clips overfitted."""

import math

import pytest
import torch

from avs_mm.models.baselines.ez_vsl import multiple_instance_contrast
from avs_mm.models.baselines.joint_embedding import (
    JointEmbedding,
    matched_similarities,
    pairwise_similarities,
)


def test_loss_by_hand():
    """Two images of two locations; a pair is as alike as its best location."""
    similarities = torch.tensor(
        [[[[0.9, -0.2]], [[0.1, 0.3]]], [[[0.0, 0.5]], [[-0.4, 0.6]]]]
    )  # (image, sound, 1, 2): best locations 0.9, 0.3 / 0.5, 0.6
    sounds = -math.log(math.exp(1.8) / (math.exp(1.8) + math.exp(0.6)))
    sounds -= math.log(math.exp(1.2) / (math.exp(1.0) + math.exp(1.2)))
    images = -math.log(math.exp(1.8) / (math.exp(1.8) + math.exp(1.0)))
    images -= math.log(math.exp(1.2) / (math.exp(0.6) + math.exp(1.2)))
    found = multiple_instance_contrast(similarities, temperature=0.5)
    assert found.item() == pytest.approx((sounds + images) / 2)


def test_similarities_are_cosines():
    embedding = JointEmbedding(visual_dims=3, audio_dims=5, embed_dims=4)
    features, audio = torch.randn(2, 3, 2, 2), torch.randn(2, 5)
    similarities = pairwise_similarities(*embedding(features, audio))
    location = embedding.visual(features)[1, :, 0, 1]
    expected = torch.cosine_similarity(location, embedding.audio(audio)[0], dim=0)
    torch.testing.assert_close(similarities[1, 0, 0, 1], expected)
    matched = matched_similarities(*embedding(features, audio))
    torch.testing.assert_close(matched[1], similarities[1, 1])


@pytest.mark.slow
def test_overfits_eight_clips(build, eight_clips, train, matched):
    model = build("ezvsl")
    losses = train(model, eight_clips, steps=45)
    assert losses[-1] < 0.05 * losses[0]
    assert matched(model, eight_clips) == 8
