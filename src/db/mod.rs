//! Zelo's own database: diesel on SQLite or PostgreSQL, one file a table. Only this room holds a connection.
