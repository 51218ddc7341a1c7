-- answers by idempotency key, spent one-time passwords

CREATE TABLE work.answers (
    scope text NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    sealed bytea NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (scope, key)
);
CREATE INDEX answers_expires_at_idx ON work.answers (expires_at);
CREATE TABLE auth.totp_steps (
    user_id uuid PRIMARY KEY,
    step bigint NOT NULL
);
COMMENT ON TABLE auth.totp_steps IS 'the last time step whose code was used: none is good twice (RFC 6238, 5.2)';
