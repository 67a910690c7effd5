# Instances: how they are saved, stopped, started, changed and mended.

plan-restart = Restart { $resource }
plan-stop = Stop { $resource }
plan-start = Start { $resource }
plan-config = { $count ->
    [one] Change one setting of { $resource }
   *[other] Change { $count } settings of { $resource }
}
plan-repair = { $count ->
    [one] Repair one finding on { $resource }
   *[other] Repair { $count } findings on { $resource }
}

instance-field-project = Compose project
instance-field-host = Docker host

instance-check-containers = Containers
instance-check-files = Project folder
instance-check-tool = GNU tar
instance-check-compose = Docker Compose
instance-check-db = Database
instance-check-found = { $count ->
    [one] one container
   *[other] { $count } containers
}
instance-check-folder = { $folder }
instance-check-said = { $words }

instance-no-objects = No folder with stored objects was found on this machine: if they lie in an S3 bucket or a named volume, back that up by itself.
instance-objects-elsewhere = Storage keeps its objects in “{ $backend }”, not in files on this machine: back that up by itself.

instance-step-look = Note every container, volume and mount
instance-step-files = Save the folder { $folder }
instance-step-row = Save what Zelo knows of it, and what its databases and roles are set to
instance-step-held-before = Count what the databases hold, before the cluster is copied
instance-step-held-after = Count it again
instance-step-records = { $count ->
    [one] Save what Docker knows of one container
   *[other] Save what Docker knows of { $count } containers
}
instance-step-volume = Save the volume { $volume }
instance-step-stop = { $count ->
    [one] Stop { $services } gracefully
   *[other] Stop { $count } services gracefully, in this order: { $services }
}
instance-step-start = { $count ->
    [one] Start { $services } and wait until it is up
   *[other] Start { $count } services, each after what it waits for: { $services }
}
instance-step-gate = Compare with before: all that was well is well, nothing is gone
instance-step-intact = Look that volumes and folders are all there
instance-step-stopped = Look that it is stopped and nothing is gone
instance-step-done = Count it as done
instance-step-way-back = Prepare the way back
instance-step-write = { $count ->
    [one] Write { $keys } in .env
   *[other] Write { $count } values in .env: { $keys }
}
instance-step-recreate = { $count ->
    [one] Recreate { $services }, and nothing else
   *[other] Recreate { $count } services, and nothing else: { $services }
}
instance-step-setting = Set { $setting } in the database to { $value }
instance-step-setting-secret = Set { $setting } in the database to the new secret
instance-step-sick = Diagnose, to know what is wrong already
instance-step-nothing-worse = Diagnose: nothing grave that was not there before
instance-step-tell-findings = Diagnose, and tell what is grave
instance-step-in-force = { $count ->
    [one] Look that one variable has its new value in its container
   *[other] Look that { $count } variables have their new values in their containers
}
instance-step-passwords = { $count ->
    [one] Give one role of the database the new password
   *[other] Give { $count } roles of the database the new password
}
instance-step-backends = { $count ->
    [one] Give one record of the log service the new password
   *[other] Give { $count } records of the log service the new password
}
instance-step-pooler-aside = Set the pooler's records aside as { $schema }: it makes new ones
instance-step-keep-db = Make sure that the database can be asked on the way back
instance-step-password-fits = { $count ->
    [one] Compare one role's stored password with .env
   *[other] Compare the stored passwords of { $count } roles with .env
}
instance-step-forget-schema = Remove { $schema }, which was set aside
instance-step-forget = Remove the former file that was kept beside

instance-undo-nothing-read = It only reads.
instance-undo-stop = Starts again what ran before.
instance-undo-start = Stops what was not running before.
instance-undo-start-again = The step before starts again what ran.
instance-undo-done = It changes nothing itself.
instance-undo-write = Puts the former file back, byte for byte.
instance-undo-recreate = The way back recreates them once the file is as it was.
instance-undo-way-back = Recreates the services from the files as they were.
instance-undo-tell = Puts the former setting back.
instance-undo-keep-db = Starts the database if it does not run.
instance-undo-forget = By then the change is done.
instance-undo-mend = Puts back what it changed.

instance-log-no-settings = The database does not answer: what its databases and roles are set to is not saved beside the files.
instance-log-no-counts = Counting users, identities, buckets and objects took too long: the point does not say how many there are. They are saved all the same.
instance-log-not-held = The databases do not answer: what they hold is not counted, and a restore of this point cannot compare it.
instance-log-uncounted = { $count ->
    [one] One table is locked, damaged or too large to be counted now: a restore does not compare its rows.
   *[other] { $count } tables are locked, damaged or too large to be counted now: a restore does not compare their rows.
}
instance-log-files-gone = { $path }, which { $service } keeps its data in, is gone. It is stopped all the same, and cannot be started before it is back.
instance-log-killed = { $container } did not stop in time and was killed.
instance-log-cluster-unclean = The files of { $container } say that it was not shut down in order. It recovers by itself when it starts.
instance-log-db-unclean = { $container } did not stop cleanly (exit code { $code }). It recovers by itself when it starts.
instance-log-still-sick = { $service } was not well before, and is not now.
instance-log-found = The diagnosis found something grave: { $probe }. Diagnose to see what it is and what to do.
instance-log-not-diagnosed = Whether anything is wrong could not be looked at: { $why }
instance-log-diagnosis-slow = Whether anything is wrong could not be looked at in time: diagnose it.
instance-log-env-kept = Somebody changed .env meanwhile: that file is kept as { $path }.
instance-log-files-changed = Files in { $folder } changed while they were read. They are saved as they were read.

instance-warn-restart-harms = The diagnosis found something ({ $probe }) that stops what half works once it is restarted. Repair it first.

config-change = { $key }: { $old } → { $new }
config-change-new = { $key }: not set → { $new }
config-change-secret = { $key }: a new secret value
config-change-gone = { $key }: { $old } → not set
config-change-gone-secret = { $key }: not set any more
config-warn-duplicates = { $key } stands in .env { $count } times. The last one counts, and only that one is changed.
config-warn-password-clients = Whatever connects to the database with the old password, directly or through the pooler, is shut out: give it the new one. Zelo never shows it here; it stands in .env, and in the settings behind “Show”.
config-warn-nobody-reads = No service reads this. It is written, and changes nothing that runs.
config-warn-schemas-unseen = Whether the schemas are there cannot be seen now: the database does not answer. Where one is not, the REST API answers nothing.

repair-log-no-help = { $probe } still finds the same: what was done is put back.
repair-step-judge = Look whether anything helped

problem-change-made-worse = With the change, the diagnosis finds something grave that was not there before: { $probe }.
    .safe = Zelo puts everything back as it was.
    .next = Plan the change once more, and look at what the diagnosis says while it runs.

problem-config-jwt-keys-set = { $key } is set: the instance signs with keys of its own, which Zelo does not make.
    .safe = Nothing was changed.
    .next = Make all of them anew with Supabase's own script utils/generate-keys.sh; take a recovery point before.

problem-config-not-guided = There is no procedure that makes { $field } anew.
    .safe = Nothing was changed.
    .next = jwt_secret can be made anew, with both API keys, and postgres_password, for every role. Other settings are changed with “zelo instance config set”.

problem-config-not-typed = Zelo finds the values of this procedure itself.
    .safe = Nothing was changed.
    .next = Ask for it without a value of your own. Only postgres_password can be chosen.

problem-password-not-in-force = The role { $role } does not have the new password.
    .safe = Zelo puts everything back as it was.
    .next = Look who else changes roles of this database, then plan the change once more.

problem-compose-missing = Docker Compose does not answer.
    .safe = Nothing was changed.
    .next = Install Docker Compose version 2, or say where it is with docker.compose in zelo.toml.

problem-config-field-unknown = There is no setting called { $field }.
    .safe = The file was not touched.
    .next = “zelo instance config get” lists the settings that can be changed.

problem-config-no-change = Everything already has these values.
    .safe = Nothing was changed.
    .next = Enter a value that differs, or leave it as it is.

problem-config-not-a-change = Operation { $operation } did not change any settings.
    .safe = Nothing was changed.
    .next = Choose an operation from the history of the settings.

problem-env-unset-refused = { $key } cannot be taken out of .env without touching anything else: it is assigned more than once or with more than its value on the line, or another value refers to it.
    .safe = The file was not touched.
    .next = Take it out by hand, or give it the value that it should have.

problem-config-was-unset = { $key } was not in .env before, and the database was told its value: there is no former one to go back to.
    .safe = Nothing was changed.
    .next = Give it the value you want, or take the line out of .env by hand.

problem-env-changed = .env was changed by somebody after this was planned.
    .safe = The file is as they left it.
    .next = Look at what they changed, then plan again.

problem-env-unwritable = { $path } could not be written.
    .safe = The former file is still there.
    .next = The system's own words say why: give Zelo's user the right to write in that folder, or make room on the disk, then try again.

problem-files-archive-broken = An archive in this backup is damaged.
    .safe = The instance itself was not touched.
    .next = Take a new recovery point, and look at the store's disk.

problem-files-changed = Files in { $folder } changed while they were read.
    .safe = The backup was not published.
    .next = Try again when nobody edits there.

problem-files-unreadable = { $folder } could not be read whole (exit code { $code }).
    .safe = Nothing was changed, and no backup was published.
    .next = The program's own words say which file: give Zelo's user the right to read it, then try again.

problem-instance-field-unknown = An instance has no field { $field }.
    .safe = Nothing was added.
    .next = Give its Compose project, and its host if it is not this machine.

problem-instance-item-unknown = An instance has no part called { $item }.
    .safe = No backup was begun.
    .next = Choose among config, database and storage, or none for everything.

problem-instance-project-missing = Which Compose project is it?
    .safe = Nothing was added.
    .next = Give the project's name, as “docker compose ls” shows it.

problem-not-an-instance = { $resource } is not a Supabase instance.
    .safe = Nothing was changed.
    .next = Choose an instance: “zelo instance list” shows them.

problem-recreate-failed = Compose could not bring up { $services }.
    .safe = Zelo puts the files and the services back as they were.
    .next = Compose's own words say why. Correct the value and try again.

problem-repair-by-hand = What { $probe } finds is not for Zelo to repair.
    .safe = Nothing was changed.
    .next = The diagnosis says what to do, with the commands.

problem-repair-no-help = The repair did not help: { $probes }.
    .safe = What it had changed is put back.
    .next = The diagnosis says what was seen. Look at the service's log, and repair it by hand.

problem-repair-not-found = { $probe } finds nothing at the moment.
    .safe = Nothing was changed.
    .next = Look at the diagnosis once more.

problem-repair-nothing = There is nothing that Zelo can repair by itself.
    .safe = Nothing was changed.
    .next = What the diagnosis found has its advice with it.

problem-repair-third-try = Repairing what { $probe } finds was tried { $times } times within a day, and it came back.
    .safe = Nothing was changed.
    .next = Something causes it again and again: look for that, with the diagnosis' evidence, before you repair it once more.

problem-service-gone = { $service } has lost its container { $container }.
    .safe = Zelo puts back what it can; volumes are never removed.
    .next = Somebody or something removed it meanwhile. Bring it back with “docker compose up -d { $service }”.

problem-service-files-gone = { $path }, which { $service } keeps its data in, is gone.
    .safe = Zelo removed nothing, and starts nothing without it: the engine would make an empty one.
    .next = Find out who moved or removed it. A recovery point has what was in it.

problem-service-mounts = { $container } has other volumes or mounts than before.
    .safe = No volume was removed.
    .next = Compare with the record of the containers in the safety backup.

problem-service-not-up = { $service } did not come up: its container { $container } is { $state } (exit code { $code }, restarts: { $restarts }).
    .safe = Zelo puts everything back as it was.
    .next = See the log of { $service } for the reason.

problem-service-still-runs = { $service } runs although it was stopped: { $container }.
    .safe = Nothing is lost.
    .next = Something starts it again, another manager perhaps. Stop that first.

problem-service-unknown = The instance has no service { $service }.
    .safe = Nothing was changed.
    .next = Its services are: { $known }.

problem-setting-not-in-force = The database { $database } does not show the setting it was given.
    .safe = Zelo puts everything back as it was.
    .next = See the database's log, then try again.


problem-tar-not-gnu = GNU tar is not installed on this machine.
    .safe = Nothing was changed.
    .next = Install it (Debian: tar; Alpine: apk add tar): the stored objects' attributes are saved with it.

problem-value-not-in-force = { $service } did not get the new value of { $variable }.
    .safe = Zelo puts everything back as it was.
    .next = Look whether an override file or another manager sets { $variable }.

instance-step-cluster = Save the whole cluster as the server copies itself, with its manifest
instance-step-cold = Stop the database, copy { $folder }, start it again
instance-undo-cold = Starts the database again if it ran.
instance-warn-cold = The database cannot be dumped now. The safety backup is a copy of its files instead: the database is stopped for it, for about { $seconds } seconds ({ $bytes }).
instance-warn-no-checksums = The database's pages carry no checksums: damage on its disk would be copied unseen.

problem-cluster-facts = { $part } does not say how the cluster was saved.
    .safe = Nothing was changed.
    .next = Take a new recovery point. By hand, RECOVER.md beside this one still shows how it is put back.

problem-cluster-no-address = The database's container { $container } has no address on a Docker network.
    .safe = Nothing was changed, and no backup was begun.
    .next = Start the database, and connect its container to a network; or choose the logical format.

problem-cluster-no-folder = The data of { $container } does not lie in a folder of this machine.
    .safe = Nothing was stopped or changed.
    .next = Zelo copies a stopped database only from a folder. Save its volume by hand, or go on without a safety backup and give the reason.

problem-cluster-started = { $container } did not stand still while its files were copied.
    .safe = The copy was not kept. The database is started again if it ran.
    .next = Look what starts it, another manager perhaps, then try again.

problem-cluster-unreadable = The database's files in { $folder } could not be read.
    .safe = Nothing was changed there.
    .next = The system's own words say which file: give Zelo's user the right to read it, then try again.
