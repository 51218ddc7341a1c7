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
    "receivers",
    "detector",
    "recorder",
    "remote-write",
    "telemetry-upkeep",
    "alerting",
    "compliance",
    "alerts",
)
