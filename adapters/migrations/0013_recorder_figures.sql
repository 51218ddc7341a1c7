-- figures of the recorder

ALTER TABLE telemetry.recorded
    ADD COLUMN samples bigint NOT NULL DEFAULT 0,
    ADD COLUMN refused jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN recorded_at timestamptz;
COMMENT ON COLUMN telemetry.recorded.refused IS 'samples that could not be right, by reason';
