"""Real servers from wheels, for installations that bring neither PostgreSQL nor NATS of their own."""
