"""The public REST and WebSocket API: one module a resource, thin over commands and read models."""
