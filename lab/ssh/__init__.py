"""Simulated network devices that are configured over SSH: prompts, pagers, candidates, timers that really revert, and faults."""
