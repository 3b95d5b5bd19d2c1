-- Migrate: rows from before the trigger, a thousand at a time, each batch a transaction of its own: no lock is held for long, and an interrupted
-- run is simply run again. Not in a transaction.
SET lock_timeout = '2s';

DO $$
DECLARE
  last bigint := (SELECT min(id) - 1 FROM product);
  upto bigint;
BEGIN
  LOOP
    SELECT max(id) INTO upto FROM (SELECT id FROM product WHERE id > last ORDER BY id LIMIT 1000) AS batch;
    EXIT WHEN upto IS NULL;
    UPDATE product SET listed_on = added WHERE id > last AND id <= upto AND listed_on IS NULL;
    COMMIT;
    last := upto;
  END LOOP;
END $$;
