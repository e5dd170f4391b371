"""Paint what sounds into a video, and say what sounds in every second of it.

Examples:
    python tools/segment_video.py dog.mp4 --config configs/avs_avsc.py \\
        --checkpoint work_dirs/avs_avsc -o dog_sounding.mp4
    python tools/segment_video.py dog.mp4 --config C --checkpoint P --audio rain.wav -o rain.mp4
    python tools/segment_video.py dog.mp4 --config C --checkpoint P --mute -o mute.mp4
    python tools/segment_video.py dog.mp4 -o dog_sounding.mp4    # configs/zero_shot/coco_ast.py
"""

import argparse

from rich.console import Console

from avs_mm.apis import AVSInferencer, segment_video
from avs_mm.apis.sounding_table import sounding_table
from avs_mm.launch import add_device_option, add_override_option, read_config
from avs_mm.one_line_errors import add_traceback_option, one_line_errors


@one_line_errors
def main() -> None:
    args = parse_args()
    inferencer = AVSInferencer(
        read_config(args.config, args.cfg_options),
        args.checkpoint,
        device=args.device,
        batch_size=args.batch_size,
    )
    seconds = segment_video(
        inferencer,
        args.video,
        args.out,
        audio=args.audio,
        mute=args.mute,
        report=args.json,
    )
    Console().print(sounding_table(seconds, score="audio" if inferencer.uses_sound else "visual"))
    print(f"Written: {args.out}" + (f", {args.json}" if args.json else ""))


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("video", help="any video that FFmpeg reads")
    parser.add_argument(
        "--config", default="zero-shot", help="of stage 2, or of stage 1 (default: zero-shot)"
    )
    parser.add_argument(
        "--checkpoint", help=".pth file of that config, or work dir; none for configs/zero_shot"
    )
    sound = parser.add_mutually_exclusive_group()
    sound.add_argument("--audio", help="use the sound of this sound or video file instead")
    sound.add_argument("--mute", action="store_true", help="use silence instead")
    parser.add_argument("-o", "--out", required=True, help="video to write: .mp4, .mov or .mkv")
    parser.add_argument("--json", help="also write every frame's candidates to this file")
    add_device_option(parser)
    add_override_option(parser, example="model.threshold=0.3")
    parser.add_argument("--batch-size", type=int, default=8, help="frames at once (default: 8)")
    add_traceback_option(parser)
    return parser.parse_args()


if __name__ == "__main__":
    main()
