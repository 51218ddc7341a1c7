"""The outside world, one module or package a technology; each satisfies a port of `domain.ports`."""
