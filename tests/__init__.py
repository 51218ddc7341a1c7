"""A package, since folders in it are packages."""
