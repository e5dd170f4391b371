"""Python processes that begin with torch imported: forks of one process that has imported it.

A process imports OpenMMLab and avs_mm in six seconds, in two where the libraries below are there,
and in half a second where OpenMMLab is there as well. avs_mm is never there: a fork imports it
itself. It has arguments, a folder, an environment, outputs and an exit status of its own.
"""

import contextlib
import gc
import importlib
import json
import os
import runpy
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

LIMIT = 900  # seconds after which a process is killed
# What OpenMMLab and avs_mm import, where it is installed, and what takes time in it.
LIBRARIES = (
    *("torch._dynamo", "torch.distributed.optim", "torch.utils.model_zoo", "torchvision"),
    *("av", "cv2", "ftfy", "matplotlib.pyplot", "prettytable", "pycocotools.mask"),
    *("rich.progress", "scipy.optimize", "shapely.geometry", "terminaltables"),
    *("transformers:Adafactor", "transformers:AutoTokenizer", "transformers:BertModel"),
)
OPENMMLAB = (
    *("mmengine.runner", "mmdet.datasets", "mmdet.evaluation", "mmdet.models"),
    *("mmseg.datasets", "mmseg.engine", "mmseg.evaluation", "mmseg.models", "mmseg.visualization"),
)
OURS = {"avs_mm", "mmcv", "mmdet", "mmengine", "mmseg"}


class ForkServer:
    """A process that has imported ``LIBRARIES``; every ``start`` forks it.

    Args:
        parent: A server that this one is a fork of; it then has imported ``OPENMMLAB``, too. A test
            of the imports themselves takes the parent.
    """

    def __init__(self, parent: "ForkServer | None" = None) -> None:
        self._outputs = tempfile.TemporaryDirectory()
        self._folders: dict[int, Path] = {}
        self._parent = parent
        if parent is not None:
            pipes = [Path(self._outputs.name, name) for name in ("requests", "answers")]
            for pipe in pipes:
                os.mkfifo(pipe)
            self._process = parent.start(__file__, *pipes)
            self._requests, self._answers = pipes[0].open("w"), pipes[1].open()
            return
        self._server = subprocess.Popen(
            [sys.executable, "-W", "ignore", __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            # Else an installed avs_mm is imported by torch (torch.backends of setup.py).
            env=os.environ | {"TORCH_DEVICE_BACKEND_AUTOLOAD": "0"},
        )
        self._requests, self._answers = self._server.stdin, self._server.stdout

    def __enter__(self) -> "ForkServer":
        return self

    def __exit__(self, *_: object) -> None:
        self._requests.close()
        if self._parent is None:
            self._server.wait()
        else:
            self._parent.wait(self._process)
        self._answers.close()
        self._outputs.cleanup()

    def run(
        self, *arguments: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Do what ``python *arguments`` does, and wait for its end.

        Args:
            arguments: A script, ``-m`` with a module or ``-c`` with code, and its own arguments.
            cwd: Its folder; None is this process's.
            env: Its whole environment; None is this process's.
        """
        (done,) = self.wait(self.start(*arguments, cwd=cwd, env=env))
        return done

    def start(
        self, *arguments: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None
    ) -> int:
        """Start what ``run`` runs; ``wait`` takes the number that is returned."""
        outputs = tempfile.mkdtemp(dir=self._outputs.name)
        request = {
            "arguments": [str(argument) for argument in arguments],
            "cwd": str(cwd or Path.cwd()),
            "env": dict(os.environ if env is None else env),
            "outputs": outputs,
        }
        process = self._ask(request)
        self._folders[process] = Path(outputs)
        return process

    def wait(self, *processes: int) -> list[subprocess.CompletedProcess[str]]:
        """Wait until all have ended; where one fails, the others are killed."""
        return [
            subprocess.CompletedProcess(
                args=[],
                returncode=status,
                stdout=(self._folders[process] / "stdout").read_text(),
                stderr=(self._folders[process] / "stderr").read_text(),
            )
            for process, status in zip(processes, self._ask(processes), strict=True)
        ]

    def _ask(self, request: object) -> Any:
        self._requests.write(json.dumps(request) + "\n")
        self._requests.flush()
        answer = self._answers.readline()
        if not answer:
            raise RuntimeError("the fork server has ended: its own error is above")
        return json.loads(answer)


def serve(*pipes: str) -> None:
    """Answer the requests of a ``ForkServer``; in a fork, return when that has run.

    Args:
        pipes: The paths of the requests and of the answers, in a fork of another server.
    """
    if pipes:
        signal.alarm(0)
        requests, answers = (open(*pipe) for pipe in zip(pipes, "rw", strict=True))  # noqa: SIM115
        import_openmmlab()
    else:
        requests, answers = sys.stdin, os.fdopen(os.dup(1), "w")
        os.dup2(2, 1)  # what an import prints is no answer
        gc.disable()
        for library in LIBRARIES:
            module, _, name = library.partition(":")
            with contextlib.suppress(ImportError):
                getattr(importlib.import_module(module), name or "__name__")
        assert not OURS & sys.modules.keys()
    gc.freeze()
    gc.enable()
    ended: dict[int, int] = {}
    for line in requests:
        request = json.loads(line)
        if isinstance(request, list):
            wait(request, ended)
            answer = [ended[process] for process in request]
        else:
            answer = os.fork()
            if answer == 0:
                become(**request)
                return
        print(json.dumps(answer), file=answers, flush=True)


def import_openmmlab() -> None:
    """Import it, and forget avs_mm, without which mmcv-lite's does not import."""
    gc.disable()
    for module in ("avs_mm", *OPENMMLAB):
        importlib.import_module(module)
    for name in [name for name in sys.modules if name.partition(".")[0] == "avs_mm"]:
        del sys.modules[name]


def wait(processes: list[int], ended: dict[int, int]) -> None:
    """Note the exit statuses of all that end, until these have."""
    while running := [process for process in processes if process not in ended]:
        if any(ended.get(process) for process in processes):
            for process in running:
                os.kill(process, signal.SIGKILL)
        process, status = os.wait()
        ended[process] = os.waitstatus_to_exitcode(status)


def become(*, arguments: list[str], cwd: str, env: dict[str, str], outputs: str) -> None:
    """Make of this fork what ``python *arguments`` is."""
    signal.alarm(LIMIT)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, name in ((1, "stdout"), (2, "stderr")):
        os.dup2(os.open(Path(outputs, name), os.O_WRONLY | os.O_CREAT), number)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    sys.path[1:1] = filter(None, env.get("PYTHONPATH", "").split(os.pathsep))
    first, *rest = arguments
    if first == "-c":
        sys.argv, sys.path[0] = ["-c", *rest[1:]], ""
        exec(compile(rest[0], "<string>", "exec"), {"__name__": "__main__"})
    elif first == "-m":
        sys.argv, sys.path[0] = rest, cwd
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
    else:
        sys.argv, sys.path[0] = [first, *rest], str(Path(first).parent)
        runpy.run_path(first, run_name="__main__")


if __name__ == "__main__":
    serve(*sys.argv[1:])
