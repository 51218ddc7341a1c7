-- telemetry history

CREATE SCHEMA telemetry;
CREATE TABLE telemetry.series (
    id int PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    device_id uuid NOT NULL,
    metric text NOT NULL,
    interface text NOT NULL,
    interval_s double precision NOT NULL,
    last_day int NOT NULL,
    UNIQUE (device_id, metric, interface)
);
CREATE TABLE telemetry.recorded (
    partition int PRIMARY KEY,
    stream text NOT NULL DEFAULT '',
    sequence bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 10);
COMMENT ON TABLE telemetry.recorded IS 'how far each partition of the stream TELEMETRY is in the tables here';
INSERT INTO telemetry.recorded (partition) SELECT generate_series(0, 15);
CREATE TABLE telemetry.recent (
    hour int NOT NULL,
    device_id uuid NOT NULL,
    at_ms bigint NOT NULL,
    interval_s double precision NOT NULL,
    series bytea STORAGE EXTERNAL NOT NULL,
    samples bytea STORAGE EXTERNAL NOT NULL
) WITH (toast_tuple_target = 8160, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX recent_hour_device_id_idx ON telemetry.recent (hour, device_id);
COMMENT ON TABLE telemetry.recent IS 'polls as they came: numbers of series (int32) and their samples (float64, NaN = null), in one order';
COMMENT ON COLUMN telemetry.recent.hour IS 'since the epoch, as all hours and days in this schema';
CREATE TABLE telemetry.raw (
    series int NOT NULL,
    hour int NOT NULL,
    packed bytea STORAGE EXTERNAL NOT NULL,
    PRIMARY KEY (series, hour)
) PARTITION BY RANGE (hour);
COMMENT ON TABLE telemetry.raw IS 'the samples of a series and hour, packed';
CREATE TABLE telemetry.minutes (LIKE telemetry.raw INCLUDING ALL) PARTITION BY RANGE (hour);
CREATE TABLE telemetry.five_minutes (LIKE telemetry.raw INCLUDING ALL) PARTITION BY RANGE (hour);
CREATE TABLE telemetry.hours (
    series int NOT NULL,
    day int NOT NULL,
    packed bytea STORAGE EXTERNAL NOT NULL,
    PRIMARY KEY (series, day)
) PARTITION BY RANGE (day);
CREATE TABLE telemetry.days (
    series int NOT NULL,
    day int NOT NULL,
    counted int NOT NULL,
    interval_s real NOT NULL,
    low double precision NOT NULL,
    high double precision NOT NULL,
    mean double precision NOT NULL,
    last double precision NOT NULL,
    PRIMARY KEY (series, day)
) PARTITION BY RANGE (day);
CREATE TABLE telemetry.compaction (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    closed_day int NOT NULL,
    closing_after int NOT NULL DEFAULT 0
);
COMMENT ON COLUMN telemetry.compaction.closed_day IS 'the last day whose hours are rolled up';
