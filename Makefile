# make demo      the whole method on the synthetic data set, into work_dirs/demo
# make page      a page in the browser: a video, its objects, any sound; asks the demo's network if it is there (docs/page.md)
# make ablation  every choice of the method, three seeds each (docs/method.md); goes on where it stopped
# make baselines  ours, TPAVI and the sound localisers on the same data (docs/baselines.md); likewise
# make real     real images and sounds of $AVS_REAL, three seeds (docs/real.md); goes on likewise
# make real-folds  the same in a cross-validation of three folds
# make test      style, types and tests
# make test-onedl  make test on OneDL's fork of OpenMMLab, in build/onedl
# make test-fast style and the tests that are not marked slow, within a minute on two idle cores
# make faults    kills, full disks, lost processes and damaged files, in 3 minutes (docs/reliability.md)
# make bench     what is fast and what is not, as ratios, in 20 minutes (docs/performance.md); work_dirs/bench
# make docs      the documentation as a site, build/docs/index.html; a warning is an error
# make format    let ruff put the code in order
#
# The first three make .venv and install into it when it is missing. On the command line:
#   PYTHON=python3.12      another interpreter than python3.11 or python3
#   VENV=$CONDA_PREFIX     an environment of yours; its torch and OpenMMLab are kept, and the rest where it fits
#   TORCH="torch==2.13.0 --index-url https://download.pytorch.org/whl/cpu"    what to install as torch

# glibc then keeps what was freed and asks for large pages: page faults are dear on virtual machines
# (benchmarks/allocator.py). It must be there before a process starts; elsewhere it does nothing.
export GLIBC_TUNABLES ?= glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=1073741824:glibc.malloc.trim_threshold=2147483648

VENV ?= .venv
PYTHON ?= $(shell command -v python3.11 || command -v python3)
TORCH ?= torch

BIN := $(VENV)/bin
STAMP := $(VENV)/.avs_mm-installed
CONSTRAINTS := $(VENV)/avs_mm-constraints.txt
ONEDL := onedl-mmcv==2.3.6 onedl-mmengine==0.10.12 onedl-mmdetection==3.5.1 onedl-mmsegmentation==1.4.2
YOURS := $(if $(filter file,$(origin VENV)),,--yours)

.PHONY: demo page real real-folds ablation baselines test test-onedl test-fast faults bench docs format clean
.DELETE_ON_ERROR:

demo: $(STAMP)
	$(BIN)/python -m avs_mm.experiments.demo --out work_dirs/demo

page: $(STAMP)
	$(BIN)/pip install -q -c $(CONSTRAINTS) -e ".[page]"
	$(BIN)/python -m avs_mm.page

real: $(STAMP)
	$(BIN)/python -m avs_mm.experiments.real --out work_dirs/real

real-folds: $(STAMP)
	$(BIN)/python -m avs_mm.experiments.real --out work_dirs/real --folds

ablation: $(STAMP)
	$(BIN)/python -m avs_mm.experiments.ablation --out work_dirs/ablation

baselines: $(STAMP)
	$(BIN)/python -m avs_mm.experiments.ablation --only localisers negatives stage2/tpavi stage2/mixtures --out work_dirs/ablation

test: $(STAMP)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadscope --no-loadscope-reorder

test-onedl:
	@test -x build/onedl/bin/python || "$(PYTHON)" -m venv build/onedl
	build/onedl/bin/pip show -q torch 2> /dev/null || build/onedl/bin/pip install -c constraints.txt $(TORCH)
	build/onedl/bin/pip install $(ONEDL)
	$(MAKE) test VENV=build/onedl

test-fast: $(STAMP)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadscope --no-loadscope-reorder -m "not slow"

faults: $(STAMP)
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest tests/faults tests/test_engine tests/test_safe_load.py \
	  tests/test_mmengine_loader.py tests/test_file_length.py tests/test_atomic_write.py \
	  tests/test_output_file.py tests/test_one_line_errors.py tests/test_launch.py \
	  tests/test_override_keys.py tests/test_checkpoint.py tests/test_checksum.py \
	  tests/test_trained_model.py tests/test_datasets/test_category_maps.py \
	  tests/test_datasets/test_avsbench_layout.py tests/test_media.py tests/test_apis/test_repeated_pictures.py

bench: $(STAMP)
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/run.py --out work_dirs/bench

docs: $(STAMP)
	$(BIN)/pip install -q -c $(CONSTRAINTS) -e ".[docs]"
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs build/docs

format: $(STAMP)
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

clean:
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMP): setup.py pyproject.toml constraints.txt
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
	  echo "avs_mm needs Python 3.10 or newer; '$(PYTHON)' is none: make PYTHON=/path/to/python3"; exit 1; }
	@$(BIN)/python -m pip --version > /dev/null 2>&1 || "$(PYTHON)" -m venv "$(VENV)"
	@# An OpenMMLab that is there, stock or OneDL's fork, is left as it is: avs_mm/install_plan.py.
	@extras=$$($(BIN)/python -m avs_mm.install_plan --constraints $(CONSTRAINTS) $(YOURS)) && \
	  { $(BIN)/pip show -q torch 2> /dev/null || $(BIN)/pip install -c $(CONSTRAINTS) $(TORCH); } && \
	  set -x && $(BIN)/pip install -c $(CONSTRAINTS) -e ".[$$extras]"
	@fault=$$($(BIN)/python -c 'import cv2' 2>&1) || { \
	  echo "OpenCV cannot be loaded: $$(echo "$$fault" | tail -n 1)"; \
	  echo "Taking its build without windows, which needs no libGL. (To keep the other one:"; \
	  echo "apt-get install libgl1 libglib2.0-0, before the first make.)"; \
	  $(BIN)/pip uninstall -y opencv-python opencv-python-headless && \
	  $(BIN)/pip install -c $(CONSTRAINTS) opencv-python-headless && \
	  $(BIN)/python -c 'import cv2' || { \
	    echo "OpenCV still cannot be loaded: apt-get install libgl1 libglib2.0-0, then run make again."; exit 1; }; }
	@touch $@
