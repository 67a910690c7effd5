CREATE EXTENSION hstore;
CREATE EXTENSION citext;
CREATE SCHEMA "we ird" AUTHORIZATION "shop owner";
CREATE EXTENSION pgcrypto SCHEMA "we ird";
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TABLE customers (
    id bigint GENERATED ALWAYS AS IDENTITY (START 10 INCREMENT 2) PRIMARY KEY,
    name citext NOT NULL, tags hstore, mood mood DEFAULT 'ok', age positive, doc jsonb,
    amount numeric(12, 2), vat numeric GENERATED ALWAYS AS (amount * 0.2) STORED, raw bytea,
    CONSTRAINT named CHECK (name <> '')
);
INSERT INTO customers (name, tags, mood, age, doc, amount, raw)
SELECT 'Customer ' || i, hstore('n', i::text), (ARRAY['sad', 'ok', 'happy']::mood[])[1 + i % 3], i,
    jsonb_build_object('i', i, 'text', E'a"b\\c\nd'), i * 1.25, "we ird".digest(i::text, 'sha256')
FROM generate_series(1, 2000) AS i;
CREATE UNIQUE INDEX by_name ON customers (name) WHERE age > 5;
CREATE TABLE "we ird"."ta""ble
x" (a bigint REFERENCES customers, "b c" text);
INSERT INTO "we ird"."ta""ble
x" SELECT id, E'tab\tnew\nline \\. ü€😀' FROM customers ORDER BY id LIMIT 50;
CREATE TABLE logs (at timestamptz NOT NULL, line text) PARTITION BY RANGE (at);
CREATE TABLE logs_1 PARTITION OF logs FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE logs_2 PARTITION OF logs FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE logs_rest PARTITION OF logs DEFAULT;
INSERT INTO logs SELECT timestamptz '2025-12-25 00:00+00' + i * interval '1 hour', 'line ' || i
FROM generate_series(1, 500) AS i;
CREATE SEQUENCE odd INCREMENT -3 START 1000 MINVALUE -10000 MAXVALUE 1000;
SELECT nextval('odd'), nextval('odd');
CREATE SEQUENCE unused START 17;
CREATE MATERIALIZED VIEW totals AS SELECT mood, count(*) FROM customers GROUP BY mood;
CREATE MATERIALIZED VIEW empty AS SELECT * FROM customers WITH NO DATA;
CREATE VIEW happy WITH (security_barrier) AS SELECT * FROM customers WHERE mood = 'happy';
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name := trim(NEW.name); RETURN NEW; END $$;
CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION touch();
ALTER TABLE customers ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON customers TO app USING (name LIKE 'customer%');
GRANT SELECT, INSERT ON customers TO app WITH GRANT OPTION;
GRANT SELECT (name) ON customers TO "re""porter";
GRANT USAGE ON SCHEMA "we ird" TO readers, "re""porter";
REVOKE EXECUTE ON FUNCTION touch() FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE "shop owner" IN SCHEMA "we ird" GRANT SELECT ON TABLES TO readers;
ALTER DEFAULT PRIVILEGES FOR ROLE "shop owner" REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER TABLE logs OWNER TO "shop owner";
COMMENT ON TABLE customers IS 'people';
COMMENT ON COLUMN customers.name IS E'their\nname';
CREATE PUBLICATION changes FOR TABLE customers;
SELECT lo_from_bytea(4242, decode(repeat('00ff10', 40000), 'hex'));
SELECT lo_create(4243);
SELECT lo_put(4243, 10000, 'far out');
GRANT SELECT ON LARGE OBJECT 4242 TO app;
COMMENT ON LARGE OBJECT 4242 IS 'big';
