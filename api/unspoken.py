"""Request bodies that hold a secret show nothing of it, wherever they are printed."""

import msgspec


class Unspoken(msgspec.Struct, frozen=True, kw_only=True):
    """To be inherited: the representation is the name of the type alone."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"
