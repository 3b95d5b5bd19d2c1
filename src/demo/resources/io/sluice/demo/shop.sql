-- An online shop: 12 categories, 100,000 products, 20,000 orders. Everything is made from row numbers, so that every
-- run has the same data.

CREATE TABLE category (
    name        text PRIMARY KEY,
    description text NOT NULL
);

INSERT INTO category
SELECT name, 'Everything about ' || name
FROM unnest(ARRAY['audio', 'bikes', 'books', 'cameras', 'furniture', 'games', 'garden', 'kitchen', 'lamps', 'shoes',
                  'tools', 'toys']) AS name;

CREATE TABLE product (
    id       bigint PRIMARY KEY,
    sku      text           NOT NULL,
    name     text           NOT NULL,
    category text           NOT NULL,
    price    numeric(10, 2) NOT NULL,
    stock    integer        NOT NULL,
    added    date           NOT NULL,
    details  jsonb          NOT NULL
);

INSERT INTO product
SELECT i,
       'SKU-' || lpad(i::text, 6, '0'),
       (ARRAY['Plain', 'Fine', 'Sturdy', 'Light', 'Quiet', 'Bright', 'Small', 'Grand'])[1 + i % 8] || ' ' ||
       (ARRAY['speaker', 'bicycle', 'novel', 'lens', 'chair', 'puzzle', 'spade', 'kettle', 'lantern', 'boot', 'hammer',
              'kite'])[1 + i % 12] || ' no. ' || i,
       (ARRAY['audio', 'bikes', 'books', 'cameras', 'furniture', 'games', 'garden', 'kitchen', 'lamps', 'shoes', 'tools',
              'toys'])[1 + i % 12],
       (199 + i::bigint * 7919 % 99800) / 100.0,
       i * 31 % 250,
       date '2020-01-01' + i % 2000,
       jsonb_build_object('weight_g', 100 + i % 4900, 'returnable', i % 3 <> 0)
FROM generate_series(1, 100000) AS i;

CREATE UNIQUE INDEX product_sku ON product (sku);
CREATE INDEX product_category ON product (category);
CREATE INDEX product_price ON product (price DESC, id);
ALTER TABLE product ADD FOREIGN KEY (category) REFERENCES category;

CREATE TABLE purchase (
    id       uuid PRIMARY KEY,
    customer text        NOT NULL,
    product  bigint      NOT NULL,
    quantity integer     NOT NULL,
    status   text        NOT NULL,
    placed   timestamptz NOT NULL
);

INSERT INTO purchase
SELECT lpad(to_hex(i), 32, '0')::uuid,
       'customer-' || (1 + i % 500),
       1 + i::bigint * 7919 % 100000,
       1 + i % 4,
       (ARRAY['placed', 'paid', 'packed', 'shipped'])[1 + i % 4],
       timestamptz '2024-01-01 00:00:00Z' + i * interval '7 minutes'
FROM generate_series(1, 20000) AS i;

ANALYZE;
