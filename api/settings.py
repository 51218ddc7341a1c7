"""Settings: what is in force, and changing it."""

from typing import Any

import msgspec
from litestar import Response, Router, get, patch

from api.caller import admin
from api.conventions import commanded, until_seen
from api.provided import Bus, By, Connect, Watch
from domain.errors import Invalid
from domain.settings import SETTINGS, SETTINGS_ID, ChangeSettings, Settings
from domain.targets import parse_targets
from projections.settings import in_force


@get("/settings", guards=[admin], opt={"reads": ("settings",)})
async def get_settings(connect: Connect) -> Settings:
    async with connect() as conn:
        return await in_force(conn)


@patch("/settings", guards=[admin])
async def change_settings(
    data: dict[str, Any], bus: Bus, by: By, watch: Watch, connect: Connect
) -> Response[Settings]:
    """A part of what GET shows, such as `{"discovery": {"rate_per_s": 2000}}`; the rest stays."""
    reason = str(data.pop("reason", ""))
    changes: dict[str, Any] = {}
    for name, part in data.items():
        if isinstance(part, dict) and name != "retention_days":
            changes.update({f"{name}/{field}": value for field, value in part.items()})
        else:
            changes[name] = part
    if ranges := changes.get("discovery/ranges"):
        try:
            parse_targets(msgspec.convert(ranges, list[str]))
        except msgspec.ValidationError as error:
            raise Invalid(str(error), field="discovery/ranges") from None
    outcome = await bus.execute(
        SETTINGS.to(SETTINGS_ID, ChangeSettings(changes=changes, reason=reason)), by=by
    )
    await until_seen(watch, "settings", outcome.position)
    async with connect() as conn:
        return commanded(await in_force(conn), outcome.position, watch)


ROUTER = Router("/", route_handlers=[get_settings, change_settings], tags=["settings"])
