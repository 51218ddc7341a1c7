-- ledger

CREATE TABLE ledger.events (
    originator_id uuid NOT NULL,
    originator_version bigint NOT NULL,
    topic text NOT NULL,
    state json NOT NULL,
    notification_id bigint NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (originator_id, originator_version)
) WITH (autovacuum_vacuum_insert_scale_factor = 0.1);
CREATE UNIQUE INDEX events_notification_id_idx ON ledger.events (notification_id);
COMMENT ON COLUMN ledger.events.notification_id IS 'position in the ledger, from 1, without gaps';
CREATE TABLE ledger.head (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    position bigint NOT NULL,
    hash bytea NOT NULL,
    mac bytea NOT NULL
) WITH (fillfactor = 50);
CREATE TABLE ledger.checkpoints (
    position bigint PRIMARY KEY,
    hash bytea NOT NULL,
    signed_at timestamptz NOT NULL,
    public_key bytea NOT NULL,
    signature bytea NOT NULL
);
CREATE TABLE ledger.idempotency (
    scope text NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    first_position bigint NOT NULL,
    last_position bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (scope, key)
);
CREATE INDEX idempotency_created_at_idx ON ledger.idempotency (created_at);
CREATE FUNCTION ledger.append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only: % is refused', TG_OP;
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.events
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.append_only();
