"""The tables that are not read models: the ledger, the vault and the workers' own notes; created and upgraded in order."""

import psycopg
from psycopg import sql

MIGRATIONS: tuple[tuple[str, str], ...] = (
    (
        "0001 ledger",
        """
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
        """,
    ),
    (
        "0002 vault",
        """
        CREATE SCHEMA vault;
        CREATE TABLE vault.secrets (
            id uuid PRIMARY KEY,
            purpose text NOT NULL,
            nonce bytea NOT NULL,
            ciphertext bytea NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now()
        );
        CREATE TABLE vault.subject_keys (
            subject uuid PRIMARY KEY,
            nonce bytea NOT NULL,
            ciphertext bytea NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now()
        );
        """,
    ),
    (
        "0003 sessions and work",
        """
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
        """,
    ),
    (
        "0004 order of checkpoints, test of the master key",
        """
        DELETE FROM ledger.checkpoints;  -- nothing has signed any before this step
        ALTER TABLE ledger.checkpoints ADD COLUMN number bigint NOT NULL UNIQUE;
        CREATE TABLE ledger.checkpoint_tail (
            one boolean PRIMARY KEY DEFAULT true CHECK (one),
            number bigint NOT NULL,
            signature bytea NOT NULL
        );
        CREATE TABLE vault.key_test (
            one boolean PRIMARY KEY DEFAULT true CHECK (one),
            nonce bytea NOT NULL,
            ciphertext bytea NOT NULL
        );
        COMMENT ON TABLE vault.key_test IS 'tells a wrong master key from a damaged secret';
        """,
    ),
    (
        "0005 answers by idempotency key, spent one-time passwords",
        """
        CREATE TABLE work.answers (
            scope text NOT NULL,
            key text NOT NULL,
            fingerprint bytea NOT NULL,
            sealed bytea NOT NULL,
            expires_at timestamptz NOT NULL,
            PRIMARY KEY (scope, key)
        );
        CREATE INDEX answers_expires_at_idx ON work.answers (expires_at);
        CREATE TABLE auth.totp_steps (
            user_id uuid PRIMARY KEY,
            step bigint NOT NULL
        );
        COMMENT ON TABLE auth.totp_steps IS 'the last time step whose code was used: none is good twice (RFC 6238, 5.2)';
        """,
    ),
    (
        "0006 routers",
        """
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
        """,
    ),
    (
        "0007 append in one round trip, guarded by what was looked at",
        """
        CREATE FUNCTION ledger.append(
            expected bigint, expected_hash bytea, looked_at uuid[], looked_at_versions bigint[],
            ids uuid[], versions bigint[], topics text[], states json[], hashes bytea[],
            scopes text[], keys text[], fingerprints bytea[], firsts bigint[], lasts bigint[],
            end_position bigint, end_hash bytea, end_mac bytea
        ) RETURNS boolean LANGUAGE plpgsql AS $$
        BEGIN
            -- Before anything is read, so that all of it is read as the last writer left it.
            LOCK TABLE ledger.events IN EXCLUSIVE MODE;
            IF EXISTS (
                SELECT FROM unnest(looked_at, looked_at_versions) AS seen (id, version)
                JOIN ledger.events e ON e.originator_id = seen.id AND e.originator_version = seen.version + 1
            ) THEN
                RETURN false;
            END IF;
            UPDATE ledger.head SET position = end_position, hash = end_hash, mac = end_mac
                WHERE position = expected AND hash = expected_hash;
            IF NOT FOUND THEN
                RETURN false;
            END IF;
            INSERT INTO ledger.events (originator_id, originator_version, topic, state, hash, notification_id)
                SELECT id, version, topic, state, hash, expected + number
                FROM unnest(ids, versions, topics, states, hashes) WITH ORDINALITY
                    AS row (id, version, topic, state, hash, number);
            IF cardinality(keys) > 0 THEN
                INSERT INTO ledger.idempotency (scope, key, fingerprint, first_position, last_position)
                    SELECT * FROM unnest(scopes, keys, fingerprints, firsts, lasts);
            END IF;
            PERFORM pg_notify('ledger', end_position::text);
            RETURN true;
        END $$;
        COMMENT ON FUNCTION ledger.append IS 'false, and nothing done, where the ledger does not end as expected or something looked at has changed';
        """,
    ),
    (
        "0008 configurations",
        """
        CREATE TABLE vault.configs (
            device_id uuid NOT NULL,
            content text NOT NULL,
            platform text NOT NULL,
            size_bytes bigint NOT NULL,
            lines bigint NOT NULL,
            whole bytea NOT NULL,
            masked bytea NOT NULL,
            stored_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (device_id, content)
        );
        ALTER TABLE vault.configs ALTER whole SET STORAGE EXTERNAL, ALTER masked SET STORAGE EXTERNAL;
        COMMENT ON TABLE vault.configs IS 'configurations by what they say: compressed (zstd), then sealed (AES-256-GCM)';
        CREATE TABLE work.config_reads (
            device_id uuid PRIMARY KEY,
            credential_id text,
            content text,
            read_at timestamptz,
            operation_id uuid,
            failed_at timestamptz,
            error jsonb
        );
        COMMENT ON TABLE work.config_reads IS 'when each configuration was last read, or why it was not; not history';
        CREATE TABLE work.device_turns (
            device_id uuid PRIMARY KEY,
            holder text NOT NULL,
            expires_at timestamptz NOT NULL
        );
        COMMENT ON TABLE work.device_turns IS 'which operation works on a device; the others wait';
        """,
    ),
    (
        "0009 partitions of telemetry, what devices have to be polled for",
        """
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
        """,
    ),
    (
        "0010 telemetry history",
        """
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
        """,
    ),
    (
        "0011 devices that say that they were configured",
        """
        ALTER TABLE work.config_reads ADD backup_id uuid, ADD changed boolean;
        CREATE TABLE work.configured (
            device_id uuid PRIMARY KEY,
            first_at timestamptz NOT NULL,
            last_at timestamptz NOT NULL,
            author jsonb NOT NULL
        );
        COMMENT ON TABLE work.configured IS 'devices of which it was heard that somebody configured them, to be read soon';
        """,
    ),
    (
        "0012 what detectors have learned",
        """
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
        """,
    ),
    (
        "0013 figures of the recorder",
        """
        ALTER TABLE telemetry.recorded
            ADD COLUMN samples bigint NOT NULL DEFAULT 0,
            ADD COLUMN refused jsonb NOT NULL DEFAULT '{}',
            ADD COLUMN recorded_at timestamptz;
        COMMENT ON COLUMN telemetry.recorded.refused IS 'samples that could not be right, by reason';
        """,
    ),
    (
        "0014 evaluation of alert rules",
        """
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
        """,
    ),
    (
        "0015 compliance",
        """
        CREATE TABLE work.compliance_checks (
            device_id uuid PRIMARY KEY,
            content text NOT NULL,
            scope text NOT NULL,
            checked_at timestamptz NOT NULL,
            error text NOT NULL
        );
        COMMENT ON TABLE work.compliance_checks IS 'which configuration was last evaluated, under which policies, labels and platform';
        """,
    ),
    (
        "0015 subscriptions to live telemetry",
        """
        CREATE TABLE auth.subscriptions (
            digest bytea PRIMARY KEY,
            subscription jsonb NOT NULL,
            expires_at timestamptz NOT NULL
        );
        CREATE INDEX subscriptions_expires_at_idx ON auth.subscriptions (expires_at);
        COMMENT ON TABLE auth.subscriptions IS 'who may open a WebSocket of samples, and of which, by digest of a token';
        """,
    ),
    (
        "0016 sessions of customers",
        """
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
        """,
    ),
    (
        "0017 telemetry sent on",
        """
        CREATE TABLE telemetry.forwarded (
            partition int PRIMARY KEY,
            stream text NOT NULL,
            sequence bigint NOT NULL
        ) WITH (fillfactor = 10);
        COMMENT ON TABLE telemetry.forwarded IS 'how far each partition was sent on by remote write';
        """,
    ),
    (
        "0018 messages of the network",
        """
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
        """,
    ),
    (
        "0019 recordings of terminals",
        """
        CREATE TABLE vault.recordings (
            session_id uuid NOT NULL,
            part int NOT NULL,
            sealed bytea NOT NULL,
            at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (session_id, part)
        );
        CREATE INDEX recordings_at_idx ON vault.recordings (at);
        COMMENT ON TABLE vault.recordings IS 'what was shown on terminals, sealed, in parts';
        """,
    ),
)

_LOCK = 0x6E65746C65646765  # "netledge": one process migrates, the others wait


def migrate(conninfo: str) -> list[str]:
    """Brings the database up to this release and returns the names of the steps taken. Each step is whole or not at all."""
    done: list[str] = []
    with psycopg.connect(conninfo, autocommit=True) as conn:
        encoding = conn.info.parameter_status("server_encoding")
        if encoding != "UTF8":
            raise ValueError(
                f"the database's encoding is {encoding}; create it with ENCODING 'UTF8' TEMPLATE template0"
            )
        conn.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        conn.execute("CREATE SCHEMA IF NOT EXISTS ledger")
        conn.execute(
            "CREATE TABLE IF NOT EXISTS ledger.migrations (name text PRIMARY KEY, at timestamptz DEFAULT now())"
        )
        present = {row[0] for row in conn.execute("SELECT name FROM ledger.migrations")}
        for name, script in MIGRATIONS:
            if name in present:
                continue
            with conn.transaction():
                conn.execute(sql.SQL(script))
                conn.execute("INSERT INTO ledger.migrations (name) VALUES (%s)", (name,))
            done.append(name)
    return done
