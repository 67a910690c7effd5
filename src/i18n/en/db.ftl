# The metadata database: what can go wrong with it, and the catalogue's rules.

problem-db-unreachable = Zelo's own database does not answer.
    .safe = Nothing was changed. Your databases and backups do not depend on it.
    .next = Check that the database server runs and that the address in the settings is right, then try again. Zelo connects without TLS.

problem-db-password = Zelo's own database refused the user or password in the settings.
    .safe = Nothing was changed.
    .next = Correct the database address in the settings and start Zelo again.

problem-db-path = Zelo's own database cannot be opened at { $path }.
    .safe = Nothing was changed.
    .next = Check that the path names a file, that its folder exists and that Zelo may write there.

problem-db-older = The tables of Zelo's own database are of version { $version }; those of this Zelo are of version { $known }.
    .safe = They were only looked at; nothing was changed.
    .next = The next other command of this Zelo updates them, and an older Zelo may refuse them afterwards. Copy the database first if you want to be able to go back.

problem-db-newer = This database was changed by a newer Zelo (version { $version } of its tables).
    .safe = Nothing was changed; this Zelo does not touch it.
    .next = Start the newer Zelo, or point this one at another database.

problem-db-migration = The tables of Zelo's own database could not be brought up to date.
    .safe = The change was taken back as a whole; the database is as it was.
    .next = Read the detail below. If the database holds tables of another program, give Zelo a database of its own.

problem-db-corrupt = Zelo's own database holds something that cannot be read.
    .safe = Your databases and backups do not depend on it: every backup can be restored by the RECOVER.md beside it.
    .next = Restore this file from a copy, or start with a new one and run "zelo catalog rebuild", which reads the backups back from their manifests.

problem-db-busy = Another process has kept Zelo's own database locked for too long.
    .safe = Nothing was changed.
    .next = Try again. If it stays so, look for a program that holds the database open.

problem-db-full = There is no space left for Zelo's own database.
    .safe = Nothing was changed by this request. Operations that run stop and are finished or undone once there is space.
    .next = Free space on the disk that holds Zelo's data folder, then try again.

problem-db-readonly = Zelo's own database is read-only.
    .safe = Nothing was changed.
    .next = Give Zelo's user write access to the database file and its folder, or, on PostgreSQL, connect to the primary server.

problem-db-reference = The request names something that Zelo does not know.
    .safe = Nothing was changed.
    .next = Reload and try again: it may have been removed in the meantime.

problem-db-failed = Zelo's own database refused a statement.
    .safe = Nothing was changed: each change is made as a whole or not at all.
    .next = Read the detail below and report it if it happens again.

problem-db-stopped = Zelo is shutting down.
    .safe = What had not been written down was not begun.
    .next = Start Zelo and try again.

problem-locked = Operation { $operation } ({ $kind }) is working on the same thing ({ $key }).
    .safe = Nothing was changed, and nothing was queued.
    .next = Wait until it is done, or cancel it, then try again.

problem-locked-elsewhere = Something of another project is working on the same thing.
    .safe = Nothing was changed, and nothing was queued.
    .next = Try again in a while; an administrator can see what it is.

problem-lease-lost = Another runner has taken this operation over.
    .safe = This runner stopped at once and writes nothing more; the other one finishes or undoes the operation.
    .next = Watch the operation. If this happens often, check the machine's load and clock.

problem-idempotency-key-reused = The key { $key } was used before for another request, operation { $operation }.
    .safe = Nothing was changed, and nothing was queued.
    .next = Send this request with a new key.

problem-operation-state = That is not possible now: operation { $operation } is { $state ->
        [queued] waiting to run
        [running] running
        [succeeded] done
        [failed] over: it failed before it changed anything
        [rolled_back] over: what it had changed was put back
        [cancelled] cancelled
        [needs_operator] waiting for a person's decision
        [resolved] over: a person put things right
       *[other] { $state }
    }.
    .safe = Nothing was changed.
    .next = Look at the operation as it stands now.

problem-not-found-operation = There is no operation { $id }.
    .safe = Nothing was changed.
    .next = Check the id: "zelo operation list" shows them all.

problem-not-found-backup = There is no backup { $id } in the catalogue.
    .safe = Nothing was changed.
    .next = Check the id with "zelo backup list". If its folder is in the store, "zelo catalog rebuild" brings it back.

problem-not-found-resource = There is no resource { $id }.
    .safe = Nothing was changed.
    .next = Check the id: "zelo resource list" shows them all.

problem-not-found-project = There is no project { $id }.
    .safe = Nothing was changed.
    .next = Check the name or id: “zelo project list” shows them all.

problem-not-found-store = There is no store { $id }.
    .safe = Nothing was changed.
    .next = Check the id.

problem-not-found-aside = Nothing was set aside under { $id }.
    .safe = Nothing was changed.
    .next = Look at the operation that set it aside.

problem-resource-exists = This is already here, as { $name }.
    .safe = Nothing was changed.
    .next = Use that resource; its id is { $id }. “zelo resource edit { $name }” changes its password and how it is reached.

problem-resource-name-taken = Another resource of this project is called { $name }.
    .safe = Nothing was changed.
    .next = Choose another name.

problem-backup-state = Backup { $id } cannot simply be called { $state }.
    .safe = The backup is as it was.
    .next = Verify it, or delete or restore it from the trash.

problem-aside-state = { $state ->
        [used] The data kept under { $id } was already put back.
        [freed] The data kept under { $id } was already removed.
       *[other] The data kept under { $id } is no longer kept.
    }
    .safe = Nothing was changed.
    .next = Look at the resource's operations to see when, and by whom.

problem-audit-broken = The audit log does not fit together from entry { $seq } on.
    .safe = Your databases and backups are not touched by this.
    .next = Somebody changed the log past Zelo, or the database was damaged. Compare it with a copy of the database, and find out who has access to it.

# People, projects, links, tokens

problem-not-found-user = There is nobody called { $id } here.
    .safe = Nothing was changed.
    .next = “zelo user list” shows everybody.

problem-not-found-member = That person is no member of this project.
    .safe = Nothing was changed.
    .next = “zelo project list” shows who is a member of what.

problem-not-found-token = There is no token { $id } of this person.
    .safe = Nothing was changed.
    .next = “zelo token list” shows those there are.

problem-not-found-download-link = No download link to this backup begins with { $link } and still works.
    .safe = Nothing was changed.
    .next = Nothing needs to be done: a link that is over or was revoked lets nobody in.

problem-user-name = “{ $name }” cannot be a person's name here: 1 to 80 characters, none of them a control character, no space at either end.
    .safe = Nothing was changed.
    .next = Choose another name.

problem-user-name-taken = Somebody here is called { $name } already.
    .safe = Nothing was changed.
    .next = Choose another name. Capitals do not tell names apart.

problem-user-email = “{ $email }” is no e-mail address.
    .safe = Nothing was changed.
    .next = Correct it, or leave it out.

problem-user-email-taken = Somebody here has the address { $email } already.
    .safe = Nothing was changed.
    .next = Give another address, or leave it out.

problem-user-disabled = { $name } may not sign in: an administrator has disabled this person.
    .safe = Nothing was changed.
    .next = “zelo user enable” lets them in again.

problem-last-administrator = { $name } is the last administrator who can sign in.
    .safe = Nothing was changed: nobody has been locked out.
    .next = First make somebody else an administrator, with a password of their own.

problem-set-up-link = This set-up link does not work: it is unknown, was used, is too old, or somebody has set Zelo up already.
    .safe = Nothing was changed, and nobody was added.
    .next = If nobody has set Zelo up, start “zelo serve” again: it prints a new link. Otherwise ask an administrator to let you in.

problem-project-name = “{ $name }” cannot be a project's name: 1 to 80 characters, none of them a control character, no space at either end.
    .safe = Nothing was changed.
    .next = Choose another name.

problem-project-name-taken = Another project is called { $name }.
    .safe = Nothing was changed.
    .next = Choose another name.

problem-last-owner = { $project } would be left without an owner.
    .safe = Nothing was changed.
    .next = First make another member its owner.

problem-token-name = “{ $name }” cannot be a token's name: 1 to 80 characters, none of them a control character, no space at either end.
    .safe = No token was made.
    .next = Choose another name, one that says what the token is for.
