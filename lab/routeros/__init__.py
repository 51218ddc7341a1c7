"""Simulated RouterOS routers that speak the binary API on loopback addresses."""
