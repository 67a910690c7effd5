-- After the rows: keys, indexes, and the other objects a database has.

ALTER TABLE customers ADD PRIMARY KEY (id);
ALTER TABLE products ADD PRIMARY KEY (id), ADD UNIQUE (sku);
ALTER TABLE orders ADD PRIMARY KEY (id), ADD FOREIGN KEY (customer_id) REFERENCES customers;
ALTER TABLE order_lines ADD PRIMARY KEY (order_id, line),
    ADD FOREIGN KEY (order_id) REFERENCES orders,
    ADD FOREIGN KEY (product_id) REFERENCES products,
    ADD CHECK (quantity > 0);
ALTER TABLE tickets ADD PRIMARY KEY (id), ADD FOREIGN KEY (customer_id) REFERENCES customers;
ALTER TABLE telemetry.events ADD PRIMARY KEY (id);

CREATE UNIQUE INDEX customers_email ON customers (lower(email));
CREATE INDEX customers_tags ON customers USING gin (tags);
CREATE INDEX orders_customer ON orders (customer_id, placed_at DESC);
CREATE INDEX orders_open ON orders (placed_at) WHERE status IN ('placed', 'paid', 'packed');
CREATE INDEX order_lines_product ON order_lines (product_id);
CREATE INDEX tickets_customer ON tickets (customer_id);
CREATE INDEX events_at ON telemetry.events (at);
CREATE INDEX events_session ON telemetry.events ((payload ->> 'session'));
CREATE INDEX readings_at ON telemetry.readings USING brin (at);

CREATE VIEW open_orders AS
    SELECT o.id, c.name, o.total, o.placed_at
    FROM orders o JOIN customers c ON c.id = o.customer_id
    WHERE o.status IN ('placed', 'paid', 'packed');

CREATE MATERIALIZED VIEW sales_by_country AS
    SELECT c.country, date_trunc('month', o.placed_at) AS month, count(*) AS orders, sum(o.total) AS total
    FROM orders o JOIN customers c ON c.id = o.customer_id
    GROUP BY 1, 2;

CREATE FUNCTION line_total(order_lines) RETURNS numeric LANGUAGE sql IMMUTABLE
    RETURN round($1.quantity * $1.price * (1 - $1.discount), 2);

COMMENT ON TABLE tickets IS 'What customers wrote to us';

SELECT setval(pg_get_serial_sequence('customers', 'id'), (SELECT max(id) FROM customers));
SELECT setval(pg_get_serial_sequence('products', 'id'), (SELECT max(id) FROM products));
SELECT setval(pg_get_serial_sequence('orders', 'id'), (SELECT max(id) FROM orders));
SELECT setval(pg_get_serial_sequence('tickets', 'id'), (SELECT max(id) FROM tickets));
SELECT setval(pg_get_serial_sequence('telemetry.events', 'id'), (SELECT max(id) FROM telemetry.events));
