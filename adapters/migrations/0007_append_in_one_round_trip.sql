-- append in one round trip, guarded by what was looked at

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
