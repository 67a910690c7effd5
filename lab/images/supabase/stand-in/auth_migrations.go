// auth's tables. The SQL is the lab's own; the columns are those that the recorded
// GoTrue reads and writes, so that the probes meet the same names, nullability and
// constraints. As there, the table of versions has no schema in its name: it lands
// wherever the role's search_path leads.
package main

import (
	"context"
	"database/sql"
	"os"
	"time"
)

type migration struct{ version, name, sql string }

var authMigrations = []migration{
	{"00", "init_auth_schema", `
create table if not exists auth.users(
  instance_id uuid, id uuid not null primary key, aud varchar(255), role varchar(255), email varchar(255),
  encrypted_password varchar(255), confirmed_at timestamptz, invited_at timestamptz,
  confirmation_token varchar(255), confirmation_sent_at timestamptz, recovery_token varchar(255),
  recovery_sent_at timestamptz, email_change varchar(255), email_change_sent_at timestamptz,
  last_sign_in_at timestamptz, raw_app_meta_data jsonb, raw_user_meta_data jsonb, is_super_admin bool,
  created_at timestamptz, updated_at timestamptz);
create index if not exists users_instance_id_idx on auth.users(instance_id);
create table if not exists auth.refresh_tokens(
  instance_id uuid, id bigserial primary key, token varchar(255), user_id varchar(255), revoked bool,
  created_at timestamptz, updated_at timestamptz);
create index if not exists refresh_tokens_instance_id_user_id_idx on auth.refresh_tokens(instance_id, user_id);
create table if not exists auth.instances(
  id uuid not null primary key, uuid uuid, raw_base_config text, created_at timestamptz, updated_at timestamptz);
create table if not exists auth.audit_log_entries(
  instance_id uuid, id uuid not null primary key, payload json, created_at timestamptz);
create or replace function auth.uid() returns uuid language sql stable as
  $$ select nullif(current_setting('request.jwt.claims', true)::jsonb ->> 'sub', '')::uuid $$;
create or replace function auth.role() returns text language sql stable as
  $$ select current_setting('request.jwt.claims', true)::jsonb ->> 'role' $$;
create or replace function auth.jwt() returns jsonb language sql stable as
  $$ select nullif(current_setting('request.jwt.claims', true), '')::jsonb $$;`},
	{"20210710035447", "alter_users", `
alter table auth.users add column if not exists phone text unique default null,
  add column if not exists phone_confirmed_at timestamptz, add column if not exists phone_change text default '',
  add column if not exists phone_change_token varchar(255) default '',
  add column if not exists phone_change_sent_at timestamptz,
  add column if not exists email_confirmed_at timestamptz,
  add column if not exists email_change_token_new varchar(255),
  add column if not exists email_change_token_current varchar(255) default '',
  add column if not exists email_change_confirm_status smallint default 0
    check (email_change_confirm_status >= 0 and email_change_confirm_status <= 2),
  add column if not exists banned_until timestamptz,
  add column if not exists reauthentication_token varchar(255) default '',
  add column if not exists reauthentication_sent_at timestamptz,
  add column if not exists is_sso_user boolean not null default false,
  add column if not exists deleted_at timestamptz, add column if not exists is_anonymous boolean not null default false;
alter table auth.users drop column if exists confirmed_at;
alter table auth.users add column confirmed_at timestamptz generated always as (least(email_confirmed_at, phone_confirmed_at)) stored;
create unique index if not exists users_email_partial_key on auth.users(email) where is_sso_user = false;
create index if not exists users_instance_id_email_idx on auth.users(instance_id, lower(email));
alter table auth.audit_log_entries add column if not exists ip_address varchar(64) not null default '';`},
	{"20210909172000", "create_identities_table", `
create table if not exists auth.identities(
  provider_id text not null, user_id uuid not null references auth.users on delete cascade,
  identity_data jsonb not null, provider text not null, last_sign_in_at timestamptz, created_at timestamptz,
  updated_at timestamptz, email text generated always as (lower(identity_data ->> 'email')) stored,
  id uuid default gen_random_uuid() primary key,
  constraint identities_provider_id_provider_unique unique (provider_id, provider));
create index if not exists identities_user_id_idx on auth.identities(user_id);
create index if not exists identities_email_idx on auth.identities(email text_pattern_ops);`},
	{"20220811173540", "add_sessions_table", `
do $$ begin create type auth.aal_level as enum('aal1', 'aal2', 'aal3'); exception when duplicate_object then null; end $$;
create table if not exists auth.sessions(
  id uuid not null primary key, user_id uuid not null references auth.users on delete cascade,
  created_at timestamptz, updated_at timestamptz, factor_id uuid, aal auth.aal_level, not_after timestamptz,
  refreshed_at timestamp, user_agent text, ip inet, tag text);
create index if not exists sessions_user_id_idx on auth.sessions(user_id);
alter table auth.refresh_tokens add column if not exists session_id uuid references auth.sessions on delete cascade;
create index if not exists refresh_tokens_session_id_revoked_idx on auth.refresh_tokens(session_id, revoked);
create table if not exists auth.mfa_amr_claims(
  id uuid primary key, session_id uuid not null references auth.sessions on delete cascade,
  created_at timestamptz not null, updated_at timestamptz not null, authentication_method text not null,
  constraint mfa_amr_claims_session_id_authentication_method_pkey unique (session_id, authentication_method));`},
	// As in the real one, this version cannot run twice.
	{"20221114143410", "remove_parent_foreign_key_refresh_tokens", `
alter table auth.refresh_tokens add column parent varchar(255);
alter table auth.refresh_tokens add constraint refresh_tokens_token_unique unique (token);`},
	{"20230322519590", "add_flow_state_and_one_time_tokens", `
create table if not exists auth.flow_state(
  id uuid primary key, user_id uuid, auth_code text not null, provider_type text not null,
  created_at timestamptz, updated_at timestamptz);
create table if not exists auth.one_time_tokens(
  id uuid primary key, user_id uuid not null references auth.users on delete cascade, token_type text not null,
  token_hash text not null check (char_length(token_hash) > 0), relates_to text not null,
  created_at timestamp not null default now(), updated_at timestamp not null default now());`},
	{"20240612123726", "enable_rls_update_grants", `
do $$ declare t text; begin
  foreach t in array array['users','refresh_tokens','instances','audit_log_entries','identities','sessions',
      'mfa_amr_claims','flow_state','one_time_tokens'] loop
    execute format('alter table auth.%I enable row level security', t);
    if exists (select from pg_roles where rolname = 'postgres') then
      execute format('grant select, insert, update, delete, references, trigger, truncate on auth.%I to postgres with grant option', t);
    end if;
  end loop;
  -- Its owner sees all of it; anyone else none, and would run everything again.
  if to_regclass('auth.schema_migrations') is not null then
    alter table auth.schema_migrations enable row level security;
    if exists (select from pg_roles where rolname = 'postgres') then
      grant select on auth.schema_migrations to postgres with grant option;
    end if;
  end if; end $$;`},
}

// migrateAuth runs what is missing and ends the process where the real one does.
func migrateAuth(db *sql.DB) {
	limit, done := context.WithTimeout(context.Background(), time.Minute)
	defer done()
	var seen int
	if err := db.QueryRowContext(limit, "select count(*) from schema_migrations").Scan(&seen); err != nil {
		if sqlstate(err) == "" || sqlstate(err)[:2] == "28" {
			authFatal("running db migrations: error executing migrations: " + err.Error())
		}
		if err := inTransaction(db, "create table schema_migrations(version varchar(14) not null)",
			"create unique index schema_migrations_version_idx on schema_migrations(version)"); err != nil {
			authFatal("running db migrations: could not create schema migrations table: " + inTransactionError(err))
		}
	}
	for _, step := range authMigrations {
		var there bool
		if err := db.QueryRowContext(limit, "select exists(select from schema_migrations where version = $1)", step.version).Scan(&there); err != nil {
			authFatal("running db migrations: problem checking for migration version " + step.version + ": " + err.Error())
		}
		if there {
			continue
		}
		record := "insert into schema_migrations(version) values ('" + step.version + "')"
		if err := inTransaction(db, step.sql, record); err != nil {
			authFatal("running db migrations: error executing migrations/" + step.version + "_" + step.name +
				".up.sql, sql: " + step.sql + ": " + inTransactionError(err))
		}
	}
	logJSON(map[string]any{"level": "info", "msg": "GoTrue migrations applied successfully", "pid": os.Getpid()})
}
