"""The catalogue of metrics."""

from litestar import Router, get

from api.caller import viewer
from api.pages import Page
from domain.metrics import METRICS, Metric


@get("/telemetry/metrics", guards=[viewer])
async def list_metrics() -> Page[Metric]:
    """Every metric that devices are polled for: name, unit, group, what `interface` names, description, bounds."""
    return Page(list(METRICS.values()), total=len(METRICS))


ROUTER = Router("/", route_handlers=[list_metrics], tags=["telemetry"])
