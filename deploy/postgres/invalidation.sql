-- A commit tells the gateways which cached answers it made untrue. Run it as often as you like, as the owner of the
-- database or a superuser; Postgres 14 or newer.
--
--   SELECT sluice.watch('product', 'product:{id}');            -- a tag for each changed row, old and new
--   SELECT sluice.watch('product', 'category:{category}');     -- a second tag for the same rows
--   SELECT sluice.watch('product', 'product-list');            -- one tag, whichever rows changed
--   SELECT sluice.unwatch('product');                          -- no more of it
--
-- Each statement that changes a watched table sends NOTIFY on the channel sluice, as {"tags":["product:42"],"xid":"1234"}. It
-- arrives with the commit, and never when the transaction is rolled back. A row that cannot name its tag (a null, a value over
-- 1000 bytes), TRUNCATE, and a statement with more than 1000 tags send the text before the colon instead, which every
-- entry of that table carries: product. The xid is pg_current_xact_id(): by it all gateways together void a commit once, and
-- one that wrote it keeps what it wrote through. Which session told it they hear from Postgres itself, so nobody can name another
-- one's transaction. It may be left out, as an older version of this file does: then each of them
-- voids the commit, and what was written through is loaded anew.
--
-- What cannot be watched:
--   * PREPARE TRANSACTION: Postgres refuses it after a NOTIFY, so that it fails on watched tables.
--   * Whatever makes no triggers fire: ALTER TABLE ... DISABLE TRIGGER, session_replication_role = replica, and rows that
--     logical replication brings. Watch the table on the publisher.
--   * Views, foreign tables and virtual generated columns: watch() refuses them. Watch the tables beneath a view.
--   * Partitions and inheriting tables made later: watch() takes all that exist; call it again after you add one.
--   * What changes a table's rows and fires no statement trigger: DROP TABLE or DETACH of a partition, ATTACH of a filled one, ALTER
--     COLUMN ... TYPE ... USING. Say it yourself, in the same transaction: SELECT pg_notify('sluice', '{"tags":["product"]}');
--   * A column that was renamed: its rows send the table-wide tag until watch() is called with the new name.

CREATE SCHEMA IF NOT EXISTS sluice;

-- The notification with the table-wide tags of some templates: the text of each before its first colon.
CREATE OR REPLACE FUNCTION sluice.table_wide(templates jsonb) RETURNS text
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT json_build_object('tags', json_agg(DISTINCT split_part(template, ':', 1)), 'xid', pg_current_xact_id()::text)::text
      FROM jsonb_array_elements_text(templates) AS template
$$;

-- SQL that makes a template's tag out of a row r: null where a column is null, or is not there any more.
-- format('%s') writes a value with the type's own output function. A cast would run what the table's owner may have
-- declared as one, with the rights of this schema's owner.
CREATE OR REPLACE FUNCTION sluice.tag_of_row(watched oid, template text) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    parts text[] := '{}';
    cut text[];
    rest text := template;
    kind oid;
BEGIN
    LOOP
        cut := regexp_match(rest, '^([^{]*)\{([^{}]+)\}(.*)$');
        EXIT WHEN cut IS NULL;
        -- What a domain is over.
        WITH RECURSIVE base(type) AS (
            SELECT atttypid FROM pg_attribute
             WHERE attrelid = watched AND attname = cut[2] AND attnum > 0 AND NOT attisdropped AND attgenerated <> 'v'
             UNION
            SELECT t.typbasetype FROM pg_type t JOIN base b ON t.oid = b.type WHERE t.typtype = 'd'
        )
        SELECT t.oid INTO kind FROM base b JOIN pg_type t ON t.oid = b.type WHERE t.typtype <> 'd';
        IF kind IS NULL THEN
            RETURN 'NULL::text';
        END IF;
        -- As clients spell them: a boolean's output is t or f, and a char(n)'s is padded.
        parts := parts || quote_literal(cut[1])
                       || format(CASE kind
                            WHEN 'bool'::regtype THEN 'CASE WHEN r.%1$I THEN ''true'' WHEN NOT r.%1$I THEN ''false'' END'
                            WHEN 'bpchar'::regtype THEN 'CASE WHEN r.%1$I IS NOT NULL THEN rtrim(format(''%%s'', r.%1$I), '' '') END'
                            ELSE 'CASE WHEN r.%1$I IS NOT NULL THEN format(''%%s'', r.%1$I) END'
                          END, cut[2]);
        rest := cut[3];
    END LOOP;
    RETURN array_to_string(parts || quote_literal(rest), ' || ') || '::text';
END
$$;

-- What the triggers run. The settings are those that the gateways read with: a date has one spelling.
CREATE OR REPLACE FUNCTION sluice.changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET TimeZone = 'UTC'
SET DateStyle = 'ISO, MDY'
SET IntervalStyle = 'postgres'
SET extra_float_digits = 1
SET bytea_output = 'hex'
AS $$
DECLARE
    most_tags CONSTANT int := 1000;
    most_payloads CONSTANT int := 10;
    most_bytes CONSTANT int := 7900; -- Postgres takes fewer than 8000
    templates CONSTANT jsonb := TG_ARGV[0];
    changed_rows CONSTANT text := CASE TG_OP
        WHEN 'INSERT' THEN 'SELECT * FROM sluice_new'
        WHEN 'DELETE' THEN 'SELECT * FROM sluice_old'
        ELSE 'SELECT * FROM sluice_old UNION ALL SELECT * FROM sluice_new' END;
    query text;
    item text;
    tags int := 0;
    body text := '';
    payloads text[] := '{}';
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        PERFORM pg_notify('sluice', sluice.table_wide(templates));
        RETURN NULL;
    END IF;
    -- A trigger that somebody else made has no transition tables: these names would be what its session put there, read with
    -- the rights of this function's owner.
    IF to_regclass('sluice_new') IS NOT NULL OR to_regclass('sluice_old') IS NOT NULL THEN
        PERFORM pg_notify('sluice', sluice.table_wide(templates));
        RETURN NULL;
    END IF;
    SELECT string_agg(
               format('SELECT %s AS tag, %L::text AS wide FROM (%s) AS r',
                      sluice.tag_of_row(TG_RELID, template), split_part(template, ':', 1), changed_rows),
               ' UNION ALL ')
      INTO query
      FROM jsonb_array_elements_text(templates) AS template;
    -- Byte by byte: a collation may hold two spellings for equal, and each is a tag of its own.
    query := 'SELECT to_json(tag)::text FROM (SELECT DISTINCT (CASE WHEN octet_length(tag) <= 1000 THEN tag ELSE wide END) COLLATE "C" AS tag'
             || ' FROM (' || query || ') AS every) AS once';
    FOR item IN EXECUTE query LOOP
        tags := tags + 1;
        IF octet_length(body) + octet_length(item) + 60 > most_bytes THEN
            payloads := payloads || body;
            body := '';
        END IF;
        body := body || CASE WHEN body = '' THEN '' ELSE ',' END || item;
        IF tags > most_tags OR cardinality(payloads) >= most_payloads THEN
            PERFORM pg_notify('sluice', sluice.table_wide(templates));
            RETURN NULL;
        END IF;
    END LOOP;
    IF tags > 0 THEN
        PERFORM pg_notify('sluice', '{"tags":[' || payload || '],"xid":"' || pg_current_xact_id()::text || '"}')
           FROM unnest(payloads || body) AS payload;
    END IF;
    RETURN NULL;
EXCEPTION WHEN OTHERS THEN
    -- A cache is no reason for a write to fail: what cannot be told row by row is told of the whole table.
    PERFORM pg_notify('sluice', sluice.table_wide(templates));
    RETURN NULL;
END
$$;

-- A table with all its partitions or heirs of today.
CREATE OR REPLACE FUNCTION sluice.family(watched regclass) RETURNS SETOF regclass
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH RECURSIVE family(member) AS (
        SELECT watched::oid
         UNION
        SELECT i.inhrelid FROM pg_inherits i JOIN family f ON i.inhparent = f.member
    )
    SELECT c.oid::regclass FROM family f JOIN pg_class c ON c.oid = f.member WHERE c.relkind IN ('r', 'p')
$$;

-- From now on, commits that change the table void the entries with this tag. Needs the right to make triggers there.
CREATE OR REPLACE FUNCTION sluice.watch(watched regclass, tag text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    missing text;
    member regclass;
    templates jsonb;
    event text;
BEGIN
    IF watched IS NULL OR tag IS NULL THEN
        RAISE EXCEPTION 'sluice.watch needs a table and a tag' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    IF (SELECT relkind NOT IN ('r', 'p') FROM pg_class WHERE oid = watched) THEN
        RAISE EXCEPTION '% is not a table: sluice.watch takes tables and partitioned tables', watched
            USING ERRCODE = 'wrong_object_type';
    END IF;
    IF tag = '' OR octet_length(tag) > 200 OR tag ~ '[[:cntrl:]]' OR tag !~ '^[^{}]*(\{[^{}]+\}[^{}]*)*$' THEN
        RAISE EXCEPTION 'bad tag %: accepted is a text of at most 200 bytes with columns in braces, such as product:{id}',
            quote_literal(tag) USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF tag LIKE '%{%' AND tag !~ '^[^{:]+:' THEN
        RAISE EXCEPTION 'bad tag %: before the first brace stand a name and a colon, as in product:{id}', quote_literal(tag)
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = 'The name is the tag for changes that cannot be told row by row.';
    END IF;
    SELECT string_agg(quote_ident(named.found[1]), ', ' ORDER BY named.found[1])
      INTO missing
      FROM regexp_matches(tag, '\{([^{}]+)\}', 'g') AS named(found)
     WHERE NOT EXISTS (SELECT FROM pg_attribute a
                        WHERE a.attrelid = watched AND a.attname = named.found[1] AND a.attnum > 0
                          AND NOT a.attisdropped AND a.attgenerated <> 'v');
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION 'table % has no column % that can be watched, in the tag %', watched, missing, quote_literal(tag)
            USING ERRCODE = 'undefined_column';
    END IF;

    PERFORM pg_advisory_xact_lock(hashtext('sluice.watch')); -- two at once would each forget the other's tag
    FOR member IN SELECT sluice.family(watched) LOOP
        -- The templates stand in the triggers themselves: they go with the table, into a dump and out of the world.
        SELECT convert_from(substring(tgargs FROM 1 FOR octet_length(tgargs) - 1), getdatabaseencoding())::jsonb
          INTO templates
          FROM pg_trigger
         WHERE tgrelid = member AND tgname = 'sluice_truncate';
        templates := coalesce(templates, '[]');
        CONTINUE WHEN templates ? tag;
        templates := templates || to_jsonb(tag);
        IF jsonb_array_length(templates) > 16 THEN
            RAISE EXCEPTION 'table % has 16 tags already', member USING ERRCODE = 'program_limit_exceeded';
        END IF;
        FOREACH event IN ARRAY ARRAY['insert', 'update', 'delete', 'truncate'] LOOP
            EXECUTE format(
                'CREATE OR REPLACE TRIGGER %I AFTER %s ON %s %s FOR EACH STATEMENT EXECUTE FUNCTION sluice.changed(%L)',
                'sluice_' || event,
                event,
                member,
                CASE event
                    WHEN 'insert' THEN 'REFERENCING NEW TABLE AS sluice_new'
                    WHEN 'update' THEN 'REFERENCING OLD TABLE AS sluice_old NEW TABLE AS sluice_new'
                    WHEN 'delete' THEN 'REFERENCING OLD TABLE AS sluice_old'
                    ELSE ''
                END,
                templates::text);
        END LOOP;
    END LOOP;
END
$$;

-- Ends all watching of a table. Nothing happens where there is none.
CREATE OR REPLACE FUNCTION sluice.unwatch(watched regclass) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    mine record;
BEGIN
    FOR mine IN SELECT tgrelid::regclass AS member, tgname
                  FROM pg_trigger
                 WHERE tgrelid IN (SELECT sluice.family(watched)) AND tgfoid = 'sluice.changed()'::regprocedure LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', mine.tgname, mine.member);
    END LOOP;
END
$$;
