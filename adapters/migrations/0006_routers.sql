-- routers

CREATE TABLE work.router_owners (
    owner text PRIMARY KEY,
    seen_at timestamptz NOT NULL
);
CREATE TABLE work.router_leases (
    router_id uuid PRIMARY KEY,
    owner text NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX router_leases_owner_idx ON work.router_leases (owner);
CREATE TABLE work.routers (
    router_id uuid PRIMARY KEY,
    connection jsonb,
    credential_id text,
    health jsonb,
    health_at timestamptz,
    active jsonb,
    active_at timestamptz,
    synced_at timestamptz
);
COMMENT ON TABLE work.routers IS 'what the owner of each connection last saw; not history';
