BEGIN;
SET LOCAL lock_timeout = '2s';
ALTER TABLE product ADD COLUMN slug text;
UPDATE product SET slug = lower(name); -- expect: whole-table-write backfill-with-ddl
ALTER TABLE product DROP COLUMN details; -- expect: drop
COMMIT;
DELETE FROM purchase; -- expect: whole-table-write
VACUUM FULL purchase; -- expect: exclusive-lock
LOCK TABLE product; -- expect: exclusive-lock lock-timeout
