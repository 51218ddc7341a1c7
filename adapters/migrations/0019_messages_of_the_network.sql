-- messages of the network

CREATE SCHEMA logs;
CREATE TABLE logs.network (
    id bigint GENERATED ALWAYS AS IDENTITY,
    received_at timestamptz NOT NULL,
    source text NOT NULL,
    address text NOT NULL,
    device_id uuid,
    severity smallint NOT NULL,
    facility smallint,
    host text NOT NULL,
    app text NOT NULL,
    message text NOT NULL,
    sent_at timestamptz,
    trap_oid text NOT NULL,
    fields jsonb
) PARTITION BY RANGE (received_at);
CREATE INDEX ON logs.network (received_at DESC, id DESC);
CREATE INDEX ON logs.network (device_id, received_at DESC, id DESC);
CREATE INDEX ON logs.network (address, received_at DESC);
COMMENT ON TABLE logs.network IS 'syslog messages and SNMP traps, a partition a day';
