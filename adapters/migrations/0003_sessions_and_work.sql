-- sessions and work

CREATE SCHEMA auth;
CREATE TABLE auth.sessions (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL,
    refresh_digest bytea NOT NULL,
    used_digests bytea[] NOT NULL DEFAULT '{}',
    client text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    revoked boolean NOT NULL DEFAULT false
);
CREATE INDEX sessions_user_id_idx ON auth.sessions (user_id);
CREATE TABLE auth.failures (
    username text PRIMARY KEY,
    failures int NOT NULL,
    last_at timestamptz NOT NULL,
    locked_until timestamptz
);
CREATE SCHEMA work;
CREATE TABLE work.progress (
    operation_id uuid PRIMARY KEY,
    attempt int NOT NULL,
    done bigint NOT NULL DEFAULT 0,
    total bigint NOT NULL DEFAULT 0,
    detail jsonb NOT NULL DEFAULT '{}',
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE work.sightings (
    device_id uuid PRIMARY KEY,
    last_seen timestamptz NOT NULL,
    address text NOT NULL DEFAULT '',
    rtt_ms double precision,
    uptime_s double precision
);
CREATE TABLE work.workers (
    id text PRIMARY KEY,
    kind text NOT NULL,
    host text NOT NULL,
    pid int NOT NULL,
    started_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL
);
