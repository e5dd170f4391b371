"""Which of a frame's candidates sound, decided without painting a map for every sound."""

import numpy as np

__all__ = ["mask_overlaps", "sounding_under"]

MOST_CANDIDATES = 63  # a bit each


def mask_overlaps(masks: np.ndarray) -> np.ndarray:
    """List the combinations of masks that occur at pixels of a frame.

    Args:
        masks: bool (n, H, W).

    Returns:
        bool (U, n): each set of masks that some pixel lies in, once.

    Raises:
        ValueError: There are more than 63 masks.
    """
    number = len(masks)
    if number > MOST_CANDIDATES:
        raise ValueError(
            f"a frame has {number} candidates, of which {MOST_CANDIDATES} can be told apart; "
            "raise the model's score_threshold"
        )
    codes = np.zeros(masks.shape[1:], np.int64)
    for index, mask in enumerate(masks):
        codes[mask] |= 1 << index
    # Most pixels lie in no mask: only the others are sorted.
    present = np.unique(codes[codes > 0])
    return (present[:, None] >> np.arange(number)) % 2 == 1


def sounding_under(
    overlaps: np.ndarray, labels: np.ndarray, scores: np.ndarray, thresholds: np.ndarray
) -> np.ndarray:
    """Tell which candidates sound, as the sounding map of Eq. 1 and its categories say it.

    A candidate sounds where the scores of the categories at one of its pixels add up to more than
    the threshold and its own is the highest of them. A category's score there is the highest one of
    its candidates.

    Args:
        overlaps: As of ``mask_overlaps``, bool (U, n).
        labels: Category of each candidate, (n,).
        scores: Audio score of each candidate, (n,) in [0, 1].
        thresholds: Of each candidate, (n,) in (0, 1).

    Returns:
        bool (n,).
    """
    sounding = np.zeros(len(labels), bool)
    for combination in overlaps:
        members = np.flatnonzero(combination)
        loudest = members[scores[members].argmax()]
        members = members[np.lexsort((-scores[members], labels[members]))]
        best_of_category = np.unique(labels[members], return_index=True)[1]
        if min(scores[members][best_of_category].sum(), 1) > thresholds[loudest]:
            same = labels[members] == labels[loudest]
            sounding[members[same & (scores[members] == scores[loudest])]] = True
    return sounding
