"""Telemetry history on PostgreSQL: recent polls as they come, older samples packed by series and hour, and rollups of them."""
