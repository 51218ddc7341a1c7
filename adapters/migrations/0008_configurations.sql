-- configurations

CREATE TABLE vault.configs (
    device_id uuid NOT NULL,
    content text NOT NULL,
    platform text NOT NULL,
    size_bytes bigint NOT NULL,
    lines bigint NOT NULL,
    whole bytea NOT NULL,
    masked bytea NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (device_id, content)
);
ALTER TABLE vault.configs ALTER whole SET STORAGE EXTERNAL, ALTER masked SET STORAGE EXTERNAL;
COMMENT ON TABLE vault.configs IS 'configurations by what they say: compressed (zstd), then sealed (AES-256-GCM)';
CREATE TABLE work.config_reads (
    device_id uuid PRIMARY KEY,
    credential_id text,
    content text,
    read_at timestamptz,
    operation_id uuid,
    failed_at timestamptz,
    error jsonb
);
COMMENT ON TABLE work.config_reads IS 'when each configuration was last read, or why it was not; not history';
CREATE TABLE work.device_turns (
    device_id uuid PRIMARY KEY,
    holder text NOT NULL,
    expires_at timestamptz NOT NULL
);
COMMENT ON TABLE work.device_turns IS 'which operation works on a device; the others wait';
