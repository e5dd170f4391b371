import math

import pytest
import torch

from avs_mm.models.baselines.ez_vsl import multiple_instance_contrast
from avs_mm.models.baselines.joint_embedding import (
    JointEmbedding,
    all_similarities,
    own_similarities,
)


def test_loss_by_hand():
    """Two pictures of two places; a pair is as alike as its best place."""
    similarities = torch.tensor(
        [[[[0.9, -0.2]], [[0.1, 0.3]]], [[[0.0, 0.5]], [[-0.4, 0.6]]]]
    )  # (picture, sound, 1, 2): best places 0.9, 0.3 / 0.5, 0.6
    sounds = -math.log(math.exp(1.8) / (math.exp(1.8) + math.exp(0.6)))
    sounds -= math.log(math.exp(1.2) / (math.exp(1.0) + math.exp(1.2)))
    pictures = -math.log(math.exp(1.8) / (math.exp(1.8) + math.exp(1.0)))
    pictures -= math.log(math.exp(1.2) / (math.exp(0.6) + math.exp(1.2)))
    found = multiple_instance_contrast(similarities, temperature=0.5)
    assert found.item() == pytest.approx((sounds + pictures) / 2)


def test_similarities_are_cosines():
    embedding = JointEmbedding(visual_dims=3, audio_dims=5, embed_dims=4)
    seen, heard = torch.randn(2, 3, 2, 2), torch.randn(2, 5)
    similarities = all_similarities(*embedding(seen, heard))
    place = embedding.visual(seen)[1, :, 0, 1]
    expected = torch.cosine_similarity(place, embedding.audio(heard)[0], dim=0)
    torch.testing.assert_close(similarities[1, 0, 0, 1], expected)
    own = own_similarities(*embedding(seen, heard))
    torch.testing.assert_close(own[1], similarities[1, 1])


def test_overfits_eight_clips(build, eight_clips, train, matched):
    model = build("ezvsl")
    losses = train(model, eight_clips, steps=60)
    assert losses[-1] < 0.05 * losses[0]
    assert matched(model, eight_clips) == 8
