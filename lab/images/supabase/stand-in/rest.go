// What rest and meta ask the database: the tables and schemas a role can see.
package main

import (
	"database/sql"
	"net/http"
	"os"
	"strings"

	"github.com/jackc/pgx/v5"
)

// query answers with an OpenAPI-like list of the exposed tables, read as the role.
func query(w http.ResponseWriter, r *http.Request, db *sql.DB, role string) {
	tx, err := db.BeginTx(r.Context(), nil)
	if err != nil {
		restFail(w, http.StatusServiceUnavailable, "PGRST000", "Database connection error. Retrying the connection.", err)
		return
	}
	defer func() { _ = tx.Rollback() }()
	if role != "" {
		if _, err := tx.ExecContext(r.Context(), "set local role "+pgx.Identifier{role}.Sanitize()); err != nil {
			restFail(w, http.StatusForbidden, sqlstate(err), "permission denied", err)
			return
		}
	}
	rows, err := tx.QueryContext(r.Context(), `select table_schema || '.' || table_name from information_schema.tables
	 where table_schema = any(string_to_array($1, ',')) order by 1`, strings.ReplaceAll(env("PGRST_DB_SCHEMAS", "public"), " ", ""))
	if err != nil {
		restFail(w, http.StatusServiceUnavailable, sqlstate(err), "cannot read the schema", err)
		return
	}
	defer rows.Close()
	paths := map[string]any{"/": map[string]any{}}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err == nil {
			_, table, _ := strings.Cut(name, ".")
			paths["/"+table] = map[string]any{}
		}
	}
	answer(w, http.StatusOK, map[string]any{"swagger": "2.0", "info": map[string]string{"title": "standard public schema"}, "paths": paths})
}

func restFail(w http.ResponseWriter, status int, code, message string, err error) {
	_, _ = os.Stderr.WriteString(err.Error() + "\n")
	answer(w, status, map[string]any{"code": code, "message": message, "details": nil, "hint": nil})
}
