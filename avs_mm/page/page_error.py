"""The sentence that a user gets for an answer."""

__all__ = ["PageError"]


class PageError(ValueError):
    """What the page does not do, and why; the message is shown to the user.

    Args:
        message: One sentence.
        status: Of the HTTP answer.
    """

    def __init__(self, message: str, *, status: int = 400) -> None:
        super().__init__(message)
        self.status = status
