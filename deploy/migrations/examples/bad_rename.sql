-- Looks harmless, takes a millisecond, and fails every request that names the old column.
ALTER TABLE product RENAME COLUMN added TO listed_on; -- expect: rename lock-timeout
ALTER TABLE purchase RENAME TO orders; -- expect: rename
