-- lint: contract because no route and no writer has named "added" since the version that came with 004
-- Contract: not before every reader and writer of the old column is gone: sluice check --database URL --migration 005_contract_added.sql
-- names the routes that are not.
SET lock_timeout = '2s';

BEGIN;
DROP TRIGGER product_listed_on ON product;
DROP FUNCTION product_listed_on();
ALTER TABLE product DROP COLUMN added;
COMMIT;
