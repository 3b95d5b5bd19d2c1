SET lock_timeout = '2s';
ALTER TABLE product ADD COLUMN weight integer NOT NULL; -- expect: add-column-not-null
ALTER TABLE product ADD COLUMN token uuid DEFAULT gen_random_uuid(); -- expect: add-column-rewrites
ALTER TABLE product ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY; -- expect: add-column-rewrites
ALTER TABLE purchase ALTER COLUMN customer SET NOT NULL; -- expect: set-not-null
