-- subscriptions to live telemetry

CREATE TABLE auth.subscriptions (
    digest bytea PRIMARY KEY,
    subscription jsonb NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX subscriptions_expires_at_idx ON auth.subscriptions (expires_at);
COMMENT ON TABLE auth.subscriptions IS 'who may open a WebSocket of samples, and of which, by digest of a token';
