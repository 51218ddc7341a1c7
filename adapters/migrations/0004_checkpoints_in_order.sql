-- order of checkpoints, test of the master key

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
