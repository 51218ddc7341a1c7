"""NATS with JetStream: the ledger's events for subscribers, the operations for workers, progress for watchers."""
