SET lock_timeout = '2s';
ALTER TABLE product ALTER COLUMN stock TYPE bigint; -- expect: change-type
ALTER TABLE purchase ADD FOREIGN KEY (product) REFERENCES product; -- expect: constraint-not-valid
ALTER TABLE product ADD CONSTRAINT product_price_positive CHECK (price > 0); -- expect: constraint-not-valid
