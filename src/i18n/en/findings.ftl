# What a diagnosis of an instance finds, what it cannot know, and how findings are repaired.

## What was seen: shared by several findings

finding-saw-sql = { $message } (SQLSTATE { $state })
finding-saw-problem = { $why }
finding-saw-log = The log of { $service } says: { $words }
finding-saw-file = { $path }
finding-saw-owner = { $table } belongs to { $owner }
finding-saw-forced = { $table } belongs to { $owner }, and row security is forced upon its owner
finding-saw-secured = { $table } belongs to { $owner }, and row security hides its rows from all others
finding-usage-saw = The role { $role } may not use the schema { $schema }
finding-search-path-lost = The search_path of the role { $role } does not lead to the schema { $schema }
finding-search-path-saw = The search_path of { $role } is: { $path }
finding-search-path-database = Set for the database { $database } alone, which wins: { $stored }
finding-env-saw = { $service }: { $names }
finding-http-saw = { $service } answered with status { $status }

## Compose, the database, services

finding-compose-refused = Compose refuses the project's files
finding-compose-refused-means = Every command of Compose fails, even ps and stop. What runs goes on running; nothing can be changed or recreated until the line is mended.
finding-compose-refused-next = Mend the line, then check the files. Until then containers can be stopped and started with docker itself, by their names.
finding-compose-refused-line = Line { $line } of .env cannot be read

finding-database = The database of { $service } runs and cannot be used
finding-database-means = Nobody can sign in, and no data can be read or written.
finding-database-next = Read what the database says of itself before you restart it.
finding-database-read-only = It takes no writes: it is in recovery, or set to read only

finding-service = { $what ->
    [missing] { $service } has no container
    [stopped] { $service } is stopped
    [paused] { $service } is paused
    [unhealthy] { $service } is unhealthy
    [restarting] { $service } ends again and again
   *[failed] { $service } has failed
 }
finding-service-means = What { $service } does is not available, or not reliably.
finding-service-next = Read why in its log.
finding-service-start-next = Start it again, if nobody stopped it on purpose.
finding-service-saw = { $service }: state { $state }, health { $health }, exit status { $status }, restarts { $restarts }
finding-service-oom = { $service } was ended by the kernel for want of memory

## Sign-up and sign-in

finding-auth-answer = { $meaning ->
    [database] Auth cannot work with its database
    [key] Auth does not accept the service key
    [not-admin] The service key is the key of another role
    [late] Auth does not answer in time
   *[fine] Auth answers
 }
finding-auth-answer-means = Sign-up, sign-in or the administration of users fails, although auth says it is healthy.
finding-auth-answer-next = Read auth's log; the last SQLSTATE in it is the cause. Do not restart it before: what half works may then not start.
finding-auth-answer-log = Its log says of that request: { $message } (SQLSTATE { $state })

finding-sign-up = { $cause ->
    [missing] Sign-up fails: something it needs is not in the database
    [rights] Sign-up fails: auth lacks a right in the database
    [read-only] Sign-up fails: the database takes no writes
    [full] Sign-up fails: the disk is full
    [login] Sign-up fails: auth's role cannot log in
   *[other] Sign-up fails in the database
 }
finding-sign-up-means = New users get “Database error saving new user”.
finding-sign-up-next = Read auth's log for the same error and mend its cause.

finding-auth-trigger = Sign-up fails: the trigger { $trigger } on auth.{ $table } breaks it
finding-auth-trigger-means = New users get “Database error saving new user”, or cannot sign in. Those already there are not lost.
finding-auth-trigger-saw = It calls { $function }, owned by { $owner }, { $rights }
finding-auth-trigger-next = Mend { $function }: more rights alone do not help. Until then, disable the trigger { $trigger }; what it does for new users must be done later by hand.

finding-auth-nulls = { $users ->
    [one] One user has NULLs that auth cannot read
   *[other] { $users } users have NULLs that auth cannot read
 }
finding-auth-nulls-means = These users cannot sign in, or are invisible; lists of users may fail. Rows were inserted by something else than auth.
finding-auth-nulls-saw = Columns: { $columns }

finding-auth-migrations = Auth does not start: its migration { $migration } fails
finding-auth-migrations-means = Nobody can sign in. Auth tries again at every start and ends.
finding-auth-migrations-next = Compare the recorded versions with those of a backup. Record a version by hand only if all it makes is proven to be there.
finding-auth-migrations-lost = Auth's record of its migrations is empty
finding-auth-migrations-lost-means = Auth works until it is restarted; then it runs all its migrations again, and some cannot run twice.
finding-auth-migrations-lost-next = Put the rows of auth.schema_migrations back before auth is restarted, from a copy of a recovery point taken since auth was last updated: an older one has too few. The last command removes the copy's containers; then remove its folder.

finding-auth-search-path = Auth does not find its tables: the search_path of its role is wrong
finding-auth-search-path-means = Nobody can sign up or sign in. No data is lost. A restart now may also make tables of its own in another schema.

finding-auth-usage = Auth may not use its own schema
finding-auth-usage-means = Nobody can sign up or sign in. No data is lost.

finding-auth-owner = { $tables ->
    [one] A table of auth belongs to another role
   *[other] { $tables } tables of auth belong to another role
 }
finding-auth-owner-means = Auth may not read or write them: sign-up and sign-in fail. A restore without owners leaves this behind. No data is lost.

finding-auth-rls = { $tables ->
    [one] Auth does not see the rows of one of its tables
   *[other] Auth does not see the rows of { $tables } of its tables
 }
finding-auth-rls-means = It looks as if users were lost, and they are not: row security hides them. Sign-in says “Invalid login credentials”.

finding-auth-settings = { $settings ->
    [one] Auth will not start with one of its settings
   *[other] Auth will not start with { $settings } of its settings
 }
finding-auth-settings-means = Auth ends at its next start. If it still runs, it runs with its older settings.
finding-auth-settings-next = Give each of them a value in .env, check, then recreate auth.
finding-auth-setting-saw = { $kind ->
    [empty] { $name } is empty
    [truth] { $name } is neither true nor false
    [number] { $name } is no whole number
    [json] { $name } is no JSON list
    [pattern] { $name } holds a pattern with an open bracket
   *[other] { $name } cannot be read
 }

finding-mail-server = Sign-up fails: auth cannot hand over its mails
finding-mail-server-means = Sign-ups wait for a mail that confirms the address. Auth answers “Error sending confirmation email” and takes the user back. Who has an account signs in as before.
finding-mail-server-next = Correct the mail settings (its user and password too, if they changed) and send a test mail. Where addresses need no confirmation, set ENABLE_EMAIL_AUTOCONFIRM to true instead.
finding-mail-server-off = No mail is sent: who signs up can never confirm the address
finding-mail-server-off-means = Sign-ups wait for a mail that confirms the address, and auth has no mail server to hand it to. The sign-up seems to work; the account stays closed. Who has an account signs in as before.
finding-mail-server-none = SMTP_HOST is empty
finding-mail-server-saw = { $kind ->
    [name] Auth’s container finds no address for { $host } (SMTP_HOST)
    [refused] { $host } refuses connections at port { $port } (SMTP_HOST, SMTP_PORT)
   *[away] { $host } does not answer at port { $port } within 5 seconds, asked from auth’s container
 }
finding-mail-server-says = { $host }, port { $port }, turns auth away: { $words }

## Passwords and keys

finding-db-passwords = { $roles ->
    [one] The database has another password for a role than the services send
   *[other] The database has other passwords for { $roles } roles than the services send
 }
finding-db-passwords-means = Every new connection of these services fails. What is connected goes on until it connects anew.
finding-db-passwords-saw = { $role }, used by { $services }
finding-db-passwords-next = The services run with another password than .env has. Give the database, .env and all services one new password; what a Compose file has written out, correct there first.

finding-role = The role { $role } cannot log in
finding-role-means = The services that use it cannot connect to the database.
finding-role-next = Let it log in again.
finding-role-nologin = { $role } is NOLOGIN
finding-role-expired = The password of { $role } is past its VALID UNTIL
finding-role-full = { $role } has used all of its { $limit } connections

finding-password-signs = POSTGRES_PASSWORD has characters that break the services' addresses
finding-password-signs-means = Services put the password into an address as it is; auth does not start with it.
finding-password-signs-saw = Characters: { $signs }
finding-password-signs-next = Change the password to one of letters and digits, in the database, in .env and for all services.

finding-jwt-keys = The API keys do not fit JWT_SECRET
finding-jwt-keys-means = Requests with these keys are refused.
finding-jwt-keys-next = Make a new secret and sign both API keys with it; whoever uses the old keys needs the new ones. Or put back into .env the secret they were signed with, and recreate the services that read it.
finding-jwt-unsigned = { $key } is not signed by JWT_SECRET
finding-jwt-expired = { $key } has expired
finding-jwt-role = { $key } is of the role { $role }, not { $wanted }
finding-jwt-no-token = { $key } is no key at all

finding-jwt-stale = { $services } still work with an older JWT secret
finding-jwt-stale-means = Services that sign and check with different secrets refuse each other's tokens.

finding-gateway-keys = { $service } does not know the API keys of .env
finding-gateway-keys-means = Every request with these keys gets “Unauthorized” from the gateway, before it reaches a service.
finding-gateway-keys-next = Look for keys written into the configuration of { $service } itself, then recreate it.
finding-gateway-401 = The gateway answers 401 to { $key }

finding-gateway-names = { $gateway } does not find { $service } by its name
finding-gateway-names-means = Requests for sign-in go nowhere, or to a stranger.
finding-gateway-names-saw = { $service } resolves to { $seen }; its addresses are { $right }
finding-gateway-names-next = Look for a search domain or name server of the host that knows the name { $service } as well.
finding-gateway-reach = { $gateway } does not reach { $service }, which answers
finding-gateway-reach-next = Look in the gateway's own files for the address of { $service }: its port is { $port }.

finding-urls = The public addresses are wrong
finding-urls-means = Links in mails and sign-in by other services lead to the wrong place.
finding-urls-next = Set each to the address people reach it by; the services that read it are recreated.
finding-url-empty = { $key } is empty
finding-url-scheme = { $key } does not begin with http:// or https://
finding-url-broken = { $key } is no address
finding-url-local = { $key } is an address of this machine only, while the other public address is not
finding-url-path = { $key } does not end in { $path }, as this release expects

finding-env-drift = { $services } run with other values than the files give now
finding-env-drift-means = Changes of .env or of the Compose files have not reached these containers. They come with the next recreation.
finding-env-drift-next = Recreate them when it suits, if the changes are meant.

## Files, disk, ports, names

finding-analytics = { $service } does not work
finding-analytics-means = Logs are not collected, and in older layouts other services wait for it before they start.
finding-analytics-next = Read its log and look at the memory: it needs much. Newer layouts work without it.
finding-analytics-waiting = These wait for it: { $services }

finding-internal-db = { $services } lack their part of the database _supabase
finding-internal-db-means = They cannot start. It is made only when the database's folder is new.
finding-internal-db-saw = There is no database { $database }
finding-internal-db-schemas = The database { $database } has no schema { $schemas }

finding-pooler-key = VAULT_ENC_KEY has the wrong length
finding-pooler-key-means = The pooler ends at its start; connections through it fail.
finding-pooler-key-saw = It has { $length } characters instead of { $wanted }
finding-pooler-key-next = Put 32 characters into .env as VAULT_ENC_KEY, such as the first command prints, and recreate the pooler. If it has run with another key, its schema _supavisor must be made anew.

finding-pooler-role = The pooler works as the role postgres
finding-pooler-role-means = It may not write its own tables and ends, or cannot make its tenant.
finding-pooler-role-saw = The user in its DATABASE_URL is { $role }
finding-pooler-role-next = Put supabase_admin into the pooler's DATABASE_URL in the Compose file and recreate it.

finding-line-ends = { $files ->
    [one] A script has the line ends of Windows
   *[other] { $files } scripts have the line ends of Windows
 }
finding-line-ends-means = The services that read them fail at their next start.
finding-line-ends-readers = Read by { $services }

finding-realtime = { $service } does not find its tenant
finding-realtime-means = Subscriptions to changes fail. The tenant is the first piece of the name the service is called by.
finding-realtime-saw = Tenants: { $tenants }; names of the container: { $names }
finding-realtime-next = Give the container a name or alias that begins with the tenant and a dot, as in upstream's file, and recreate it.

finding-storage-tables = Storage cannot use its tables
finding-storage-tables-means = Files cannot be listed, read or written. Neither rows nor files are lost.

finding-file-is-folder = { $services } got a folder instead of a file
finding-file-is-folder-means = The file was not there when the container was first made, so Docker made an empty folder in its place. The service cannot read its configuration.
finding-file-is-folder-next = Remove the empty folder, put the file of the same release there, then recreate.

finding-vector-socket = { $service } does not reach the Docker socket
finding-vector-socket-means = The containers' logs are not collected.
finding-vector-socket-next = Find the socket's path and put it into DOCKER_SOCKET_LOCATION, then recreate.

finding-pg-version = The data is PostgreSQL { $data }, the image is PostgreSQL { $image }
finding-pg-version-means = The database does not start. The data is untouched.
finding-pg-version-saw = { $service } has its data in { $path }
finding-pg-version-next = Go back to an image of PostgreSQL { $data }, then upgrade by upstream's script. Delete neither the data nor the volume db-config.

finding-disk = The database's disk is nearly full
finding-disk-means = When it is full PostgreSQL stops. Deleting anything in pg_wal loses the database.
finding-disk-next = Find what can go; docker's build cache and old logs are the usual ones.
finding-disk-saw = { $free } left of { $total }
finding-disk-inodes = { $left } inodes left of { $all }

finding-port = A port that { $services } need is in use
finding-port-means = They cannot start until the port is free.
finding-port-next = See who has the port, or give the service another one.
finding-port-saw = { $service }: port { $number }

finding-name = Two instances on this host want the same name
finding-name-means = Starting one takes the other's containers, or fails.
finding-name-next = Give each instance a project name of its own, and no fixed container names.
finding-name-project = The project { $project } is started from several folders: { $folders }
finding-name-container = The container { $name } belongs to { $project }

## What a probe could not know

probe-gone = There is no probe of this name any more.
probe-slow = It did not come to an end within { $seconds } s.
probe-problem = It could not look: { $why }
probe-refused = The database refused the question: { $message } (SQLSTATE { $state }).
probe-explained = What it found follows from another finding.
probe-db-down = The database does not run.
probe-part-down = { $service } does not run.
probe-no-table = The table { $table } is not there: its service has made none yet.
probe-no-key = { $key } has no value that could be checked.
probe-no-address = { $key } is no address that could be read.
probe-no-logins = No service says how it logs in to the database.
probe-no-http = { $service } gave no answer: { $why }
probe-http-strange = { $service } answered with status { $status }, which says nothing certain.
probe-no-conditions = The Docker Engine says nothing about the containers.
probe-no-folder = The project's folder is not on this machine.
probe-compose = Compose refuses the project's files.
probe-getent = Names cannot be looked up inside { $service } (exit status { $status }).
probe-mail-server = Whether the mail server { $host } can be reached cannot be told from inside { $service }. A test mail tells.
probe-pg-version = The version of the data cannot be read from here.
probe-trigger-refuses = The trigger { $trigger } on auth.{ $table } refuses the user that was tried: { $message } (SQLSTATE { $state }). It may be right to; only a real sign-up tells.
probe-sign-up-refused = A rule of the database refuses the user that was tried: { $message } (SQLSTATE { $state }). It may be right to; only a real sign-up tells.
probe-sign-up-waited = The sign-up that was tried had to wait too long: { $message } (SQLSTATE { $state }). If it does so again, look for long transactions.

## Repairs

repair-auth-trigger = Let { $function } run with the rights of postgres and find its tables: tried, a sign-up passes with it
repair-auth-nulls = { $users ->
    [one] Fill the NULLs of one user with what auth writes itself
   *[other] Fill the NULLs of { $users } users with what auth writes itself
 }
repair-auth-search-path = Set the search_path of { $role } to auth
repair-auth-usage = Grant { $role } its schema
repair-auth-owner = { $tables ->
    [one] Give the table to { $role }
   *[other] Give { $tables } tables to { $role }
 }
repair-auth-rls = { $tables ->
    [one] Let { $role } see all rows of the table again
   *[other] Let { $role } see all rows of { $tables } tables again
 }
repair-db-passwords = Give these roles the password of .env: { $roles }
repair-recreate = Recreate { $services } from the files as they are
repair-internal-db = Make what { $services } lack in the database _supabase, and restart them
repair-line-ends = { $files ->
    [one] Give the script the line ends of Unix and restart what reads it
   *[other] Give { $files } scripts the line ends of Unix and restart what reads them
 }
repair-storage-tables = Give { $role } its tables, schema and search_path, and restart storage

problem-repair-not-needed = What was found is not there any more.
    .safe = Nothing was changed.
    .next = Diagnose again.
problem-repair-unproven = No change of rights makes { $function } work: a sign-up still fails with each that was tried.
    .safe = Each was tried in a transaction that was rolled back.
    .next = Mend the function's body, or disable the trigger until then.
problem-repair-too-many = { $rows } rows would be changed; more than { $most } are not changed in one repair.
    .safe = Nothing was changed.
    .next = Fill them by hand, in portions, after a backup.
problem-repair-no-password = .env has no POSTGRES_PASSWORD.
    .safe = Nothing was changed.
    .next = Put the password into .env, then diagnose again.
problem-repair-other-password = Some services run with another password than .env has.
    .safe = Nothing was changed.
    .next = Recreate the services from the files, then diagnose again.
problem-scripts-unreadable = The scripts of the project cannot be read.
    .safe = Nothing was changed.
    .next = Check that Zelo may read the project's folder.

## Instances that cannot be looked at

problem-instance-no-folder = The containers of { $project } do not say in which folder the project lies.
    .safe = Nothing was changed.
    .next = Start the project once with docker compose from its folder.
problem-instance-no-db = { $project } has no database among its containers.
    .safe = Nothing was changed.
    .next = Start its database, or look whether it is kept elsewhere.
problem-instance-host-unknown = This Zelo knows no Docker host named { $host }.
    .safe = Nothing was changed.
    .next = Check the host's name.
problem-instance-gone = No container of the project { $project } is left.
    .safe = Nothing was changed; folders and volumes may still be there.
    .next = Start the project from its folder, or remove the instance here.
problem-env-unreadable = The file { $path } cannot be read.
    .safe = Nothing was changed.
    .next = Check that it is there and that Zelo may read it.
problem-compose-refused = Compose refuses the files of { $project }.
    .safe = Nothing was changed; what runs goes on running.
    .next = Mend what it names and try again.
problem-compose-answer = Compose's answer could not be read.
    .safe = Nothing was changed.
    .next = Check that Compose is of version 2 or newer.
problem-command-slow = { $program } did not end within { $seconds } s and was stopped.
    .safe = It was a short command; nothing larger was begun.
    .next = Try again; if it stays so, look at the load of the machine.
