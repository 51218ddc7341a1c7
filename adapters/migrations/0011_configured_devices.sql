-- devices that say that they were configured

ALTER TABLE work.config_reads ADD backup_id uuid, ADD changed boolean;
CREATE TABLE work.configured (
    device_id uuid PRIMARY KEY,
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    author jsonb NOT NULL
);
COMMENT ON TABLE work.configured IS 'devices of which it was heard that somebody configured them, to be read soon';
