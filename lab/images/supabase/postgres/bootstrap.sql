-- Roles, schemas, grants and settings of a Supabase database, written for the lab
-- from the recorded facts. Runs once, as supabase_admin, in the database postgres.

-- Superuser for a moment: the event trigger below belongs to it, and in a real
-- instance it does although the role is a superuser no more.
create role postgres superuser login;
alter database postgres owner to postgres;

create role anon nologin noinherit;
create role authenticated nologin noinherit;
create role service_role nologin noinherit bypassrls;
create role authenticator login noinherit;
grant anon, authenticated, service_role to authenticator, postgres;
create role supabase_auth_admin login noinherit createrole;
create role supabase_storage_admin login noinherit createrole;
create role supabase_functions_admin login noinherit createrole;
create role supabase_replication_admin login replication;
create role supabase_read_only_user login bypassrls in role pg_read_all_data;
create role dashboard_user nologin createrole createdb replication;
create role pgbouncer login;
grant supabase_auth_admin, supabase_storage_admin, supabase_functions_admin to postgres;
grant authenticator to supabase_storage_admin;

alter role supabase_admin set search_path to "$user", public, auth, extensions;
alter role postgres set search_path to "$user", public, extensions;
alter role supabase_auth_admin set search_path to auth;
alter role supabase_auth_admin set idle_in_transaction_session_timeout to 60000;
alter role supabase_storage_admin set search_path to storage;
alter role supabase_functions_admin set search_path to supabase_functions;
alter role authenticator set statement_timeout to '8s';
alter role authenticator set lock_timeout to '8s';
alter role anon set statement_timeout to '3s';
alter role authenticated set statement_timeout to '8s';

create schema extensions;
create extension pgcrypto schema extensions;
create extension "uuid-ossp" schema extensions;
create extension pg_stat_statements schema extensions;
grant usage on schema extensions to public;
grant all on schema extensions to dashboard_user, postgres;

create schema auth;
create schema storage;
create schema realtime;
create schema _realtime;
create schema graphql_public;
create schema supabase_functions;
create schema vault;
grant all on schema auth to supabase_auth_admin, dashboard_user;
grant all on schema storage to supabase_storage_admin, dashboard_user;
grant all on schema supabase_functions to supabase_functions_admin;
grant usage on schema auth, storage, graphql_public, realtime, supabase_functions to anon, authenticated, service_role, postgres;
grant usage, create on schema public to postgres;
grant usage on schema public to anon, authenticated, service_role;
alter default privileges for role postgres in schema public grant all on tables to anon, authenticated, service_role;
alter default privileges for role postgres in schema public grant all on sequences to anon, authenticated, service_role;
alter default privileges for role postgres in schema public grant all on functions to anon, authenticated, service_role;
-- As upstream, also for what its superuser makes: a load of a dump is that.
alter default privileges for role supabase_admin in schema public grant all on tables to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema public grant all on sequences to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema public grant all on functions to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_auth_admin in schema auth grant all on tables to dashboard_user;

-- The shape of the vault only: what is in it is not sealed with the key file.
create table vault.secrets(id uuid primary key default gen_random_uuid(), name text unique, secret text not null, created_at timestamptz not null default now());
revoke all on vault.secrets from public;

set role postgres;
create publication supabase_realtime;
reset role;
create function extensions.grant_pg_net_access() returns event_trigger language plpgsql as
$$ begin raise debug 'the lab has no pg_net'; end $$;
set session authorization postgres;
create event trigger issue_pg_net_access on ddl_command_end when tag in ('CREATE EXTENSION') execute function extensions.grant_pg_net_access();
reset session authorization;
alter role postgres nosuperuser createrole createdb replication bypassrls;
-- Newer instances let it read everything; in older ones a dump as postgres fails.
select current_setting('server_version_num')::int >= 170000 as newer \gset
\if :newer
grant pg_read_all_data to postgres;
\endif

create database _supabase owner supabase_admin;
\connect _supabase
create schema _analytics authorization supabase_admin;
create schema _supavisor authorization supabase_admin;
