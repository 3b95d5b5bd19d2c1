SET lock_timeout = '2s';
CREATE INDEX purchase_customer ON purchase (customer); -- expect: index-not-concurrently
DROP INDEX product_category; -- expect: drop-index-not-concurrently
ALTER TABLE product ADD CONSTRAINT product_name UNIQUE (name); -- expect: constraint-index
BEGIN;
CREATE INDEX CONCURRENTLY purchase_product ON purchase (product); -- expect: concurrently-in-transaction
COMMIT;
