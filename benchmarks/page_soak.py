"""Let people use the page for long, and report what its process holds over time.

    python benchmarks/page_soak.py --minutes 60                      # the demo's network
    python benchmarks/page_soak.py --minutes 60 --model WORK_DIR --people 4

Every person uploads a drawn clip, has it segmented, judges it under three sounds and deletes it,
time and again. One time in five the person leaves while the clip is being segmented, one time in
five sends a text. Reported are resident memory, open files and threads of the page's process, and
the files in its temporary folder. Ends with exit code 1 if anybody got a wrong answer.
"""

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from avs_mm.page.examples import draw_examples

SOUNDS = ((1.0, 0.0), (0.0, 0.0), (0.5, 1.0))  # gains of the own sound, and of noise
CALL = "/gradio/gradio_api/call"


@contextmanager
def served(arguments: list[str], folder: Path) -> Iterator[tuple[str, int]]:
    """Serve the page from a process of its own; yield its address and the process's number."""
    command = [sys.executable, "-m", "avs_mm.page", "--port", "0", *arguments]
    environment = os.environ | {"TMPDIR": str(folder)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as page:
        assert page.stdout is not None
        found = None
        while found is None:
            line = page.stdout.readline()
            if not line:
                raise RuntimeError("the page has ended; see what it said")
            found = re.search(r"Open (\S+)", line)
        yield found[1], page.pid
        page.terminate()


class Person:
    """Somebody who asks the page, and counts what became of it."""

    def __init__(self, address: str, clips: list[Path], answers: dict, counts: Counter) -> None:
        self.client = httpx.Client(base_url=address, timeout=600)
        self.clips = clips
        self.answers = answers  # the first one to each question, which all later ones must equal
        self.counts = counts

    def visit(self, draw: random.Random) -> None:
        if draw.random() < 0.2:
            reply = self.client.post("/files", params={"name": "a.mp4"}, content=b"a text")
            self.count("texts refused", reply.status_code == 400)
            return
        clip = draw.choice(self.clips)
        content = clip.read_bytes()
        reply = self.client.post("/files", params={"name": clip.name}, content=content)
        if reply.status_code == 503:
            self.counts["told that the page is full"] += 1
            return
        key = reply.json()["key"]
        if draw.random() < 0.2:
            self.client.post(f"{CALL}/find_candidates", json={"data": [key]})
            time.sleep(draw.random())
            self.client.delete(f"/files/{key}")
            self.counts["left while it was segmented"] += 1
            return
        if (found := self.call("find_candidates", key)) is not None:
            self.check((clip.name, "frames"), found["frames"])
            told = self.client.get(f"/candidates/{key}").json()
            self.check((clip.name, "candidates"), told)
            for own, noise in SOUNDS:
                answer = self.call("judge", key, own, 0.0, noise, "")
                if answer is not None:
                    self.check((clip.name, own, noise), answer["objects"])
        self.client.delete(f"/files/{key}")

    def call(self, name: str, *data: Any) -> dict[str, Any] | None:
        """Return an answer; None where too many people are waiting."""
        posted = self.client.post(f"{CALL}/{name}", json={"data": list(data)})
        if posted.status_code == 503:
            self.counts["told that too many wait"] += 1
            return None
        stream = self.client.get(f"{CALL}/{name}/{posted.json()['event_id']}").text
        data_line = stream.strip().rsplit("\ndata: ", 1)[-1]
        answer: dict[str, Any] = json.loads(data_line)[0]
        return answer

    def check(self, question: tuple, answer: Any) -> None:
        self.count("answers", self.answers.setdefault(question, answer) == answer)

    def count(self, what: str, is_right: bool) -> None:
        self.counts[what if is_right else f"WRONG {what}"] += 1


def sample(process: int, folder: Path) -> tuple[float, int, int, int, float]:
    """Return resident MB, open files, threads, temporary files and their MB."""
    status = Path(f"/proc/{process}/status").read_text()
    resident = int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1e3
    threads = int(re.findall(r"Threads:\s+(\d+)", status)[0])
    opened = len(list(Path(f"/proc/{process}/fd").iterdir()))
    sizes = []
    for path in folder.rglob("*"):
        try:
            sizes += [path.stat().st_size] if path.is_file() else []
        except FileNotFoundError:  # deleted meanwhile
            continue
    return resident, opened, threads, len(sizes), sum(sizes) / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--people", type=int, default=4)
    parser.add_argument("--model", help="as of avs-mm serve")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--every", type=float, default=60, help="seconds between two lines")
    args = parser.parse_args()
    arguments = ["--device", args.device, *(["--model", args.model] if args.model else [])]

    with tempfile.TemporaryDirectory() as temporary:
        clips = [path for path in draw_examples(Path(temporary, "clips")) if path.suffix == ".mp4"]
        folder = Path(temporary, "of_the_page")
        folder.mkdir()
        answers: dict = {}
        counts: Counter = Counter()
        ended = threading.Event()
        with served(arguments, folder) as (address, process):

            def use(number: int) -> None:
                person, draw = Person(address, clips, answers, counts), random.Random(number)
                while not ended.is_set():
                    try:
                        person.visit(draw)
                    except (httpx.HTTPError, KeyError, ValueError) as error:
                        counts[f"WRONG {type(error).__name__}: {error}"] += 1

            people = [threading.Thread(target=use, args=(n,)) for n in range(args.people)]
            for person in people:
                person.start()
            start = time.monotonic()
            print("minute  MB resident  open files  threads  temporary files  their MB  answers")
            while (passed := (time.monotonic() - start) / 60) < args.minutes:
                time.sleep(min(args.every, 60 * (args.minutes - passed)) + 0.01)
                held = sample(process, folder)
                minute = (time.monotonic() - start) / 60
                print(
                    "{:6.1f}  {:11.0f}  {:10d}  {:7d}  {:15d}  {:8.1f}  {:7d}".format(
                        minute, *held, counts["answers"]
                    ),
                    flush=True,
                )
            ended.set()
            for person in people:
                person.join()
            held = sample(process, folder)
            print("when all have left: {:.0f} MB, {} files, {} threads".format(*held[:3]), end="")
            print(f", {held[3]} temporary files of {held[4]:.1f} MB")
        left = list(folder.glob("avs_mm-page-*"))
        print(f"after the page has ended: {len(left)} temporary folders")
    for what, number in sorted(counts.items()):
        print(f"{what}: {number}")
    wrong = [what for what in counts if what.startswith("WRONG")]
    sys.exit(1 if wrong or left else 0)


if __name__ == "__main__":
    main()
