-- Migrate: a view with the new name alone, for routes and reports that are to see one column. It is simple, so it can be written through too.
CREATE VIEW product_now AS
SELECT id, sku, name, category, price, stock, listed_on, details FROM product;
