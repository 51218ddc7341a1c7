"""What may happen in the network, and why: commands, events, aggregates and policies, without any I/O."""
