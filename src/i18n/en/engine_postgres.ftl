### PostgreSQL: databases in containers or reached over the network.

## What is asked for when a server is added.

pg-field-container = Container
pg-field-host = Host name or address (with a container: the Docker host)
pg-field-port = Port
pg-field-user = Role (user)
pg-field-password = Password
pg-field-database = Database to connect to first
pg-field-tls = TLS mode
pg-field-ca = File with the certificate authority
pg-field-exec-user = System user inside the container
pg-field-url = Connection string (postgres://…)

## What a check looks at, and what it saw.

pg-check-container = The container runs
pg-check-tool = The client programs are there
pg-check-connect = The server accepts the connection
pg-check-tls = The connection is private
pg-check-version = The versions fit
pg-check-databases = There is something to back up
pg-check-read = Everything can be read
pg-check-restore = A restore is possible
pg-seen-tool = pg_dump { $version }
pg-seen-connect = connected to “{ $database }” as “{ $user }”
pg-seen-tls = encrypted, { $version }
pg-seen-local = inside the machine, never on a network
pg-seen-version = server { $server }, pg_dump { $tool }
pg-seen-databases = 
    { $count ->
        [one] one database, { $bytes }
       *[other] { $count } databases, { $bytes }
    }

## Steps and their undo.

pg-step-dump = Dump “{ $database }” and count its rows in the same snapshot
pg-step-dump-roles = Save the roles
pg-step-roles = Create the roles that are missing
pg-step-replace-roles = Change existing roles to what they were
pg-step-release-roles = Let go of the roles' former definitions
pg-step-create = Create the empty database “{ $side }” beside “{ $database }”
pg-step-load = Load “{ $database }” ({ $bytes }) beside the live one
pg-step-compare = Compare “{ $database }” with the backup’s { $count } counts
pg-step-count-writes = Read the write counters of { $databases } before the safety backup
pg-step-rehearse = Try whether the safety backup and the backup of “{ $database }” load here (structure only)
pg-step-analyze = Collect the planner's statistics of “{ $database }”
pg-step-carry = Carry over owner, grants, comment and settings of “{ $database }”
pg-step-alike = Compare owners, policies, triggers and functions of “{ $database }” with the backup
pg-step-drop = Drop the live database “{ $database }” ({ $bytes })
pg-step-close = Refuse connections to { $databases } and end the sessions
pg-step-close-quiet = Refuse connections to { $databases }, end the sessions, and drop nothing if rows were written since the safety backup
pg-step-swap = Swap { $databases } in one transaction; the old ones stay beside
pg-step-name = Give { $databases } its final name
pg-step-open = Allow connections to { $databases } again
pg-step-answers = Connect to “{ $database }” and look for its tables
pg-step-free = Drop “{ $aside }”, which was set aside
pg-step-free-role = Drop the role “{ $role }”, which keeps a former password
pg-undo-dump = removes what was written and ends the sessions
pg-undo-roles = drops exactly the roles it created
pg-undo-replace-roles = gives the roles back what they were, passwords included
pg-undo-create = drops “{ $side }”
pg-undo-drop = loads the safety backup, unless the database is still there and whole
pg-undo-close = allows connections again
pg-undo-swap = swaps back in one transaction, sets aside what was written since and gives changed roles back what they were
pg-undo-name = gives back the temporary name
pg-undo-free = what is dropped does not come back; the safety backup holds its contents
pg-undo-nothing-read = it only reads
pg-undo-nothing-side = the database it works on is dropped as a whole
pg-undo-nothing-swap = swapping back covers it
pg-undo-nothing-in-place = the former contents are in the safety backup only; restoring that is a decision for a person

## What a person should know before it runs.

pg-warning-no-passwords = Roles are saved without passwords: “{ $user }” may not read them.
pg-warning-standby = This server is a standby; the dump is as current as its replication.
pg-warning-invalid = Not in this backup, because an interrupted DROP DATABASE left nothing usable of them: { $databases }.
pg-warning-left-out = Not in this backup, because they are templates or accept no connections: { $databases }. A template is backed up if it is named.
pg-warning-older-server = The backup was made on { $from }, this server is { $to }: an older server may refuse parts of it. The live database stays untouched if it does.
pg-warning-roles-made = These roles do not exist here and will be created: { $roles }.
pg-warning-replace-roles = Existing roles, their passwords included, will be changed to what the backup says. The role Zelo connects as stays as it is.
pg-warning-replace-roles-only = Existing roles will be changed to what the backup says. It has no passwords: they keep the present ones. The role Zelo connects as stays as it is.
pg-warning-sessions = All sessions of { $databases } are ended, and new ones are refused for about a second.
pg-warning-writes-stay = What is written to { $databases } between the safety backup and the swap stays in the old copy, beside the restored one.
pg-warning-kept-owner = “{ $database }” keeps its present owner “{ $now }”; in the backup it was “{ $then }”.
pg-warning-kept-grants = “{ $database }” keeps its present grants on the database (CONNECT, CREATE, TEMPORARY); they are not those of the backup.
pg-warning-kept-comment = “{ $database }” keeps its present comment; it is not that of the backup.
pg-warning-kept-limit = “{ $database }” keeps its present connection limit; it is not that of the backup.
pg-warning-kept-settings = “{ $database }” keeps its present settings; these are not as in the backup: { $settings }.
pg-warning-in-place = { $databases } is dropped before it is loaded: it is away for the whole restore, and only the safety backup can bring it back.
pg-warning-in-place-writes = Stop whatever writes to { $databases }. What is written after the safety backup has begun would be lost by the drop: if the row counters have moved by then, nothing is dropped and the restore ends there. A sequence that only counted on is not noticed. If an application makes a new database of that name during the restore, it is set aside beside, never dropped.
pg-warning-written = Since the restore, { $inserted } rows were inserted into “{ $database }”, { $updated } updated and { $deleted } deleted. They are set aside, not lost.
pg-warning-written-unknown = How much was written to “{ $database }” since the restore is not known: its statistics began anew. It is set aside, not lost.
pg-warning-aside-gone = “{ $aside }” is gone already; only the entry is closed.

## Lines of an operation's log.

pg-log-dump-said = pg_dump said about “{ $database }”: { $words }
pg-log-load-said = Loading “{ $database }” said: { $words }
pg-log-extension-version = The extension { $extension } was { $then } in the backup and is { $now } here
pg-log-roles-unknown = Grants and settings of “{ $database }” for roles that do not exist here were left out: { $roles }
pg-log-no-shape = This backup does not say which owners, policies and triggers “{ $database }” had: they were not compared
pg-log-grants-differ = Grants in “{ $database }” are not as they were when the backup was taken: { $names }
pg-log-role-used = The role “{ $role }” is in use by now and was left
pg-log-set-aside = What was restored into “{ $database }”, and written since, lies in “{ $aside }”
pg-log-name-taken = Somebody had made a database “{ $database }” while the name was free: it lies in “{ $aside }” now, untouched
pg-log-not-rehearsed = The backup of “{ $database }” is plain SQL: whether it loads here is not tried beforehand
pg-log-safety-differs = “{ $database }” was loaded from the safety backup and differs from it; look at this first: { $words }

## Reaching a server.

problem-pg-where = Neither a container nor a host name is given
    .safe = Nothing was changed.
    .next = Name the container the server runs in, or give its host name or a connection string.

problem-pg-field-unknown = There is no field “{ $field }” for PostgreSQL
    .safe = Nothing was changed.
    .next = Check the spelling of the field.

problem-pg-port = “{ $port }” is not a port
    .safe = Nothing was changed.
    .next = Give a number from 1 to 65535; PostgreSQL's own is 5432.

problem-pg-tls-mode = “{ $tls }” is not a TLS mode
    .safe = Nothing was changed.
    .next = Choose disable, prefer, require, verify-ca or verify-full.

problem-pg-url = This is not a PostgreSQL connection string
    .safe = Nothing was changed.
    .next = Write it as postgres://user:password@host:port/database; special characters in the password as %XX.

problem-pg-url-option = The connection string has the option “{ $option }”, which Zelo does not use
    .safe = Nothing was changed.
    .next = Remove the option, or give the fields one by one.

problem-pg-docker-unknown = There is no Docker host called “{ $host }”
    .safe = Nothing was changed.
    .next = Check the host's name; this machine's is “local”.

problem-pg-name-lookup = The name “{ $host }” cannot be found
    .safe = Nothing was changed.
    .next = Check the spelling and this machine's name service (DNS).

problem-pg-refused = { $host } refuses connections on port { $port }
    .safe = Nothing was changed.
    .next = Check that PostgreSQL runs there, listens on that port and address, and that no firewall is in the way.

problem-pg-unreachable = There is no way to { $host }
    .safe = Nothing was changed.
    .next = Check the network between this machine and that host.

problem-pg-timeout = { $host } did not answer on port { $port } in time
    .safe = Nothing was changed.
    .next = A firewall that drops packets is the usual cause; also check the address and the load of the server.

problem-pg-connect = The connection to { $host } on port { $port } failed
    .safe = Nothing was changed.
    .next = Read the client's message below.

problem-pg-tls = The encrypted connection to { $host } failed
    .safe = Nothing was changed.
    .next = Read the client's message below; check the server's certificate and TLS settings.

problem-pg-tls-unsupported = { $host } does not offer TLS, and this resource asks for it
    .safe = Nothing was changed.
    .next = Turn on ssl in the server's settings, or choose the TLS mode “prefer” if the network is trusted.

problem-pg-tls-untrusted = The certificate of { $host } is not signed by a trusted authority
    .safe = Nothing was changed.
    .next = Give the file with the right certificate authority. If the certificate changed without your doing, find out why first.

problem-pg-tls-name = The certificate is for another name than { $host }
    .safe = Nothing was changed.
    .next = Use the name in the certificate, or choose verify-ca if you trust every server of that authority.

problem-pg-tls-ca = The file with the certificate authority cannot be read
    .safe = Nothing was changed.
    .next = Check the path given as “ca” on the machine Zelo runs on.

problem-pg-no-tls = The connection goes over the network unencrypted
    .safe = Nothing was changed.
    .next = Turn on TLS on the server, or make sure that this network is trusted.

problem-pg-hba = The server's pg_hba.conf does not let “{ $user }” into “{ $database }” from here
    .safe = Nothing was changed.
    .next = Add a line for this user, database and address to pg_hba.conf and reload the server. It names { $host }.

problem-pg-password = The server does not accept the password of “{ $user }”
    .safe = Nothing was changed.
    .next = If it was changed, give Zelo the new one: zelo resource edit NAME --password-stdin. Else set it with ALTER ROLE.

problem-pg-password-missing = The server asks for a password of “{ $user }”, and none is stored
    .safe = Nothing was changed.
    .next = Give it with --password-stdin: to “zelo resource add”, or to “zelo resource edit NAME” if it was added already.

problem-pg-no-role = There is no role “{ $user }” on this server
    .safe = Nothing was changed.
    .next = Check the user; in the official image it is the value of POSTGRES_USER.

problem-pg-login-forbidden = “{ $user }” may not connect to “{ $database }”
    .safe = Nothing was changed.
    .next = Grant LOGIN to the role and CONNECT on the database, or use another role.

problem-pg-no-database = There is no database “{ $database }” on this server
    .safe = Nothing was changed.
    .next = Check the name; upper and lower case count.

problem-pg-database-closed = “{ $database }” does not accept connections
    .safe = Nothing was changed.
    .next = An operation may be swapping it right now. If none is running: ALTER DATABASE … ALLOW_CONNECTIONS true.

problem-pg-database-invalid = “{ $database }” is what an interrupted DROP DATABASE left
    .safe = Nothing was changed.
    .next = PostgreSQL can no longer open it. Drop it for good with DROP DATABASE; a backup of it can be restored then.

problem-pg-no-other-database = No other database can be connected to
    .safe = Nothing was changed.
    .next = Renaming a database takes a connection to another one. Create the database “postgres” or allow connections to “template1”.

problem-pg-busy = The server has no free connection
    .safe = Nothing was changed.
    .next = Wait, end idle sessions, or raise max_connections.

problem-pg-starting = PostgreSQL on { $host } is starting or stopping
    .safe = Nothing was changed.
    .next = Wait until it is ready. If it takes long, read its log: it may be recovering from a crash.

problem-pg-lost = The connection to the server broke
    .safe = Nothing half done stays: the server rolls open transactions back.
    .next = Check whether the server was restarted or ran out of memory, then try again.

problem-pg-client = psql ended with code { $code }
    .safe = Nothing half done stays: the server rolls open transactions back.
    .next = Read its message below.

problem-pg-answer = PostgreSQL's client answered with something unexpected
    .safe = Nothing half done stays.
    .next = Read the details below; if they do not explain it, report them.

problem-pg-facts = What was planned cannot be read any more
    .safe = Nothing was changed.
    .next = Plan the operation again. If it was made by another version of Zelo, use that version to finish it.

## What a server said.

problem-pg-permission = The role Zelo uses may not do this
    .safe = Nothing half done stays.
    .next = Read the server's message below and grant what it names, or use a superuser.

problem-pg-disk-full = The database's disk is full
    .safe = The live database was not touched; what was made beside it is removed.
    .next = Free space on the database's disk, then try again.

problem-pg-locks-short = The server has too few locks for so many objects
    .safe = The live database was not touched; nothing half done stays.
    .next = Raise max_locks_per_transaction on the server (64 by default), restart it, then try again.

problem-pg-locked = A lock was not free in time
    .safe = Nothing half done stays.
    .next = Someone holds the database: look at pg_stat_activity, then try again.

problem-pg-in-use = The database is in use
    .safe = Nothing half done stays.
    .next = End the sessions named below, then try again.

problem-pg-statement-timeout = The server did not answer a question in time
    .safe = Nothing was changed.
    .next = The server may be overloaded. Try again when it is calmer.

problem-pg-conflict = Two transactions were in each other's way
    .safe = The server rolled this one back.
    .next = Try again.

problem-pg-corrupt = The server found damaged data
    .safe = The database was only read.
    .next = Keep every backup you have. Check the disk, then look at the server's log for the file it names.

problem-pg-statement = The server refused a statement (SQLSTATE { $state })
    .safe = Nothing half done stays.
    .next = Read the server's message below.

problem-pg-server-old = PostgreSQL { $server } is older than 12
    .safe = Nothing was changed.
    .next = Zelo supports 12 and later. Upgrade the server.

problem-pg-tool-old = pg_dump { $tool } is older than the server { $server }
    .safe = Nothing was changed.
    .next = Install the client package of the server's version (Debian: postgresql-client-NN) where Zelo runs.

problem-pg-unreadable = “{ $user }” may not read { $tables } tables or sequences of “{ $database }”, for example { $example }
    .safe = Nothing was changed.
    .next = GRANT pg_read_all_data to the role, or use a superuser.

problem-pg-unreadable-objects = “{ $user }” may not read all large objects of “{ $database }”
    .safe = Nothing was changed.
    .next = pg_read_all_data does not cover large objects: use a superuser, or the role that owns them.

problem-pg-no-role-passwords = “{ $user }” may not read the roles' passwords
    .safe = Nothing was changed.
    .next = Backups will hold the roles without passwords. Use a superuser to include them.

problem-pg-not-superuser = “{ $user }” is no superuser
    .safe = Nothing was changed.
    .next = Replacing a database with its owners and grants takes a superuser. Without one, restore under a new name.

problem-pg-no-createdb = “{ $user }” may not create databases
    .safe = Nothing was changed.
    .next = ALTER ROLE … CREATEDB, or use a superuser.

problem-pg-standby = This server is a standby: it can only be read
    .safe = Nothing was changed.
    .next = Restore on the primary server.

problem-pg-supabase-restore = The database of a Supabase stack is not restored by itself
    .safe = It can be backed up here at any time.
    .next = Its roles, owners and services belong to the whole instance: restore it as one.

## Backup.

problem-pg-format-unknown = There is no dump format “{ $format }”
    .safe = Nothing was changed.
    .next = Choose “custom” or “plain”.

problem-pg-nothing-to-dump = There is no database to back up
    .safe = Nothing was changed.
    .next = Templates and Zelo's own side databases are left out. Create a database, or name one.

problem-pg-dump-failed = pg_dump of “{ $database }” ended with code { $code }
    .safe = The incomplete file has been removed. The database was only read.
    .next = Read its message below.

problem-pg-dump-locked = A table of “{ $database }” stayed locked, so the dump was given up
    .safe = The incomplete file has been removed. The database was only read.
    .next = Someone holds an exclusive lock (ALTER TABLE, VACUUM FULL…). Try again when it is done.

problem-pg-dump-permission = pg_dump may not read all of “{ $database }”
    .safe = The incomplete file has been removed. The database was only read.
    .next = Read its message below, then grant the right it names or use a superuser.

## What a part of a backup looks like.

problem-pg-archive-format = This is not an archive of pg_dump -Fc
    .safe = Nothing was changed.
    .next = Check that the right file was given.

problem-pg-archive-version = The archive's version { $version } is not one this Zelo knows
    .safe = Nothing was changed.
    .next = It may come from a newer PostgreSQL. Update Zelo, or restore it by hand with that version's pg_restore.

problem-pg-archive-broken = The archive is damaged
    .safe = Nothing was changed.
    .next = Do not rely on this backup. Verify the other backups, and the disk they lie on.

problem-pg-archive-truncated = The archive ends too early, after { $bytes }
    .safe = Nothing was changed.
    .next = Do not rely on this file. If a dump was running, its own error says why it stopped.

problem-pg-archive-unreadable = pg_restore cannot read the archive (code { $code })
    .safe = Nothing was changed.
    .next = Do not rely on this backup. Read pg_restore's message below.

problem-pg-plain-format = This is not a dump of pg_dump
    .safe = Nothing was changed.
    .next = Check that the right file was given.

problem-pg-plain-truncated = The dump ends too early, after { $bytes }
    .safe = Nothing was changed.
    .next = Its last line, “PostgreSQL database dump complete”, is missing. Do not rely on this file.

problem-pg-roles-broken = The file of roles is damaged or was changed
    .safe = Nothing was changed.
    .next = Do not run it. Take the roles from another backup.

problem-pg-roles-version = The file of roles has version { $version }, which this Zelo does not know
    .safe = Nothing was changed.
    .next = Update Zelo, or run the file by hand with psql.

problem-pg-settings-broken = The file of a database's settings is damaged or was changed
    .safe = Nothing was changed.
    .next = Do not run it. Take the database from another backup.

problem-pg-settings-version = The file of a database's settings has version { $version }, which this Zelo does not know
    .safe = Nothing was changed.
    .next = Update Zelo, or follow the backup's RECOVER.md.

problem-pg-part-unread = A part of the backup could not be read to its end
    .safe = Nothing was changed.
    .next = Read the system's message below and verify the backup.

problem-pg-part-gone = The backup has no part “{ $part }” any more
    .safe = Nothing was changed.
    .next = Plan the restore again.

## Restore.

problem-pg-nothing-to-restore = The backup holds no database
    .safe = Nothing was changed.
    .next = Choose another backup.

problem-pg-not-in-backup = “{ $database }” is not in this backup
    .safe = Nothing was changed.
    .next = Look at what it holds with “zelo backup info”.

problem-pg-new-name-one = A new name is for one database, and { $count } were chosen
    .safe = Nothing was changed.
    .next = Choose one database of the backup.

problem-pg-new-name-in-place = A new name and “in place” exclude each other
    .safe = Nothing was changed.
    .next = Leave one of them out.

problem-pg-name-bad = “{ $database }” cannot be the name of a database
    .safe = Nothing was changed.
    .next = Choose 1 to 63 bytes that do not look like one of Zelo's own side databases.

problem-pg-name-taken = There already is a database “{ $database }”
    .safe = It was not touched.
    .next = Choose another name.

problem-pg-restore-tool-old = pg_restore { $tool } is older than the pg_dump { $dump } that made the backup
    .safe = Nothing was changed.
    .next = Restore into a server of at least that version, or install its client programs.

problem-pg-load-version = pg_restore is too old to read the backup of “{ $database }”
    .safe = The live database was not touched, or is brought back from the safety backup if it was dropped first; what was made beside it is removed.
    .next = Restore into a server of at least the version that was backed up.

problem-pg-extensions-missing = This server does not have the extensions { $extensions }
    .safe = Nothing was changed.
    .next = Install them (or use an image that has them), then restore.

problem-pg-extension-unavailable = An extension of “{ $database }” cannot be created here
    .safe = The live database was not touched, or is brought back from the safety backup if it was dropped first; what was made beside it is removed.
    .next = Read the server's message below and install the extension it names.

problem-pg-prepared-transactions = “{ $database }” has { $count } prepared transactions
    .safe = Nothing was changed.
    .next = A database with prepared transactions cannot be renamed. Finish them with COMMIT PREPARED or ROLLBACK PREPARED (pg_prepared_xacts lists them).

problem-pg-replication-slots = “{ $database }” has { $count } logical replication slots
    .safe = Nothing was changed.
    .next = A slot would go on with the old copy. Stop its subscribers and drop the slots (pg_replication_slots lists them), then set replication up anew.

problem-pg-subscriptions = “{ $database }” has { $count } subscriptions
    .safe = Nothing was changed.
    .next = Their workers would go on with the old copy. Drop the subscriptions, restore, then create them again.

problem-pg-disk-two-copies = The database's disk has { $free } free; a second copy takes about { $bytes }, and { $reserve } must stay free
    .safe = Nothing was changed.
    .next = Free space, or restore in place: that drops the live database first, with the safety backup as the only way back.

problem-pg-disk-short = The database's disk has { $free } free; the restore takes about { $bytes }, and { $reserve } must stay free
    .safe = The live database was not touched; what was made beside it is removed.
    .next = Free space on the database's disk, then try again.

problem-pg-in-place-unavailable = A restore in place is not possible here
    .safe = Nothing was changed.
    .next = It takes a safety backup that can be read again. Restore beside instead.

problem-pg-in-place-done = The restored database is in place; only a person may replace it again
    .safe = The restored data was compared with the backup. The former contents are in the safety backup.
    .next = If the former contents are wanted, restore the safety backup. Else mark this operation resolved.

problem-pg-drop-without-safety = “{ $database }” is not dropped without a safety backup of it
    .safe = It was not dropped now, or its backup is looked for to bring it back.
    .next = Take a backup of it first. If it is gone already, restore the newest backup.
problem-pg-written-since-safety = “{ $database }” was written to after its safety backup had begun
    .safe = It was not dropped; it is as its users left it and is opened again.
    .next = Stop what writes to it, then restore again. Where the disk holds both, restore beside: that keeps what is written meanwhile.

problem-pg-settings-since-safety = The settings of “{ $database }” were changed after its safety backup had begun
    .safe = It was not dropped; it is as its users left it and is opened again.
    .next = Restore again: the new safety backup has them.

problem-pg-writes-uncounted = The server does not count what is written to “{ $database }” (track_counts is off)
    .safe = Nothing was changed.
    .next = Set track_counts = on, or restore beside: without counters nobody can tell whether the safety backup holds everything.

problem-pg-safety-unloadable = The safety backup of “{ $database }” does not load on this server
    .safe = The live database was not touched: it is not dropped while nothing can bring it back.
    .next = Read why below and put it right (an extension that was removed?), or restore beside.

problem-pg-backup-unloadable = The backup of “{ $database }” does not load on this server
    .safe = The live database was not touched.
    .next = Read why below: an extension, a role or a newer server it was made on.

problem-pg-own-sessions-stay = Sessions of this operation have not ended on the server
    .safe = Nothing is undone while something may still be done.
    .next = Look at pg_stat_activity for sessions named zelo-…: one that removes a large database's files ends by itself. Then try the undo again.

problem-pg-notes-missing = What “{ $database }” was like before it was dropped is not in the journal
    .safe = Its contents are in the safety backup.
    .next = Restore the safety backup.

problem-pg-locale-missing = This server cannot make a database with the locale “{ $locale }”
    .safe = Nothing was changed.
    .next = Install the locale on the server (or use the image the backup was made with).

problem-pg-load-failed = Loading “{ $database }” ended with code { $code }
    .safe = The live database was not touched, or is brought back from the safety backup if it was dropped first; what was made beside it is removed.
    .next = Read the message below.

problem-pg-load-partial = The client stopped before the end of the backup of “{ $database }”
    .safe = The live database was not touched, or is brought back from the safety backup if it was dropped first; what was made beside it is removed.
    .next = Verify the backup; if it is whole, try again.

problem-pg-load-permission = “{ $user }” may not create all that “{ $database }” holds
    .safe = The live database was not touched, or is brought back from the safety backup if it was dropped first; what was made beside it is removed.
    .next = Restore as a superuser.

problem-pg-load-role = A role that “{ $database }” needs does not exist here
    .safe = The live database was not touched, or is brought back from the safety backup if it was dropped first; what was made beside it is removed.
    .next = Create the role named below, or restore from a backup that includes the roles.

problem-pg-shape-differs = The restored “{ $database }” has { $count } owners, policies, triggers or functions that are not as in the backup
    .safe = The live database was not touched; what was made beside it is removed.
    .next = Read which below. If the backup has a physical copy of the cluster, or another one does, restore that: it is not loaded, but started as it lay on the disk.

problem-pg-compare-differs = The restored “{ $database }” differs from the backup in { $count } counts
    .safe = The live database was not touched, or is brought back from the safety backup if it was dropped first; what was made beside it is removed.
    .next = Read which below. Verify the backup, and restore an older one if it is damaged.

problem-pg-sessions-stay = Sessions of { $database } do not end
    .safe = The live databases keep their names and are opened again.
    .next = Look at pg_stat_activity for who stays (a background worker of an extension?), end it, and try again.

## What was set aside.

problem-pg-nothing-aside = Nothing was set aside by that restore
    .safe = Nothing was changed.
    .next = Restore the safety backup instead.

problem-pg-aside-gone = The former “{ $database }” is not there any more (“{ $aside }”)
    .safe = Nothing was changed.
    .next = It was dropped or renamed outside Zelo. Restore the safety backup instead.

problem-pg-not-aside = “{ $database }” is not a name Zelo gives to what it sets aside
    .safe = Nothing was changed.
    .next = Zelo drops and swaps only what it made itself.

problem-pg-aside-other = Another database bears the name “{ $aside }” by now
    .safe = It was not touched: Zelo drops only the very database it set aside.
    .next = Find out whose it is, and rename it. Then try again.

## What came from elsewhere.

pg-step-admit = Make the role “{ $role }”, which will own “{ $side }” and nothing else
pg-step-prepare = Give “{ $side }” to that role, and let nobody else in
pg-step-reload-roles = Make the roles what the backup says, passwords included
pg-undo-nothing-cluster = goes with the side cluster
pg-step-load-outside = Load “{ $database }” ({ $bytes }) beside the live one, as “{ $role }”
pg-step-count = Count what is in “{ $database }” now
pg-step-own = Give everything in “{ $database }” to “{ $owner }”
pg-undo-admit = drops the role
pg-log-counted = “{ $database }” came from elsewhere, without counts to compare with. It holds { $tables } tables with { $rows } rows.
pg-warning-outside-owner = Who owned what and who was granted what in the file is left out: everything in “{ $database }” will belong to “{ $owner }”, who owns it now. Grants to others must be given anew.
pg-warning-outside-role = Who owned what and who was granted what in the file is left out: everything in “{ $database }” will belong to “{ $role }”, a role without a login. What a superuser owns runs with all rights, so nothing from elsewhere may become that. Grants to others must be given anew.
pg-warning-outside-counts = There are no counts to compare “{ $database }” with: what is loaded is counted and written down.
pg-warning-outside-roles = The roles in this backup are not made: a file from elsewhere does not decide who may log in here.

problem-pg-outside-in-place = What came from elsewhere is not restored in place
    .safe = Nothing was changed.
    .next = Restore it beside (without --in-place), or under a new name; that needs room for both.

problem-pg-outside-replace-roles = Roles are not changed to what a backup from elsewhere says
    .safe = Nothing was changed.
    .next = Restore it without --replace-roles, and change the roles by hand.

problem-pg-outside-not-superuser = “{ $user }” is no superuser: it cannot make a role that is kept to one database
    .safe = Nothing was changed.
    .next = Let Zelo connect as a superuser for this restore, or load the file by hand as a role of little rights.

problem-pg-outside-newer = The file was made on PostgreSQL { $from }; this server is { $to }
    .safe = Nothing was changed.
    .next = Restore it into a server of that version or a newer one.

problem-pg-outside-psql-old = psql { $version } cannot be kept from running commands that stand in a file
    .safe = Nothing was changed; nothing of the file was run.
    .next = Update the server within its major version (13.22, 14.19, 15.14, 16.10, 17.6 or later), or bring the database in as an archive of pg_dump -Fc.

problem-pg-outside-extension = The file needs extensions that only a superuser can make: { $extensions }
    .safe = Nothing was changed.
    .next = If you trust the file, load it by hand. Else make the dump without these extensions (pg_dump --extension, from 14 on).

problem-pg-outside-login = The server does not let the role “{ $role }” log in, which was made to load the file
    .safe = The live database was not touched; what was made beside it is removed, the role too.
    .next = Let roles log in with a password from the machine itself (pg_hba.conf: host all all 127.0.0.1/32 scram-sha-256), reload, and try again.

problem-pg-outside-stopped = Loading “{ $database }” ended at something that reaches beyond its own database
    .safe = It was refused and did not run. The live database was not touched; what was made beside it is removed.
    .next = The message below names it. Look at that place in the file; a plain pg_dump of one database holds nothing like it.

problem-pg-outside-heir = “{ $owner }” owns the live database and has become a superuser, or is gone, since this was planned
    .safe = The live database was not touched; what was made beside it is removed.
    .next = Begin again: the new plan takes that into account.

problem-pg-outside-nul = The file begins like a plain dump and holds bytes that no text has
    .safe = Nothing was stored.
    .next = It is damaged, or made to be read otherwise than it looks. Make the dump anew.

problem-pg-outside-cluster = This is a whole cluster in one file (pg_dumpall): several databases and the roles
    .safe = Nothing was stored.
    .next = Bring in one pg_dump a database.

problem-pg-outside-toc-alone = This is only the table of contents of a dump in several files
    .safe = Nothing was stored.
    .next = Bring in the whole folder, or a tar of it.

problem-pg-outside-toc-long = The table of contents is longer than is taken in: { $bytes } at most
    .safe = Nothing was stored.
    .next = Dump the database in the custom format (pg_dump -Fc).

problem-pg-outside-compression = The files of this dump are compressed with { $method }, which Zelo does not read
    .safe = Nothing was stored.
    .next = Dump with gzip or zstd, or in the custom format.
