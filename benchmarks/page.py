"""Time what the page does: segmenting a drawn video of ten seconds once, and judging it by sounds.

    python benchmarks/page.py                      # the demo's network, after make demo
    python benchmarks/page.py --model WORK_DIR

Prints seconds on the clock, and seconds of computing time, which another load does not lengthen.
"""

import argparse
import gzip
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from avs_mm.page.examples import draw_examples
from avs_mm.page.limits import Limits
from avs_mm.page.media_check import check_media
from avs_mm.page.media_store import MediaStore
from avs_mm.page.network import choose_network
from avs_mm.page.session import Session

REPEATS = 5


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model")
    parser.add_argument("--checkpoint")
    parser.add_argument("--device", default="cpu")
    args = parser.parse_args()

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        network = choose_network(args.model, args.checkpoint, device=args.device, folder=folder)
        files = network.examples or draw_examples(folder)
        store = MediaStore(folder, Limits())
        paths = (files[0], files[-1])
        video, clip = (
            store.add(path, name=path.name, facts=check_media(path, name="", limits=Limits())).key
            for path in paths
        )
        session = Session(network.inferencer, store)
        print(f"{network.title}, {args.device}, {torch.get_num_threads()} threads")
        _time("finding the candidates, once", lambda: session.find_candidates(video))
        content = json.dumps(session.candidates(video)).encode()
        packed = len(gzip.compress(content, compresslevel=5))
        print(f"{packed / 1e3:.0f} kB of masks go to the browser, once")
        for _ in range(REPEATS):
            _time(
                "judging a mixture",
                lambda: session.judge(video, own=0.5, other=1.0, noise=0.2, clip=clip),
            )


def _time(name: str, job: Callable[[], Any]) -> None:
    clock, computing = time.perf_counter(), time.process_time()
    job()
    clock, computing = time.perf_counter() - clock, time.process_time() - computing
    print(f"{name}: {clock:.2f} s, {computing:.2f} s of computing", flush=True)


if __name__ == "__main__":
    main()
