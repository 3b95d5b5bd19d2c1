-- Migrate: what readers of the new column rely on. Each step either takes its lock for an instant or lets others read and write while it works.
SET lock_timeout = '2s';
ALTER TABLE product ADD CONSTRAINT product_listed_on_there CHECK (listed_on IS NOT NULL) NOT VALID;
ALTER TABLE product VALIDATE CONSTRAINT product_listed_on_there;
ALTER TABLE product ALTER COLUMN listed_on SET NOT NULL;
ALTER TABLE product DROP CONSTRAINT product_listed_on_there;

-- it waits for old transactions rather than for a lock that others queue behind, and what a timeout stops it leaves as an invalid index
SET lock_timeout = 0;
CREATE INDEX CONCURRENTLY product_listed_on ON product (listed_on DESC, id);
