### Files from elsewhere: what was found in them, and taking them in.

outside-format = “{ $file }” is { $format ->
        [plain] a plain SQL dump of PostgreSQL
        [custom] an archive of pg_dump in its custom format
        [directory] a dump of pg_dump in its directory format
        [tar] a tar archive of pg_dump
        [sqlite] a SQLite database
       *[other] { $format }
    }{ $codec ->
        [gzip] , compressed with gzip
        [zstd] , compressed with zstd
       *[none] { "" }
    }.
outside-versions = It says it was made on version { $server }{ $tool ->
        [none] { "" }
       *[other] , with version { $tool } of the tool
    }.
outside-made = It says it was made at { $when } (the clock of the machine that made it).
outside-databases = Databases it names: { $names }
outside-roles = Owners and other roles it names: { $names }
outside-extensions = Extensions it wants: { $names }
outside-tables = 
    { $count ->
        [one] It makes one table.
       *[other] It makes { $count } tables.
    }
outside-dangers-more = 
    { $count ->
        [one] One more place like these was found.
       *[other] { $count } more places like these were found.
    }

## What a person should look at before it is restored. The excerpt stands last.

outside-danger-shell =
    { $place ->
        [entry] Entry
       *[line] Line
    } { $line }: it runs a program on the machine. It is never run. { $excerpt }
outside-danger-connect =
    { $place ->
        [entry] Entry
       *[line] Line
    } { $line }: it leaves for another database. It is never run. { $excerpt }
outside-danger-program =
    { $place ->
        [entry] Entry
       *[line] Line
    } { $line }: it starts a program. It is never run. { $excerpt }
outside-danger-include =
    { $place ->
        [entry] Entry
       *[line] Line
    } { $line }: it reads another file of the machine as a script. It is never run. { $excerpt }
outside-danger-meta =
    { $place ->
        [entry] Entry
       *[line] Line
    } { $line }: a command to psql itself, which pg_dump never writes. It is never run. { $excerpt }
outside-danger-copy-program =
    { $place ->
        [entry] Entry
       *[line] Line
    } { $line }: it starts a program on the database server. { $excerpt }
outside-danger-copy-file =
    { $place ->
        [entry] Entry
       *[line] Line
    } { $line }: it reads or writes a file of the database server. { $excerpt }
outside-danger-drop-database =
    { $place ->
        [entry] Entry
       *[line] Line
    } { $line }: it drops a database. { $excerpt }
outside-danger-other-database =
    { $place ->
        [entry] Entry
       *[line] Line
    } { $line }: it makes or changes a database. { $excerpt }
outside-danger-system =
    { $place ->
        [entry] Entry
       *[line] Line
    } { $line }: it changes the server’s configuration. { $excerpt }
outside-danger-superuser =
    { $place ->
        [entry] Entry
       *[line] Line
    } { $line }: it makes a superuser. { $excerpt }
outside-danger-role =
    { $place ->
        [entry] Entry
       *[line] Line
    } { $line }: it makes or changes a role of the whole server. { $excerpt }
outside-danger-server =
    { $place ->
        [entry] Entry
       *[line] Line
    } { $line }: it reaches the server’s files or settings. { $excerpt }
outside-danger-event-trigger =
    { $place ->
        [entry] Entry
       *[line] Line
    } { $line }: it makes a trigger that runs for everyone. { $excerpt }
outside-danger-elsewhere =
    { $place ->
        [entry] Entry
       *[line] Line
    } { $line }: it connects to another server. { $excerpt }
outside-danger-load =
    { $place ->
        [entry] Entry
       *[line] Line
    } { $line }: it loads a library into the server. { $excerpt }
outside-danger-large-object =
    { $place ->
        [entry] Entry
       *[line] Line
    } { $line }: it reads or writes a file of the database server through a large object. { $excerpt }
outside-danger-language =
    { $place ->
        [entry] Entry
       *[line] Line
    } { $line }: it is or contains code in a language that no right confines. { $excerpt }
outside-danger-extension =
    { $place ->
        [entry] Entry
       *[line] Line
    } { $line }: it installs an extension that reaches beyond the database. { $excerpt }
outside-danger-unsearched =
    { $place ->
        [entry] Entry
       *[line] Line
    } { $line }: rows stand there as statements, which were not searched one by one. { $excerpt }

## Taking a file in.

plan-upload = Take in “{ $file }” as a backup of { $resource }
step-upload-source = Look whether “{ $file }” is still what was looked at
step-upload-look = Look through “{ $file }”: what it is, what is in it, and its digest
step-unpack = Unpack the archive in the staging folder
step-store = Store it in one pass and compare its digest
step-structure = Check the structure of every part
step-put-away = Remove the received file
undo-staged = The staging folder goes as a whole.
undo-put-away = Its contents are in the store.

problem-upload-missing = “{ $file }” cannot be read
    .safe = Nothing was stored.
    .next = Read the system's message below. Check the path, and that the user Zelo runs as may read it.
problem-upload-not-a-file = “{ $file }” is neither a file nor a folder
    .safe = Nothing was stored.
    .next = Name a plain file.
problem-upload-too-large = “{ $file }” is larger than is taken in: { $bytes }, at most { $total }
    .safe = Nothing was stored.
    .next = Raise store.upload_limit in the settings, if the disk has room for it.
problem-upload-unknown = “{ $file }” cannot be taken in: it looks like { $looks ->
        [empty] an empty file
        [zip] a zip archive
        [xz] a file compressed with xz
        [bzip2] a file compressed with bzip2
        [n7z] a 7z archive
        [rar] a rar archive
        [lz4] a file compressed with lz4
        [lzip] a file compressed with lzip
        [compress] a file compressed with compress
        [gzip] a file compressed with gzip twice, or damaged
        [zstd] a file compressed with zstd twice, or damaged
        [pdf] a PDF document
        [image] an image
        [program] a program
        [sqlite] a SQLite database
        [postgres] a PostgreSQL dump
        [mysql] a MySQL dump
        [mariadb] a MariaDB dump
        [mongodb] a MongoDB archive
        [redis] a Redis snapshot
        [pgp] a file encrypted with OpenPGP
        [age] a file encrypted with age
        [openssl] a file encrypted with OpenSSL
        [zeros] nothing but zeros
        [html] an HTML page
        [xml] an XML document
        [json] a JSON document
        [sql] SQL that no pg_dump wrote
        [text] a text
        [tar] a tar archive without a dump or a manifest
        [folder] a folder without a dump or a manifest
       *[other] nothing known here; it may be encrypted
    }
    .safe = Nothing was stored.
    .next = Bring in what the database's own tool wrote (pg_dump of one database, or a SQLite database file), plain or compressed with gzip or zstd, or a download of another Zelo. Decrypt or unpack it first if need be.
problem-upload-other-kind = “{ $file }” is of the kind { $found }; the resource is of the kind { $wanted }
    .safe = Nothing was stored.
    .next = Choose a resource of that kind.
problem-upload-truncated = The file ends too early: part of it is missing
    .safe = Nothing was stored.
    .next = Copy or upload it again. If it is as short where it came from, it was cut there: make a new dump.
problem-upload-broken = The file is damaged
    .safe = Nothing was stored.
    .next = Copy or upload it again. If it is damaged where it came from, use another one.
problem-upload-changed = “{ $file }” is no longer what was looked at
    .safe = Nothing was stored, and nothing of it is listed.
    .next = Wait until whatever writes it is done, then begin again.
problem-upload-archive = The archive holds what is not unpacked: { $why ->
        [link] a link
        [device] a device or a pipe
        [path] a path that leads out of it or has no plain name
        [twice] two files of one name
        [count] too many files
        [name] a name or attribute far too long
       *[kind] something that is no plain file
    } ({ $entry })
    .safe = Nothing was unpacked and nothing was stored.
    .next = pg_dump and Zelo write no such archives. Pack the files anew, and find out where this one comes from.
problem-upload-manifest = The manifest in “{ $file }” cannot be accepted
    .safe = Nothing was stored.
    .next = Read the message below. A manifest of a later version needs a later Zelo.
problem-upload-part-missing = “{ $file }” does not hold “{ $path }”, which its manifest names
    .safe = Nothing was stored.
    .next = Download the backup again, whole; of a folder, copy all its files.
problem-upload-part-damaged = “{ $path }” in “{ $file }” is not what its manifest says
    .safe = Nothing was stored.
    .next = Download the backup again. If it is so where it came from, verify the backup there.
problem-restore-other-project = This backup is of another project's “{ $backup }”; it would be loaded into “{ $target }” with all rights there.
    .safe = Nothing was changed.
    .next = Download it and bring it in there, where it is inspected and gets no more rights than its database, or ask an administrator to restore it.
problem-restore-outside-refused = This backup came from elsewhere and holds a command that must never run: { $excerpt }
    .safe = Nothing was changed; nothing of it was run.
    .next = Make the dump anew with pg_dump of that one database, without -C, or in the custom format, and bring that in.
