-- recordings of terminals

CREATE TABLE vault.recordings (
    session_id uuid NOT NULL,
    part int NOT NULL,
    sealed bytea NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (session_id, part)
);
CREATE INDEX recordings_at_idx ON vault.recordings (at);
COMMENT ON TABLE vault.recordings IS 'what was shown on terminals, sealed, in parts';
