"""What runs an evaluation: all audio conditions in one pass, changed sounds, choice of frames."""
