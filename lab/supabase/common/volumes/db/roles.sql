-- Runs once: every role that logs in has the password of .env.
\set password `printf %s "$POSTGRES_PASSWORD"`
alter role anon password :'password';
alter role authenticated password :'password';
alter role authenticator password :'password';
alter role dashboard_user password :'password';
alter role pgbouncer password :'password';
alter role postgres password :'password';
alter role service_role password :'password';
alter role supabase_auth_admin password :'password';
alter role supabase_functions_admin password :'password';
alter role supabase_read_only_user password :'password';
alter role supabase_replication_admin password :'password';
alter role supabase_storage_admin password :'password';
