-- What a database itself wears (owner, grants, settings, comment) stays: a restore
-- over a live database keeps the live one's.
DROP TABLE logs;
DELETE FROM "we ird"."ta""ble
x";
DELETE FROM customers WHERE id % 4 = 0;
UPDATE customers SET amount = 1 WHERE id < 100;
DROP VIEW happy;
DROP MATERIALIZED VIEW totals;
SELECT lo_unlink(4242);
SELECT setval('odd', 7);
CREATE TABLE intruder (x int);
DROP EXTENSION citext CASCADE;
REVOKE ALL ON customers FROM app CASCADE;
GRANT ALL ON customers TO PUBLIC;
DROP OWNED BY "re""porter";
