-- compliance

CREATE TABLE work.compliance_checks (
    device_id uuid PRIMARY KEY,
    content text NOT NULL,
    scope text NOT NULL,
    checked_at timestamptz NOT NULL,
    error text NOT NULL
);
COMMENT ON TABLE work.compliance_checks IS 'which configuration was last evaluated, under which policies, labels and platform';
