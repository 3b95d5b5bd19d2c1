-- Answers to requests with an Idempotency-Key, kept for a day so that a retry does not write twice. Sluice makes it by itself where
-- its user may; else run this as one who may, and GRANT USAGE ON SCHEMA sluice and SELECT, INSERT, UPDATE, DELETE ON sluice.idempotency
-- to the user that Sluice connects as.
CREATE SCHEMA IF NOT EXISTS sluice;

CREATE TABLE IF NOT EXISTS sluice.idempotency (
    id bytea PRIMARY KEY,                    -- SHA-256 of route, caller and key: neither stands here
    request bytea NOT NULL,                  -- SHA-256 of what was asked
    at timestamptz NOT NULL DEFAULT now(),
    status int2,
    type text,
    answer bytea,
    truncated bool                           -- whether the answer is a list that was cut off
);

-- For a table that was made before it had this.
ALTER TABLE sluice.idempotency ADD COLUMN IF NOT EXISTS truncated bool;

CREATE INDEX IF NOT EXISTS idempotency_at ON sluice.idempotency (at);
