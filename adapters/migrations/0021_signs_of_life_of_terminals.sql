-- Whose server was lost is told in the ledger by a worker.

CREATE TABLE work.terminals (
    session_id uuid PRIMARY KEY,
    began_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now(),
    signs bigint NOT NULL DEFAULT 1,
    bytes_typed bigint NOT NULL,
    bytes_shown bigint NOT NULL
);
COMMENT ON TABLE work.terminals IS 'open terminals, each with its last sign of life';
