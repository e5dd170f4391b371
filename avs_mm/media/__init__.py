"""Sound and video files, read and written through PyAV.

Times are counted from the file's own start, for sound and images alike, so that sample
``t * sample_rate`` of the sound belongs to the frame at ``t`` seconds.
"""

from avs_mm.media.audio import SAMPLE_RATE, read_audio, resampled, stream_audio
from avs_mm.media.video import VideoInfo, probe_video, read_video_frames
from avs_mm.media.video_writer import write_video

__all__ = [
    "SAMPLE_RATE",
    "VideoInfo",
    "probe_video",
    "read_audio",
    "read_video_frames",
    "resampled",
    "stream_audio",
    "write_video",
]
