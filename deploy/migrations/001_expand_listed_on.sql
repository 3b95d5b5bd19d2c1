-- Expand: the column "added" of product is to be called "listed_on". Both are there from now on, and kept equal: whoever writes the one or the
-- other, in the version of the application before or after. Readers of either are right once 002 has run.
SET lock_timeout = '2s';

BEGIN;
ALTER TABLE product ADD COLUMN listed_on date;

CREATE FUNCTION product_listed_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    -- NOT NULL of the old one is looked at after this
    NEW.listed_on := coalesce(NEW.listed_on, NEW.added);
    NEW.added := NEW.listed_on;
  ELSIF NEW.listed_on IS DISTINCT FROM OLD.listed_on THEN
    NEW.added := NEW.listed_on;
  ELSE
    NEW.listed_on := NEW.added;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER product_listed_on BEFORE INSERT OR UPDATE ON product FOR EACH ROW EXECUTE FUNCTION product_listed_on();
COMMIT;
