"""Prometheus and what speaks its protocols."""
