"""Which resources the API has: one module each, whose ROUTER has its handlers."""

from importlib import import_module

from litestar import Router

_MODULES = (
    "alert_evaluation",
    "alert_rules",
    "alerts",
    "analyze",
    "api_keys",
    "audit",
    "auth",
    "channels",
    "compliance",
    "config_backups",
    "config_compare",
    "config_devices",
    "config_findings",
    "config_policies",
    "config_restore",
    "config_search",
    "config_template_apply",
    "config_templates",
    "credentials",
    "customer_drift",
    "customers",
    "discovery",
    "docs",
    "events",
    "export",
    "health",
    "identity",
    "inventory",
    "isolation",
    "logs",
    "metrics_catalogue",
    "models",
    "network_logs",
    "operations",
    "profile",
    "projections",
    "routers",
    "secrets",
    "settings",
    "silences",
    "telemetry_history",
    "telemetry_live",
    "terminal",
    "totp",
    "users",
    "views",
    "workers",
)


def routers() -> list[Router]:
    """Of all resources."""
    return [_router(name) for name in _MODULES]


def _router(name: str) -> Router:
    router = import_module(f"api.{name}").ROUTER
    assert isinstance(router, Router), name
    return router
