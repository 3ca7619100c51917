"""What is raised where the server gives no session."""


class WizardSessionsError(Exception):
    """The server said no, and would say so again."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        """Of the answer; ``None`` where what it holds is wrong."""


class UnavailableError(WizardSessionsError):
    """It may go better next time: after so many seconds, if the server names them."""

    def __init__(self, message: str, status: int | None = None, retry_after: float = 0.0) -> None:
        super().__init__(message, status)
        self.retry_after = retry_after
