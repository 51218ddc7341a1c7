-- sessions of customers

CREATE TABLE work.customer_sessions (
    router_id uuid NOT NULL,
    username text NOT NULL,
    session_id text NOT NULL,
    address text NOT NULL,
    caller_id text NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    PRIMARY KEY (router_id, username, started_at, session_id)
);
CREATE INDEX customer_sessions_open_idx ON work.customer_sessions (router_id) WHERE ended_at IS NULL;
CREATE INDEX customer_sessions_address_idx ON work.customer_sessions (address, started_at);
CREATE INDEX customer_sessions_ended_at_idx ON work.customer_sessions (ended_at);
COMMENT ON TABLE work.customer_sessions IS 'who was online when, as routers told';
