"""What differs between RouterOS releases on the wire."""

from datetime import datetime
from typing import NamedTuple


class Release(NamedTuple):
    """A RouterOS version, compared as a tuple."""

    major: int
    minor: int
    patch: int = 0

    @classmethod
    def parse(cls, version: str) -> "Release":
        return cls(*(int(part) for part in version.split(".")[:3]))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}" + (f".{self.patch}" if self.patch else "")

    @property
    def plain_login(self) -> bool:
        """6.43 replaced the MD5 challenge by a login with name and password."""
        return self >= (6, 43)

    @property
    def says_empty(self) -> bool:
        return self >= (7, 18)

    @property
    def max_sessions(self) -> int:
        return 20

    def login_refusal(self) -> str:
        return "invalid user name or password (6)" if self.plain_login else "cannot log in"

    def date(self, at: datetime) -> str:
        if self >= (7, 10):
            return at.strftime("%Y-%m-%d %H:%M:%S")
        return at.strftime("%b/%d/%Y %H:%M:%S").lower()

    def uptime(self, seconds: int) -> str:
        """3w2d5h11m9s without a part that is zero; older releases write 3w2d05:11:09."""
        if not self.plain_login:
            days, rest = divmod(max(seconds, 0), 86_400)
            long = "".join(
                f"{count}{unit}" for unit, count in zip("wd", divmod(days, 7), strict=True) if count
            )
            return f"{long}{rest // 3_600:02}:{rest % 3_600 // 60:02}:{rest % 60:02}"
        if seconds <= 0:
            return "0s"
        parts = []
        for unit, size in (("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
            count, seconds = divmod(seconds, size)
            if count:
                parts.append(f"{count}{unit}")
        return "".join(parts)
