"""The services that a worker process may run."""

KINDS = (
    "projector",
    "relay",
    "executor",
    "scheduler",
    "checkpoints",
    "routers",
    "customers",
    "poller",
    "detector",
    "recorder",
    "telemetry-upkeep",
    "alerting",
    "compliance",
    "alerts",
)
