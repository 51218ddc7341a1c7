"""The ledger on PostgreSQL: gap-safe positions by group commit, a hash chain, and the reading of both."""
