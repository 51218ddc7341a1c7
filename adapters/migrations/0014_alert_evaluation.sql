-- evaluation of alert rules

CREATE SCHEMA alerting;
CREATE TABLE alerting.places (
    partition int PRIMARY KEY,
    version bigint NOT NULL,
    place jsonb NOT NULL,
    ledger bigint,
    findings bigint NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN alerting.places.version IS 'counts commits: of two who evaluate a partition, one comes too late';
CREATE TABLE alerting.devices (
    partition int NOT NULL,
    device_id text NOT NULL,
    series bytea NOT NULL,
    PRIMARY KEY (partition, device_id)
);
CREATE TABLE alerting.signals (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    signal jsonb NOT NULL
);
CREATE TABLE alerting.findings (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text NOT NULL UNIQUE,
    finding jsonb NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE alerting.held (
    key text PRIMARY KEY,
    held jsonb NOT NULL
);
COMMENT ON TABLE alerting.held IS 'conditions that hold and that nobody is told of, since another alert tells the cause';
CREATE TABLE alerting.steps (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    alert_id uuid NOT NULL,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    body jsonb NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX steps_alert_id_idx ON alerting.steps (alert_id, seq);
CREATE INDEX steps_recorded_at_idx ON alerting.steps (recorded_at);
CREATE TABLE alerting.deliveries (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    channel_id uuid NOT NULL,
    alert_id uuid NOT NULL,
    occurrence int NOT NULL,
    kind text NOT NULL,
    severity text NOT NULL,
    "group" text NOT NULL,
    position bigint NOT NULL,
    state text NOT NULL DEFAULT 'waiting',
    attempts int NOT NULL DEFAULT 0,
    error text NOT NULL DEFAULT '',
    next_at timestamptz NOT NULL DEFAULT now(),
    created_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    UNIQUE (channel_id, alert_id, occurrence, kind)
);
CREATE INDEX deliveries_waiting_idx ON alerting.deliveries (next_at) WHERE state = 'waiting';
CREATE INDEX deliveries_alert_id_idx ON alerting.deliveries (alert_id);
CREATE INDEX deliveries_created_at_idx ON alerting.deliveries (created_at);
COMMENT ON TABLE alerting.deliveries IS 'an alert is told to a channel once an occurrence and kind of news';
