-- what detectors have learned

CREATE SCHEMA detector;
CREATE TABLE detector.partitions (
    partition int PRIMARY KEY,
    owner text NOT NULL,
    epoch bigint NOT NULL DEFAULT 1,
    stream text NOT NULL DEFAULT '',
    sequence bigint NOT NULL DEFAULT 0,
    rules jsonb,
    tally jsonb,
    saved_at timestamptz,
    noted_at timestamptz
);
CREATE TABLE detector.devices (
    device_id text PRIMARY KEY,
    partition int NOT NULL,
    saved_at timestamptz NOT NULL,
    packed bytea NOT NULL
);
CREATE INDEX devices_partition_idx ON detector.devices (partition, device_id);
ALTER TABLE detector.devices ALTER COLUMN packed SET STORAGE EXTERNAL;  -- it is compressed already
COMMENT ON TABLE detector.devices IS 'all that was learned of a device by the place of its partition';
CREATE TABLE detector.candidates (
    device_id text NOT NULL,
    metric text NOT NULL,
    interface text NOT NULL,
    partition int NOT NULL,
    snapshot bytea NOT NULL,
    PRIMARY KEY (device_id, metric, interface)
);
COMMENT ON TABLE detector.candidates IS 'learned anew from stored telemetry, to be put in place at the next checkpoint';
