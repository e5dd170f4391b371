"""The command ``avs-mm``: for people with a video, or with data. What it needs is loaded late."""
