-- telemetry sent on

CREATE TABLE telemetry.forwarded (
    partition int PRIMARY KEY,
    stream text NOT NULL,
    sequence bigint NOT NULL
) WITH (fillfactor = 10);
COMMENT ON TABLE telemetry.forwarded IS 'how far each partition was sent on by remote write';
