// The parts that do little more than prove that they reach the database with the
// right role and settings: rest, realtime, supavisor, studio, meta, functions,
// analytics, vector.
package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

const restAdminPort = "3001"

func restService() (http.Handler, string) {
	db := mustOpen(os.Getenv("PGRST_DB_URI"))
	secret, anonymous := os.Getenv("PGRST_JWT_SECRET"), env("PGRST_DB_ANON_ROLE", "anon")
	admin := http.NewServeMux()
	admin.HandleFunc("/ready", func(w http.ResponseWriter, r *http.Request) {
		if err := db.PingContext(r.Context()); err != nil {
			answer(w, http.StatusServiceUnavailable, map[string]string{"message": err.Error()})
			return
		}
		w.WriteHeader(http.StatusOK)
	})
	go serve(admin, restAdminPort)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		role := anonymous
		if given := bearer(r); given != "" {
			claims, err := checkToken(secret, given)
			if err != nil {
				answer(w, http.StatusUnauthorized, map[string]any{"code": "PGRST301", "message": "No suitable key or wrong key type", "details": err.Error(), "hint": nil})
				return
			}
			if named, ok := claims["role"].(string); ok {
				role = named
			}
		}
		query(w, r, db, role)
	})
	return mux, "3000"
}

// realtime serves the one tenant a self-hosted instance has. It makes the tables
// and the row that the real one seeds at its start.
func realtimeService() (http.Handler, string) {
	db := mustOpen(pieceURL("DB", os.Getenv("DB_NAME")))
	if err := inTransaction(db, "create schema if not exists _realtime", `create table if not exists _realtime.schema_migrations(version bigint primary key, inserted_at timestamp)`,
		`create table if not exists _realtime.tenants(id uuid primary key, name text, external_id text unique, jwt_secret text, max_concurrent_users int not null default 200,
		 inserted_at timestamp not null, updated_at timestamp not null)`,
		`create table if not exists _realtime.extensions(id uuid primary key, type text, settings jsonb, tenant_external_id text references _realtime.tenants(external_id) on delete cascade,
		 inserted_at timestamp not null, updated_at timestamp not null)`,
		`insert into _realtime.schema_migrations values (20210706140551, now()) on conflict do nothing`); err != nil {
		fatal("** (Postgrex.Error) " + err.Error())
	}
	if env("SEED_SELF_HOST", "false") == "true" {
		if _, err := db.Exec(`insert into _realtime.tenants(id, name, external_id, jwt_secret, inserted_at, updated_at)
		 values (gen_random_uuid(), 'realtime-dev', 'realtime-dev', 'sealed', now(), now()) on conflict (external_id) do nothing`); err != nil {
			fatal("** (Postgrex.Error) " + err.Error())
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/tenants/{tenant}/health", func(w http.ResponseWriter, r *http.Request) {
		if _, err := checkToken(os.Getenv("API_JWT_SECRET"), bearer(r)); err != nil {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		var there bool
		err := db.QueryRowContext(r.Context(), "select exists(select from _realtime.tenants where external_id = $1)", r.PathValue("tenant")).Scan(&there)
		switch {
		case err != nil:
			fmt.Fprintln(os.Stderr, err)
			answer(w, http.StatusInternalServerError, map[string]any{"error": "unable to reach the database"})
		case !there:
			fmt.Fprintf(os.Stderr, "TenantNotFound: Tenant not found: %s\n", r.PathValue("tenant"))
			answer(w, http.StatusNotFound, map[string]any{"error": "not found"})
		default:
			answer(w, http.StatusOK, map[string]any{"data": map[string]any{"healthy": true, "db_connected": true, "connected_cluster": 0}})
		}
	})
	return mux, env("PORT", "4000")
}

// supavisor checks what stops the real one, keeps its tenant as a row, and hands
// both of its ports through to the database: pooling is not imitated.
func supavisorService() (http.Handler, string) {
	if len(os.Getenv("VAULT_ENC_KEY")) != 32 {
		fatal("** (ErlangError) Erlang error: {:badarg, ~c\"api_ng.c\", \"Unknown cipher or invalid key size\"}")
	}
	const script = "/etc/pooler/pooler.exs"
	text, err := os.ReadFile(script)
	if err != nil {
		fatal("** (File.Error) could not read file \"" + script + "\": " + err.Error())
	}
	if strings.Contains(string(text), "\r") {
		fatal("** (SyntaxError) invalid syntax found on nofile: unexpected token: carriage return (column 1, code point U+000D)")
	}
	db := mustOpen(env("DATABASE_URL", ""))
	if err := inTransaction(db, "create schema if not exists _supavisor", `create table if not exists _supavisor.tenants(id uuid primary key default gen_random_uuid(),
		external_id text unique not null, db_host text not null, db_port int not null, db_database text not null, default_pool_size int not null, max_client_conn int not null, sealed bytea not null)`,
		"create table if not exists _supavisor.schema_migrations(version bigint primary key)"); err != nil {
		fatal("** (Postgrex.Error) " + err.Error())
	}
	// Only if absent: a later change of the settings does not reach the row.
	if _, err := db.Exec(`insert into _supavisor.tenants(external_id, db_host, db_port, db_database, default_pool_size, max_client_conn, sealed)
	 values ($1, $2, $3, $4, $5, $6, sha256(convert_to($7, 'UTF8'))) on conflict (external_id) do nothing`, os.Getenv("POOLER_TENANT_ID"), env("POSTGRES_HOST", "db"),
		atoi(os.Getenv("POSTGRES_PORT"), 5432), env("POSTGRES_DB", "postgres"), atoi(os.Getenv("POOLER_DEFAULT_POOL_SIZE"), 20),
		atoi(os.Getenv("POOLER_MAX_CLIENT_CONN"), 100), os.Getenv("VAULT_ENC_KEY")); err != nil {
		fatal("** (Postgrex.Error) " + err.Error())
	}
	target := net.JoinHostPort(env("POSTGRES_HOST", "db"), env("POSTGRES_PORT", "5432"))
	go handThrough(":5432", target)
	go handThrough(":6543", target)
	return always("/api/health"), env("PORT", "4000")
}

func handThrough(listen, target string) {
	socket, err := net.Listen("tcp", listen)
	if err != nil {
		fatal(err.Error())
	}
	for {
		near, err := socket.Accept()
		if err != nil {
			return
		}
		go func() {
			defer near.Close()
			far, err := net.DialTimeout("tcp", target, 5*time.Second)
			if err != nil {
				return
			}
			defer far.Close()
			go func() { _, _ = io.Copy(far, near); far.Close() }()
			_, _ = io.Copy(near, far)
		}()
	}
}

func studioService() (http.Handler, string) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/platform/profile", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]any{"id": 1, "username": "johndoe", "organization": env("DEFAULT_ORGANIZATION_NAME", "")})
	})
	mux.HandleFunc("GET /", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, "<!doctype html><title>Studio</title><p>The lab's stand-in for Studio.\n")
	})
	return mux, "3000"
}

func metaService() (http.Handler, string) {
	db := mustOpen(pieceURL("PG_META_DB", os.Getenv("PG_META_DB_NAME")))
	mux := http.NewServeMux()
	mux.Handle("/health", always("/health"))
	mux.HandleFunc("GET /schemas", func(w http.ResponseWriter, r *http.Request) { query(w, r, db, "") })
	return mux, env("PG_META_PORT", "8080")
}

func functionsService() (http.Handler, string) {
	if _, err := os.Stat("/home/deno/functions/main/index.ts"); err != nil {
		fatal("main worker boot error: could not find an appropriate entrypoint")
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/{name}", func(w http.ResponseWriter, r *http.Request) {
		if env("VERIFY_JWT", "false") == "true" {
			if _, err := checkToken(os.Getenv("JWT_SECRET"), bearer(r)); err != nil {
				answer(w, http.StatusUnauthorized, map[string]string{"msg": "Error: Invalid JWT"})
				return
			}
		}
		if _, err := os.Stat("/home/deno/functions/" + r.PathValue("name") + "/index.ts"); err != nil {
			answer(w, http.StatusInternalServerError, map[string]string{"msg": "InvalidWorkerCreation: worker boot error: could not find an appropriate entrypoint"})
			return
		}
		answer(w, http.StatusOK, map[string]string{"message": "Hello from " + r.PathValue("name") + "!"})
	})
	return mux, "9000"
}

func analyticsService() (http.Handler, string) {
	db := mustOpen(pieceURL("DB", env("DB_DATABASE", "_supabase")))
	schema := env("DB_SCHEMA", "_analytics")
	if err := inTransaction(db, "create table if not exists "+schema+".sources(id bigserial primary key, name text unique not null)",
		"create table if not exists "+schema+".source_backends(id bigserial primary key, type text not null, config jsonb)",
		"insert into "+schema+".sources(name) values ('postgres.logs'), ('gotrue.logs.prod') on conflict do nothing"); err != nil {
		fatal("** (Postgrex.Error) " + err.Error())
	}
	return always("/health"), "4000"
}

func vectorService() (http.Handler, string) {
	if text, err := os.ReadFile("/etc/vector/vector.yml"); err != nil || len(text) == 0 {
		fatal("ERROR vector::cli: Configuration error. error=/etc/vector/vector.yml cannot be read")
	}
	limit, done := context.WithTimeout(context.Background(), 5*time.Second)
	defer done()
	socket, err := (&net.Dialer{}).DialContext(limit, "unix", "/var/run/docker.sock")
	if err != nil {
		fatal("ERROR source{component_id=docker_host}: vector::internal_events::docker_logs: Listing currently running containers, failed. error=" + err.Error())
	}
	socket.Close()
	return always("/health"), "9001"
}
