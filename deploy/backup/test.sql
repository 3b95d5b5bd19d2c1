-- for `test`: one of each kind of thing that a dump has to carry
CREATE EXTENSION citext;
CREATE SCHEMA odd;
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE DOMAIN percentage AS numeric CHECK (VALUE BETWEEN 0 AND 100);
CREATE TABLE kinds (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  price numeric(12, 2) NOT NULL, ratio float8, small float4, at timestamptz, local timestamp, day date, span interval, what mood,
  words text[], doc jsonb, raw json, bytes bytea, code uuid, valid tstzrange, address inet, name citext, part percentage, gone int,
  total numeric GENERATED ALWAYS AS (price * 2) STORED, one text);
ALTER TABLE kinds DROP COLUMN gone;
INSERT INTO kinds (price, ratio, small, at, local, day, span, what, words, doc, raw, bytes, code, valid, address, name, part, one)
SELECT i + 0.10, 1 / i::float8, 1 / i::float4, timestamptz '2026-03-29 00:30+00' + i * interval '17 minutes', timestamp '2026-01-01' + i * interval '1 s',
       date '2026-01-01' + i, i * interval '1 day 1 hour', CASE i % 2 WHEN 0 THEN 'sad' ELSE 'happy' END::mood, ARRAY['ä' || i, NULL, 'tab' || E'\t'],
       jsonb_build_object('b', i, 'a', ARRAY[i]), '{"b": 1,  "a": 2}', decode(md5(i::text), 'hex'), md5(i::text)::uuid,
       tstzrange(timestamptz '2026-01-01+00', timestamptz '2026-01-02+00' + i * interval '1 h'), '10.0.0.1', 'Name' || i % 7, i % 100, E'line\nnext'
  FROM generate_series(1, 2000) AS i;
INSERT INTO kinds (price, ratio, at, doc) VALUES (0, 'NaN', 'infinity', NULL), (0, '-Infinity', NULL, 'null'), (0, '-0', '-infinity', '{}');
CREATE TABLE sale (id bigserial, shop text, day date NOT NULL, sum numeric) PARTITION BY RANGE (day);
CREATE TABLE sale_2025 PARTITION OF sale FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE sale_2026 PARTITION OF sale FOR VALUES FROM ('2026-01-01') TO ('2027-01-01') PARTITION BY HASH (id);
CREATE TABLE sale_2026_a PARTITION OF sale_2026 FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE sale_2026_b PARTITION OF sale_2026 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO sale (shop, day, sum) SELECT 'shop' || i % 3, date '2025-07-01' + i % 365, i / 3.0 FROM generate_series(1, 3000) AS i;
CREATE INDEX ON sale (shop);
-- the same row twice counts twice
CREATE TABLE twins (a int, b text);
INSERT INTO twins SELECT 1, 'same' FROM generate_series(1, 5);
CREATE TABLE nothing ();
INSERT INTO nothing DEFAULT VALUES;
CREATE TABLE odd."A ""name"" with	tab" ("one" int, "select" text);
INSERT INTO odd."A ""name"" with	tab" VALUES (1, 'x');
CREATE TABLE parent (id int PRIMARY KEY);
CREATE TABLE child (more text) INHERITS (parent);
INSERT INTO parent VALUES (1);
INSERT INTO child VALUES (2, 'c');
ALTER TABLE twins ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON twins TO clerk USING (a = 2);
GRANT SELECT ON twins TO clerk;
CREATE VIEW happy AS SELECT * FROM kinds WHERE what = 'happy';
CREATE MATERIALIZED VIEW sums AS SELECT shop, sum(sum) FROM sale GROUP BY shop;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.price := NEW.price; RETURN NEW; END $$;
CREATE TRIGGER touched BEFORE UPDATE ON kinds FOR EACH ROW EXECUTE FUNCTION touch();
SELECT lo_from_bytea(0, decode(repeat('00ff', 5000), 'hex')), lo_from_bytea(0, 'two');
