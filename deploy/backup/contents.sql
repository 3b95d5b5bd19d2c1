-- What a database holds, as lines that two databases with the same contents have in common: `backup` writes them into the manifest, in the
-- snapshot of its dump, and `drill` compares them with what it restored. Fields are separated by a tab, and the name is the last.
--
--   table    ROWS  CHECKSUM-OF-ROWS  CHECKSUM-OF-COLUMNS  NAME
--   objects  COUNT KIND
--
-- A row's checksum is the SHA-256 of its text in UTF-8; a table's is the sum over its rows, so their order says nothing. The settings below
-- are those which the text of a value depends on: time zone, styles, digits of floats (1 and more is shortest-exact), what is qualified by a
-- schema. Columns count by name, type and NOT NULL in their order; a dropped one leaves no trace.
--
-- Each partition is a table of its own here, as in a dump. Left out: rows of foreign tables (no dump has them), of materialised views
-- (a restore computes them anew), and of tables that belong to an extension.
\set QUIET on
\pset format unaligned
\pset fieldsep '\t'
\pset tuples_only on
SET TimeZone = 'UTC';
SET DateStyle = 'ISO, YMD';
SET IntervalStyle = 'postgres';
SET bytea_output = 'hex';
SET extra_float_digits = 3;
SET lc_monetary = 'C';
SET quote_all_identifiers = off;
SET search_path = pg_catalog;
-- rather an error than the rows that a policy lets through
SET row_security = off;

SELECT format($$SELECT 'table', rows, left(encode(sha256(convert_to(concat_ws(':', rows, low, high), 'UTF8')), 'hex'), 32), %L, %L
                  FROM (SELECT count(*) AS rows, sum(('x' || encode(substr(hash, 1, 8), 'hex'))::bit(64)::bigint) AS low,
                               sum(('x' || encode(substr(hash, 9, 8), 'hex'))::bit(64)::bigint) AS high
                          FROM (SELECT sha256(convert_to(ROW(one.*)::text, 'UTF8')) AS hash FROM ONLY %I.%I AS one) AS each_row) AS sums$$,
              left(encode(sha256(convert_to(coalesce(columns.said, ''), 'UTF8')), 'hex'), 12),
              replace(replace(format('%I.%I', nspname, relname), E'\n', '\n'), E'\t', '\t'), nspname, relname)
  FROM pg_class AS class
  JOIN pg_namespace AS schema ON schema.oid = relnamespace
  LEFT JOIN LATERAL (
    SELECT string_agg(format('%I %s %s', attname, format_type(atttypid, atttypmod), attnotnull), ',' ORDER BY attnum) AS said
      FROM pg_attribute WHERE attrelid = class.oid AND attnum > 0 AND NOT attisdropped) AS columns ON true
 WHERE relkind = 'r' AND relpersistence <> 't' AND nspname <> 'information_schema' AND nspname !~ '^pg_'
   AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = class.oid AND deptype = 'e')
 ORDER BY nspname COLLATE "C", relname COLLATE "C" \gexec

-- lo_get reads one whole: large objects are at most 1 GB here
SELECT 'table', count(*), left(encode(sha256(convert_to(concat_ws(':', count(*), sum(low), sum(high)), 'UTF8')), 'hex'), 32), '-', 'large objects'
  FROM (SELECT ('x' || encode(substr(hash, 1, 8), 'hex'))::bit(64)::bigint AS low, ('x' || encode(substr(hash, 9, 8), 'hex'))::bit(64)::bigint AS high
          FROM (SELECT sha256(convert_to(oid::text, 'UTF8') || lo_get(oid)) AS hash FROM pg_largeobject_metadata) AS each_object) AS sums
HAVING count(*) > 0;

WITH own AS (SELECT oid FROM pg_namespace WHERE nspname <> 'information_schema' AND nspname !~ '^pg_'),
kinds AS (
  SELECT oid, 'pg_class'::regclass AS catalog, CASE relkind WHEN 'i' THEN 'indexes' WHEN 'I' THEN 'indexes' WHEN 'S' THEN 'sequences' WHEN 'v' THEN 'views'
         WHEN 'm' THEN 'materialised views' WHEN 'p' THEN 'partitioned tables' WHEN 'f' THEN 'foreign tables' END AS kind
    FROM pg_class WHERE relnamespace IN (TABLE own) AND relkind NOT IN ('r', 'c', 't')
   UNION ALL SELECT oid, 'pg_proc'::regclass, 'functions' FROM pg_proc WHERE pronamespace IN (TABLE own)
   UNION ALL SELECT oid, 'pg_type'::regclass, 'enums and domains' FROM pg_type WHERE typnamespace IN (TABLE own) AND typtype IN ('e', 'd')
   UNION ALL SELECT oid, 'pg_constraint'::regclass, 'constraints' FROM pg_constraint WHERE connamespace IN (TABLE own) AND contype IN ('c', 'f', 'p', 'u', 'x')
   UNION ALL SELECT oid, 'pg_trigger'::regclass, 'triggers' FROM pg_trigger WHERE NOT tgisinternal
   UNION ALL SELECT oid, 'pg_policy'::regclass, 'policies' FROM pg_policy
   UNION ALL SELECT oid, 'pg_extension'::regclass, 'extensions' FROM pg_extension)
SELECT 'objects', count(*), kind FROM kinds
 WHERE NOT EXISTS (SELECT FROM pg_depend WHERE classid = catalog AND objid = kinds.oid AND deptype = 'e')
 GROUP BY kind ORDER BY kind COLLATE "C";
