"""Long-running services: each is one class with an async `run` that goes on until cancelled."""
