-- vault

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
