"""Why a command failed, in the words of a router."""


class Trap(Exception):
    """One or more `!trap` sentences. Categories: 0 missing item or command, 1 argument, 2 interrupted, 5 API; often none."""

    def __init__(self, message: str, *, category: int | None = None, also: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.category = category
        self.also = also
        """A second trap of the same category, as an unknown path gives."""

    def sentences(self) -> list[list[str]]:
        category = [] if self.category is None else [f"=category={self.category}"]
        return [
            ["!trap", *category, f"=message={message}"] for message in (self.message, self.also) if message
        ]


class Fatal(Exception):
    """A `!fatal` sentence with a bare reason, after which the router closes the connection."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


NO_SUCH_ITEM = "no such item"
