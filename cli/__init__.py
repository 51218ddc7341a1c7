"""The `netledger` command: one file a subcommand."""
