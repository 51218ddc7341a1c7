"""Roles: who may do what."""

from typing import Literal

Role = Literal["viewer", "engineer", "admin"]
ROLES: tuple[Role, ...] = ("viewer", "engineer", "admin")


def covers(role: Role, needed: Role) -> bool:
    """Whether `role` may do what `needed` may: viewer < engineer < admin."""
    return ROLES.index(role) >= ROLES.index(needed)
