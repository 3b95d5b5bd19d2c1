-- What the routes of sample.yaml want besides Chinook's own tables; run by `sample`.
SET LOCAL search_path = chinook;

-- for the orders and joins of the routes; Chinook has its primary keys only
CREATE INDEX track_by_album ON "Track" ("AlbumId", "TrackId");
CREATE INDEX track_by_price ON "Track" ("UnitPrice" DESC, "Milliseconds" DESC, "TrackId");
CREATE INDEX track_by_composer ON "Track" ("Composer" NULLS FIRST, "TrackId" DESC);
CREATE INDEX invoice_by_date ON "Invoice" ("InvoiceDate" DESC, "InvoiceId");
CREATE INDEX invoice_by_customer ON "Invoice" ("CustomerId", "InvoiceId");
CREATE INDEX invoice_line_by_invoice ON "InvoiceLine" ("InvoiceId");

CREATE TYPE size AS ENUM ('small', 'medium', 'large');

-- types that Chinook does not use, worked out of its rows
CREATE TABLE sale AS
SELECT i."InvoiceId" AS id,
       md5('sale ' || i."InvoiceId")::uuid AS number,
       i."InvoiceDate"::timestamp AT TIME ZONE 'UTC' + i."InvoiceId" * interval '61.000001 s' AS at,
       (CASE WHEN i."Total" < 2 THEN 'small' WHEN i."Total" < 10 THEN 'medium' ELSE 'large' END)::size AS size,
       i."Total" AS total,
       array_agg(l."TrackId" ORDER BY l."InvoiceLineId") AS tracks,
       array_agg(l."UnitPrice" * l."Quantity" ORDER BY l."InvoiceLineId") AS amounts,
       jsonb_build_object('city', i."BillingCity", 'state', i."BillingState", 'country', i."BillingCountry") AS billed_to,
       sha256(convert_to(i."InvoiceId" || ' ' || i."Total", 'UTF8')) AS digest,
       i."Total" > 10 AS free_delivery
  FROM "Invoice" i JOIN "InvoiceLine" l USING ("InvoiceId")
 GROUP BY i."InvoiceId";
ALTER TABLE sale ADD PRIMARY KEY (id);
CREATE INDEX sale_by_size ON sale (size, at DESC, id);
ANALYZE;
