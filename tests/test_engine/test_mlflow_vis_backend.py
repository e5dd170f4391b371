"""Pictures and metrics have names that MLflow takes."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from mmengine.registry import DefaultScope
from mmengine.visualization import Visualizer

PICTURE = np.zeros((4, 6, 3), np.uint8)


@pytest.fixture
def visualizer(tmp_path: Path) -> Visualizer:
    with DefaultScope.overwrite_default_scope("mmseg"):
        backend = dict(type="avs_mm.MLflowVisBackend")
        return Visualizer(vis_backends=[backend], save_dir=str(tmp_path))


def test_every_step_has_a_png_of_its_own(visualizer: Visualizer):
    logged: list[str] = []
    backend = visualizer.get_backend("MLflowVisBackend")
    backend._env_initialized = True
    backend._mlflow = SimpleNamespace(log_image=lambda image, name: logged.append(name))
    for step in (3, 6):
        visualizer.add_image("val_a_2", PICTURE, step=step)
    assert logged == ["val_a_2_3.png", "val_a_2_6.png"]
    del backend._mlflow  # there is nothing to close


def test_pictures_reach_mlflow(
    visualizer: Visualizer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    pytest.importorskip("mlflow", reason="pip install mlflow")
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    visualizer.add_image("val_a_2", PICTURE, step=3)
    visualizer.add_scalar("avs/F_official@5frames", 0.5, step=3)
    visualizer.add_scalars({"avs/J": 0.25, "avs/F_official@20frames": 0.5}, step=3)
    visualizer.get_backend("MLflowVisBackend")._mlflow.end_run()
    assert [path.name for path in tmp_path.rglob("*.png")] == ["val_a_2_3.png"]
    metrics = {path.name for path in tmp_path.rglob("metrics/avs/*")}
    assert metrics == {"F_official_5frames", "J", "F_official_20frames"}
