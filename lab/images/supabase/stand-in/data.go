// Connections to PostgreSQL: a new one for every use, as the recorded GoTrue did, so
// that a drifted password or a lost grant bites at once.
package main

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib"
)

// open never connects; the first statement does. No connection is kept. The server has
// no TLS here: asking for it first would put a line about that before each error.
func open(url string) (*sql.DB, error) {
	if os.Getenv("PGSSLMODE") == "" {
		_ = os.Setenv("PGSSLMODE", "disable")
	}
	db, err := sql.Open("pgx", url)
	if err == nil {
		db.SetMaxIdleConns(0)
	}
	return db, err
}

// mustOpen is open for the parts whose URL nobody breaks on purpose.
func mustOpen(url string) *sql.DB {
	db, err := open(url)
	if err != nil {
		fatal(err.Error())
	}
	return db
}

// sqlstate is the five letters of the server's error, or nothing.
func sqlstate(err error) string {
	var from *pgconn.PgError
	if errors.As(err, &from) {
		return from.Code
	}
	return ""
}

// inTransaction runs all the statements, or none.
func inTransaction(db *sql.DB, statements ...string) error {
	limit, done := context.WithTimeout(context.Background(), 30*time.Second)
	defer done()
	tx, err := db.BeginTx(limit, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	for _, statement := range statements {
		if _, err := tx.ExecContext(limit, statement); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// pieceURL puts a database address together from the variables of a part that has
// them one by one (prefix DB, PG_META_DB, POSTGRES).
func pieceURL(prefix, database string) string {
	return "host=" + quote(os.Getenv(prefix+"_HOST")) + " port=" + quote(os.Getenv(prefix+"_PORT")) +
		" user=" + quote(env(prefix+"_USER", "supabase_admin")) + " password=" + quote(os.Getenv(prefix+"_PASSWORD")) +
		" dbname=" + quote(database)
}

func quote(value string) string {
	out := "'"
	for _, letter := range value {
		if letter == '\'' || letter == '\\' {
			out += "\\"
		}
		out += string(letter)
	}
	return out + "'"
}
