### SQLite databases in files on this machine.

sqlite-field-path = Path of the database file

sqlite-check-file = The file
sqlite-check-read = Permission to read it
sqlite-check-format = A SQLite database
sqlite-check-integrity = Its integrity
sqlite-check-write = Permission to write it
sqlite-check-folder = Permission to write its folder

sqlite-seen-mode = journal mode { $mode }

sqlite-step-dump = Copy “{ $file }” while it is in use, check the copy and store it
sqlite-step-side = Unpack the backup beside the database as “{ $file }”
sqlite-step-compare = Check “{ $file }” and compare it with what it must contain
sqlite-step-keep = Copy what is live now to “{ $file }”
sqlite-step-swap = Put the new contents into “{ $file }” in one transaction
sqlite-step-settle = Remove “{ $file }”, whose contents are live now
sqlite-step-answers = Open “{ $file }” and read it
sqlite-step-clear = Move aside what a lost “{ $file }” left behind
sqlite-step-place = Give the file its name “{ $file }”
sqlite-step-free = Remove “{ $file }” for good

sqlite-undo-dump = The copy is removed; what reached the store goes with the unfinished backup.
sqlite-undo-side = “{ $file }” is removed.
sqlite-undo-keep = “{ $file }” is removed; the database has the same contents.
sqlite-undo-swap = The contents of “{ $file }” are put back in one transaction; what was written since is set aside first.
sqlite-undo-looks = It only reads.
sqlite-undo-settle = What it removes exists in the database itself.
sqlite-undo-clear = The files get their names back.
sqlite-undo-place = “{ $file }” gives its name up again, unless somebody uses it already.
sqlite-undo-free = A removed file does not come back; the safety backup holds its contents.

sqlite-warn-writes = What is written between the safety backup and the swap stays in the old copy, which is kept beside the database.
sqlite-warn-open = Programs that have the database open see the other contents at their next statement. Those that remember what they read should be restarted.
sqlite-warn-log = The database uses a write-ahead log, which grows by up to { $bytes } until SQLite next tidies it up.
sqlite-warn-rollback-mode = The database uses no write-ahead log. If it is written to all the time, writers wait while the last try of the copy runs.
sqlite-warn-in-place = A SQLite database is always restored beside first; the wish to restore in place is not needed.
sqlite-warn-leftover = The database is gone, but its “{ $file }” is still there. It is moved aside, because SQLite would write its contents into the restored database.
sqlite-warn-aside-gone = “{ $file }” is gone already; only the entry is closed.

sqlite-diff-rows = { $table }: rows now { $now }, after the undo { $then }
sqlite-diff-goes = { $table }: exists now (rows: { $now }), and not after the undo
sqlite-diff-comes = { $table }: does not exist now, and does after the undo (rows: { $then })
sqlite-diff-more = { $count ->
    [one] one more table differs
   *[other] { $count } more tables differ
}
sqlite-diff-none = Every table has the same number of rows now and after the undo; their contents may differ.

sqlite-log-since = What was live between the swap and its being taken back holds changes of its own. It is kept beside the database as “{ $file }”.

problem-sqlite-path-required = The path of the database file is missing
    .safe = Nothing was saved.
    .next = Give the absolute path of the file, such as /srv/app/data.db.

problem-sqlite-path = “{ $path }” cannot be the name of a SQLite database here ({ $why ->
    [relative] it is not an absolute path
    [nul] it contains a zero byte
    [parent] it contains “..”
    [folder] it names a folder
    [long] it is too long for SQLite
    [name] it is not the name of a file
    [companion] it is the name of a journal or log of SQLite
    [side] it is the name of a copy made by Zelo
    [encoding] it is not valid UTF-8
   *[other] { $why }
})
    .safe = Nothing was changed.
    .next = Give the path of the database file itself, absolute and without “..”.

problem-sqlite-field-unknown = A SQLite resource has no field “{ $field }”
    .safe = Nothing was saved.
    .next = Leave it out: the only field is “path”.

problem-sqlite-missing = There is no file at “{ $path }”
    .safe = Nothing was changed.
    .next = Check the path and whether its disk is mounted. A database that is lost can be restored to the same path from any of its backups.

problem-sqlite-not-a-file = “{ $path }” is not a file
    .safe = Nothing was changed.
    .next = Give the path of the database file, not of its folder.

problem-sqlite-permission = Zelo may not use “{ $path }”
    .safe = Nothing was changed.
    .next = Let the user that Zelo runs as read and write the file and its folder, then try again.

problem-sqlite-file-readonly = Zelo may read “{ $path }” but not write it
    .safe = The database can be backed up; nothing was changed.
    .next = Before a restore, let the user that Zelo runs as write the file.

problem-sqlite-folder-readonly = Zelo may not write the folder “{ $folder }”
    .safe = Nothing was changed. Backups do not need this.
    .next = A restore works beside the database: let the user that Zelo runs as write the folder.

problem-sqlite-not-a-database = “{ $path }” is not a SQLite database, or it is encrypted
    .safe = The file was not changed.
    .next = Check the path. If this was the database, move the file away together with its -wal and -journal files and restore: the backup then takes the free name.

problem-sqlite-corrupt = SQLite finds “{ $path }” damaged
    .safe = The file was not changed. Earlier backups are untouched.
    .next = Restore the newest verified backup. If no safety backup can be taken of the damaged database, move its files away first: the restore then takes the free name and the damaged files stay as they are.

problem-sqlite-busy = Another program keeps “{ $path }” locked
    .safe = The database is as that program has it; nothing of this operation remains.
    .next = Wait for the other program's transaction to end, or stop that program, and try again. “fuser” or “lsof” with the path shows who has it open.

problem-sqlite-disk-full = The disk of “{ $path }” is full
    .safe = The unfinished copy is removed; the database is as it was.
    .next = Free space on that disk and try again.

problem-sqlite-disk-need = A restore in “{ $folder }” needs { $bytes }; { $free } is free, and { $reserve } of that must stay free
    .safe = Nothing was begun.
    .next = Free space on that disk. The room is needed for the new contents, the copy of the old ones and SQLite's own journal.

problem-sqlite-temp-full = The copy to be stored needs { $bytes } at “{ $path }”; { $free } is free, and { $reserve } of that must stay free
    .safe = Nothing was begun; the database was only read.
    .next = Free space there, or move Zelo's data folder to a larger disk.

problem-sqlite-io = The system could not read or write “{ $path }”
    .safe = What was unfinished is undone. Finished backups are untouched.
    .next = Read the system's message below. If it names an input/output error, check the disk's health before anything else.

problem-sqlite-failed = SQLite refused to work with “{ $path }”
    .safe = What was unfinished is undone.
    .next = Read SQLite's message below. A database that needs an extension of its application may have to be backed up by that application.

problem-sqlite-stopped = The work was stopped before its end
    .safe = What was unfinished is undone.
    .next = Run the operation again if you still want it.

problem-sqlite-thread = A worker thread of Zelo ended unexpectedly
    .safe = What was unfinished is undone.
    .next = Run the operation again. If it happens again, report it with the message below.

problem-sqlite-facts = The plan of this operation cannot be read
    .safe = Nothing was changed by this attempt.
    .next = Another version of Zelo may have written it. Use that version, or plan the operation again.

problem-sqlite-item = This resource has no database named “{ $item }”
    .safe = Nothing was begun.
    .next = A SQLite resource is one file: leave the choice out.

problem-sqlite-format = “{ $format }” is not a format for SQLite backups
    .safe = Nothing was begun.
    .next = Leave the format out: a backup is always a SQLite database file.

problem-sqlite-no-part = The backup { $backup } holds no SQLite database
    .safe = Nothing was begun.
    .next = Choose a backup of a SQLite resource.

problem-sqlite-part-read = The stored backup could not be read to its end
    .safe = The database is as it was.
    .next = Verify the backup, and use another one if it is damaged.

problem-sqlite-part-not-a-database = The stored part ({ $bytes }) is not a SQLite database
    .safe = Nothing was restored from it.
    .next = Use another backup. If this one came from outside, check the file it was made from.

problem-sqlite-part-length = The stored part has { $bytes }, but its header speaks of { $pages } pages of { $page } bytes
    .safe = Nothing was restored from it.
    .next = The file was cut off or altered before it was stored: use another backup.

problem-sqlite-differs = “{ $table }” is not what the backup's manifest says (rows: { $expected } expected, { $found } found)
    .safe = The contents were not put in place; the database is as it was.
    .next = Use another backup, and keep this one for an examination.

problem-sqlite-exists = Something already exists at “{ $path }”
    .safe = It was not overwritten.
    .next = Choose another name, or move what is there away.

problem-sqlite-in-use = The new database “{ $path }” is already in use
    .safe = It stays where it is, with what was written to it.
    .next = Stop the program that uses it and try the undo again, or keep the new database.

problem-sqlite-not-ours = “{ $path }” is not a copy that Zelo made beside this database
    .safe = The file was not touched.
    .next = Remove it by hand if you are sure that nobody needs it.

problem-sqlite-swap-stands = The new contents stand in “{ $path }”, so the copy of the old ones is not removed
    .safe = Both are there: the new contents in the database, the old ones beside it.
    .next = Try the undo again.

problem-sqlite-aside-count = One old copy can be put back at a time, not { $count }
    .safe = Nothing was begun.
    .next = Undo the operation that set this copy aside.

problem-sqlite-aside-gone = The old copy “{ $path }” is gone
    .safe = Nothing was begun; the database is as it was.
    .next = Restore the safety backup of the operation instead.
