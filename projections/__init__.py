"""The read models, one module each, and the runner that feeds them all."""
