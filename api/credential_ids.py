"""Credentials that a request names."""

from collections.abc import Sequence

from api.provided import Connect
from domain.errors import Invalid
from projections.accounts import listed


async def check_credential_ids(
    connect: Connect, ids: Sequence[str] | None, field: str = "credential_ids"
) -> None:
    """Raises Invalid with the path of the first that is not stored."""
    if not ids:
        return
    async with connect() as conn:
        stored = {row["id"] for row in await listed(conn, "credentials", "id")}
    for index, credential_id in enumerate(ids):
        if credential_id not in stored:
            raise Invalid("no such credential", field=f"{field}[{index}]")
