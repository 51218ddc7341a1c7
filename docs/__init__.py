"""Documentation, and the scripts that generate some of it from the source."""
