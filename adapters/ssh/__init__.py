"""Device configurations over SSH: read whole, changed under a safety timer, brought back when anything goes wrong."""
