//! What the demo works on: a small shop, in a database made for it.

use async_trait::async_trait;

use crate::{
    domain::{kind::Kind, problem::Problem},
    engine::Access,
};

/// A sample resource.
#[async_trait]
pub(super) trait Sample: Send + Sync {
    /// Its kind.
    fn kind(&self) -> Kind;

    /// How Zelo reaches it.
    fn access(&self) -> Access;

    /// Fills it.
    async fn fill(&self) -> Result<(), Problem>;

    /// Does what an operator fears: deletes rows, overwrites others, drops a
    /// table.
    async fn damage(&self) -> Result<(), Problem>;

    /// A digest of everything in it, by content.
    async fn digest(&self) -> Result<String, Problem>;
}

/// The shop, in the SQL both kinds understand.
pub(super) const TABLES: &str = "\
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT NOT NULL);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER NOT NULL REFERENCES customers (id), \
cents INTEGER NOT NULL, note TEXT NOT NULL);
CREATE INDEX orders_customer ON orders (customer);
";

/// Rows by a recursive query, the same everywhere.
pub(super) const ROWS: &str = "\
INSERT INTO customers (id, name, city)
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
SELECT i, 'Customer ' || i, CASE i % 4 WHEN 0 THEN 'Recife' WHEN 1 THEN 'São Paulo' WHEN 2 THEN 'Lisboa' \
ELSE 'Köln' END FROM n;
INSERT INTO orders (id, customer, cents, note)
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
SELECT i, 1 + (i * 7919) % 2000, (i * 104729) % 100000, 'Order ' || i || ', paid; leave it at the door' FROM n;
";

/// What goes wrong one night.
pub(super) const DAMAGE: &str = "\
UPDATE customers SET name = 'damaged';
DELETE FROM orders WHERE id % 3 = 0;
";
