"""Synthetic devices: what the agents of well-known models show, each fact where that vendor puts it."""
