-- partitions of telemetry, what devices have to be polled for

CREATE TABLE work.partition_owners (
    service text NOT NULL,
    owner text NOT NULL,
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (service, owner)
);
CREATE TABLE work.partition_leases (
    service text NOT NULL,
    partition int NOT NULL,
    owner text NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (service, partition)
);
CREATE TABLE work.poll_plans (
    device_id uuid PRIMARY KEY,
    found_at timestamptz NOT NULL,
    plan jsonb NOT NULL
);
COMMENT ON TABLE work.poll_plans IS 'what each device was found to have, so that whoever polls it next need not look';
