"""Losses of the localisers beside what their authors' code gives: tests/data/official."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from avs_mm.models.baselines.ez_vsl import multiple_instance_contrast
from avs_mm.models.baselines.joint_embedding import matched_similarities, pairwise_similarities
from avs_mm.models.baselines.lvs import tri_map_contrast
from avs_mm.models.baselines.slavc import SLAVC

OFFICIAL = json.loads(
    (Path(__file__).resolve().parents[2] / "data" / "official" / "localisers.json").read_text()
)


@pytest.fixture(scope="module")
def inputs() -> SimpleNamespace:
    """Four images and four sounds, each of length 1; then LVS's, of any length."""
    rng = np.random.default_rng(23)

    def draw(*shape: int) -> Tensor:
        return torch.from_numpy(rng.normal(size=shape).astype(np.float32))

    images = [F.normalize(draw(4, 8, 3, 3), dim=1) for _ in range(4)]
    sounds = [F.normalize(draw(4, 8), dim=1) for _ in range(4)]
    spectra = draw(4, 8, 2, 2)
    maps = draw(4, 8, 3, 3) + 0.8 * spectra.amax((2, 3))[..., None, None]
    return SimpleNamespace(images=images, sounds=sounds, spectra=spectra, maps=maps)


def test_ez_vsl(inputs):
    similarities = pairwise_similarities(inputs.images[0], inputs.sounds[0])
    loss = multiple_instance_contrast(similarities, 0.03)
    assert loss.item() == pytest.approx(OFFICIAL["ez_vsl"], rel=1e-5)


def test_slavc(inputs, build, monkeypatch):
    model = build("slavc", temperature=0.03)
    images, sounds = inputs.images, inputs.sounds
    embeddings = iter(  # the targets come first
        [
            {"correspondence": (images[2], sounds[2]), "localisation": (images[3], sounds[3])},
            {"correspondence": (images[0], sounds[0]), "localisation": (images[1], sounds[1])},
        ]
    )
    monkeypatch.setattr(SLAVC, "_embed", lambda *_: next(embeddings))
    loss = model.loss({}, [])["loss_contrast"]
    assert loss.item() == pytest.approx(OFFICIAL["slavc"], rel=1e-5)
    streams = [matched_similarities(images[k], sounds[k])[0] for k in (0, 1)]
    heat = (streams[0] + streams[1]) / 2
    assert heat.flatten().tolist() == pytest.approx(OFFICIAL["slavc_heat_0"], abs=1e-6)


def test_lvs(inputs, build):
    model = build("lvs")
    locations, sounds = model._on_unit_sphere(inputs.maps, inputs.spectra.amax(dim=(-2, -1)))
    heat = matched_similarities(locations, sounds)
    assert heat[0].flatten().tolist() == pytest.approx(OFFICIAL["lvs_heat_0"], abs=1e-6)
    # The official diagonal is -99 times the positive: nothing, if that is above 0 as here
    assert OFFICIAL["lvs_min_diagonal"] > 0.05
    loss = tri_map_contrast(
        pairwise_similarities(locations, sounds),
        positive_threshold=0.65,
        negative_threshold=0.4,
        sharpness=0.03,
        temperature=0.07,
    )
    assert loss.item() == pytest.approx(OFFICIAL["lvs"], rel=1e-5)
