"""The MIB objects that a visit reads, one module a MIB: where they are, and what their rows mean."""
