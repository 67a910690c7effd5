// storage: buckets and objects as rows of supabase_storage_admin, files below
// volumes/storage with the extended attributes that carry type and cache control.
// Without those the real one cannot serve a file; neither can this.
package main

import (
	"database/sql"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

const (
	typeAttribute  = "user.supabase.content-type"
	cacheAttribute = "user.supabase.cache-control"
)

var storageMigrations = []migration{
	{"0", "create-migrations-table", `create table if not exists storage.migrations(
  id integer primary key, name varchar(100) unique not null, hash varchar(40) not null, executed_at timestamp default current_timestamp);`},
	{"1", "initialmigration", `
create table if not exists storage.buckets(
  id text not null primary key, name text not null, owner uuid, created_at timestamptz default now(),
  updated_at timestamptz default now(), public boolean default false, file_size_limit bigint, allowed_mime_types text[], owner_id text);
create unique index if not exists bname on storage.buckets(name);
create table if not exists storage.objects(
  id uuid not null default gen_random_uuid() primary key, bucket_id text references storage.buckets(id), name text, owner uuid,
  created_at timestamptz default now(), updated_at timestamptz default now(), last_accessed_at timestamptz default now(),
  metadata jsonb, path_tokens text[] generated always as (string_to_array(name, '/')) stored, version text, owner_id text, user_metadata jsonb);
create unique index if not exists bucketid_objname on storage.objects(bucket_id, name);
alter table storage.buckets enable row level security;
alter table storage.objects enable row level security;
grant all on storage.buckets, storage.objects to anon, authenticated, service_role, postgres;`},
}

type storage struct {
	db           *sql.DB
	secret, root string
}

func storageService() (http.Handler, string) {
	s := &storage{db: mustOpen(os.Getenv("DATABASE_URL")), secret: os.Getenv("PGRST_JWT_SECRET"),
		root: filepath.Join(env("FILE_STORAGE_BACKEND_PATH", "/var/lib/storage"), env("GLOBAL_S3_BUCKET", "stub"), env("TENANT_ID", "stub"))}
	s.migrate()
	mux := http.NewServeMux()
	mux.Handle("/status", always("/status"))
	mux.HandleFunc("GET /bucket", s.guarded(s.listBuckets))
	mux.HandleFunc("POST /bucket", s.guarded(s.makeBucket))
	mux.HandleFunc("GET /object/{bucket}/{name...}", s.guarded(s.get))
	mux.HandleFunc("GET /object/authenticated/{bucket}/{name...}", s.guarded(s.get))
	mux.HandleFunc("POST /object/{bucket}/{name...}", s.guarded(s.put))
	return mux, "5000"
}

func (s *storage) migrate() {
	var run int
	if s.db.QueryRow("select count(*) from storage.migrations").Scan(&run) == nil && run == len(storageMigrations) {
		return
	}
	for _, step := range storageMigrations {
		if err := inTransaction(s.db, step.sql, "insert into storage.migrations(id, name, hash) values ("+step.version+", '"+step.name+"', '') on conflict do nothing"); err != nil {
			logJSON(map[string]any{"level": "error", "msg": "Migration failed", "error": err.Error()})
			os.Exit(1)
		}
	}
}

// guarded lets in the service key only: policies are the database's, and a tenant's
// own tokens are not what this lab is about.
func (s *storage) guarded(handle http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		claims, err := checkToken(s.secret, bearer(r))
		if err != nil {
			storageFail(w, http.StatusBadRequest, "403", "Unauthorized", err.Error())
		} else if claims["role"] != "service_role" {
			storageFail(w, http.StatusBadRequest, "403", "Unauthorized", "new row violates row-level security policy")
		} else {
			handle(w, r)
		}
	}
}

func storageFail(w http.ResponseWriter, status int, code, short, message string) {
	logJSON(map[string]any{"level": "error", "msg": message, "status": status})
	answer(w, status, map[string]string{"statusCode": code, "error": short, "message": message})
}

func (s *storage) listBuckets(w http.ResponseWriter, r *http.Request) {
	rows, err := s.db.QueryContext(r.Context(), "select id, name, coalesce(public, false) from storage.buckets order by id")
	if err != nil {
		storageFail(w, http.StatusInternalServerError, "500", "DatabaseError", err.Error())
		return
	}
	defer rows.Close()
	found := []map[string]any{}
	for rows.Next() {
		var id, name string
		var public bool
		if err := rows.Scan(&id, &name, &public); err != nil {
			break
		}
		found = append(found, map[string]any{"id": id, "name": name, "public": public})
	}
	if err := rows.Err(); err != nil {
		storageFail(w, http.StatusInternalServerError, "500", "DatabaseError", err.Error())
		return
	}
	answer(w, http.StatusOK, found)
}

func (s *storage) makeBucket(w http.ResponseWriter, r *http.Request) {
	var given struct {
		ID, Name string
		Public   bool
	}
	if err := json.NewDecoder(r.Body).Decode(&given); err != nil || given.Name == "" {
		storageFail(w, http.StatusBadRequest, "400", "Error", "body must have required property 'name'")
		return
	}
	if given.ID == "" {
		given.ID = given.Name
	}
	_, err := s.db.ExecContext(r.Context(), "insert into storage.buckets(id, name, public) values ($1, $2, $3)", given.ID, given.Name, given.Public)
	switch {
	case sqlstate(err) == "23505":
		storageFail(w, http.StatusBadRequest, "409", "Duplicate", "The resource already exists")
	case err != nil:
		storageFail(w, http.StatusInternalServerError, "500", "DatabaseError", err.Error())
	default:
		answer(w, http.StatusOK, map[string]string{"name": given.Name})
	}
}

func (s *storage) put(w http.ResponseWriter, r *http.Request) {
	bucket, name, version := r.PathValue("bucket"), r.PathValue("name"), newID()
	path := filepath.Join(s.root, bucket, filepath.FromSlash(name), version)
	if !strings.HasPrefix(path, filepath.Join(s.root, bucket)+"/") {
		storageFail(w, http.StatusBadRequest, "400", "InvalidKey", "Invalid key: "+name)
		return
	}
	size, err := writeObject(path, r)
	if err != nil {
		storageFail(w, http.StatusInternalServerError, "500", "internal", err.Error())
		return
	}
	data, _ := json.Marshal(map[string]any{"size": size, "mimetype": r.Header.Get("Content-Type"), "cacheControl": "no-cache"})
	_, err = s.db.ExecContext(r.Context(), "insert into storage.objects(bucket_id, name, version, metadata) values ($1, $2, $3, $4)", bucket, name, version, string(data))
	if err != nil {
		_ = os.Remove(path)
		if sqlstate(err) == "23505" {
			storageFail(w, http.StatusBadRequest, "409", "Duplicate", "The resource already exists")
			return
		}
		storageFail(w, http.StatusInternalServerError, "500", "DatabaseError", err.Error())
		return
	}
	answer(w, http.StatusOK, map[string]string{"Key": bucket + "/" + name, "Id": version})
}

func writeObject(path string, r *http.Request) (int64, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return 0, err
	}
	file, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	size, err := io.Copy(file, io.LimitReader(r.Body, 50<<20))
	if err != nil {
		return 0, err
	}
	if err := unix.Setxattr(path, typeAttribute, []byte(r.Header.Get("Content-Type")), 0); err != nil {
		return 0, err
	}
	return size, unix.Setxattr(path, cacheAttribute, []byte("no-cache"), 0)
}

func (s *storage) get(w http.ResponseWriter, r *http.Request) {
	bucket, name := r.PathValue("bucket"), r.PathValue("name")
	var version string
	err := s.db.QueryRowContext(r.Context(), "select coalesce(version, '') from storage.objects where bucket_id = $1 and name = $2", bucket, name).Scan(&version)
	if errors.Is(err, sql.ErrNoRows) {
		storageFail(w, http.StatusBadRequest, "404", "not_found", "Object not found")
		return
	} else if err != nil {
		storageFail(w, http.StatusInternalServerError, "500", "DatabaseError", err.Error())
		return
	}
	path := filepath.Join(s.root, bucket, filepath.FromSlash(name), version)
	kind, err := attribute(path, typeAttribute)
	if err == nil {
		var cache string
		cache, err = attribute(path, cacheAttribute)
		w.Header().Set("Cache-Control", cache)
	}
	if err != nil {
		short := "ENOENT"
		if errors.Is(err, unix.ENODATA) {
			short = "ENODATA"
		}
		storageFail(w, http.StatusInternalServerError, "500", short, err.Error())
		return
	}
	w.Header().Set("Content-Type", kind)
	http.ServeFile(w, r, path)
}

func attribute(path, name string) (string, error) {
	var value [256]byte
	n, err := unix.Getxattr(path, name, value[:])
	if err != nil {
		return "", err
	}
	return string(value[:n]), nil
}
