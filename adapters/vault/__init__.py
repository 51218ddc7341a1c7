"""Secrets at rest: AES-256-GCM in PostgreSQL under one master key."""
