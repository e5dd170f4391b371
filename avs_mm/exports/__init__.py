"""A video's objects in the formats of others: files that are written as frames come, and tables."""

from avs_mm.exports.alpha_video import AlphaVideos
from avs_mm.exports.csv_table import CsvTable
from avs_mm.exports.in_memory import to_coco_rle, to_dataframe, to_detections
from avs_mm.exports.mask_images import MaskImages
from avs_mm.exports.painted_video import paint_frame, write_painted_video
from avs_mm.exports.youtube_vis import YouTubeVis

__all__ = [
    "AlphaVideos",
    "CsvTable",
    "MaskImages",
    "YouTubeVis",
    "paint_frame",
    "to_coco_rle",
    "to_dataframe",
    "to_detections",
    "write_painted_video",
]
