# What the command line says.

cli-error = Error
cli-nothing = Nothing.

exit-done = done
exit-failed = failed; nothing was changed
exit-usage = the command or a setting is wrong; nothing ran
exit-fallback = demo --kind: that kind is not possible here
exit-locked = another operation holds what this one needs
exit-rolled-back = failed half-way; what was changed has been put back
exit-needs-operator = an undo failed; a person must decide (zelo operation resolve)
exit-not-found = no such resource, backup, operation or file
exit-cancelled = cancelled; nothing is changed any more
exit-environment = Zelo cannot work here: Docker, disk, key file or its database
exit-interrupted = interrupted twice, or while recovering; the operation goes on elsewhere, or the next start finishes or undoes it

# Headings

cli-col-access = Reached by
cli-col-actor = Asked by
cli-col-added = Added as
cli-col-check = Check
cli-col-code = Code
cli-col-codec = Compression
cli-col-counted = Counts
cli-col-created = Created
cli-col-email = E-mail
cli-col-ended = Ended
cli-col-expires = Works until
cli-col-skew = Apart
cli-col-finished = Published
cli-col-folder = Folder
cli-col-found = Found
cli-col-id = Id
cli-col-image = Image
cli-col-item = Database
cli-col-kind = Kind
cli-col-made = Set aside
cli-col-meaning = Meaning
cli-col-members = Members
cli-col-name = Name
cli-col-note = Note
cli-col-number = No.
cli-col-operation = Operation
cli-col-origin = Origin
cli-col-part = Part
cli-col-person = Person
cli-col-problem = Problem
cli-col-project = Project
cli-col-projects = Projects
cli-col-raw = Contents
cli-col-resolution = Resolved by hand
cli-col-resource = Resource
cli-col-resources = Resources
cli-col-restore = Restore
cli-col-rights = Rights
cli-col-safety = Safety backup
cli-col-server = Server
cli-col-sha256 = SHA-256
cli-col-sign-in = May sign in
cli-col-size = Size
cli-col-started = Started
cli-col-state = State
cli-col-step = Step
cli-col-stored = Stored
cli-col-taken = Taken
cli-col-took = Took
cli-col-tool = Tool
cli-col-tries = Tries
cli-col-until = Kept until
cli-col-used = Last used
cli-col-verdict = Verdict
cli-col-verified = Verified

# Plans

cli-plan-reads = only looks
cli-plan-adds = makes something beside
cli-plan-saves = safety backup
cli-plan-destroys = changes what people use
cli-plan-undo = Undo: { $how }
cli-plan-no-undo = Nothing to undo: { $why }
cli-plan-commit = ── from here on it counts as done ──
cli-plan-moves = Moves about { $bytes }.
cli-plan-disk = Needs { $bytes } more on the database's disk.
cli-plan-waiver = Without a safety backup: { $reason }
cli-dry-run = Dry run: nothing was changed.
cli-type-name = Type “{ $name }” to agree

# Following an operation

cli-existing = Asked for before with this key; showing that operation.
cli-cancelling = Cancelling: what it did is being undone. Ctrl-C only leaves from now on.
cli-cancel-late = It is past the point from which it counts as done: it is being finished, not undone. Ctrl-C only leaves from now on.
cli-left-early = Left. Nothing was queued.
cli-plan-moved = Meanwhile something has changed, and the plan with it:
cli-would-retry = Operation { $operation } would be tried again: what could not be finished or undone.
cli-would-resolve = Operation { $operation } would be marked as put right by hand.
cli-left-alone = Left. “zelo operation watch { $operation }” shows how it goes on.
cli-waiting = Waiting for { $what } (process { $pid }), which runs operations in this data folder.
cli-recovering = { $count ->
        [one] An operation that a dead process left is being finished or undone…
       *[other] { $count } operations that dead processes left are being finished or undone…
    }
cli-recovery-left = Left. What is not finished or undone yet is taken over by the next start.
cli-recovered = { $count ->
        [one] An operation that a dead process left was finished or undone.
       *[other] { $count } operations that a dead process left were finished or undone.
    }
cli-bytes-of = { $bytes } of { $total }
cli-left = { $time } left

cli-step-pending = pending
cli-step-running = running
cli-step-done = done
cli-step-failed = failed
cli-step-undoing = undoing
cli-step-undone = undone
cli-step-undo-failed = undo failed

cli-ended-succeeded = Done in { $time }.
cli-ended-failed = Failed. Nothing was changed.
cli-ended-rolled-back = Failed half-way. What was changed has been put back.
cli-ended-cancelled = Cancelled. Nothing is changed any more.
cli-ended-needs-operator = An undo failed: a person must decide. See “zelo operation show { $operation }” and “zelo operation resolve --help”.
cli-ended-resolved = Resolved by hand.
cli-ended-goes-on = Operation { $operation } is queued. “zelo operation watch { $operation }” follows it.

cli-made = Backup { $backup }: { $bytes }.
cli-undoable = What it replaced is kept beside. To put it back: zelo undo { $operation }

# Lists

cli-no-resources = No resources yet. “zelo resource detect” finds some, “zelo resource add” adds one.
cli-no-backups = No backups yet. “zelo backup create” makes one.
cli-no-trash = The trash is empty.
cli-no-asides = Nothing is set aside.
cli-asides-total = { $count ->
        [one] { $count } item
       *[other] { $count } items
    }, { $bytes } in all. “zelo aside keep” keeps one longer, “zelo aside free” removes one.
cli-kept = The former { $item } is kept until { $until }.
cli-no-operations = No operations yet.
cli-none-detected = Nothing was detected in the containers of this machine.
cli-detect-next = Add one with: zelo resource add --detected { $name }
cli-resource-ok = seen
cli-resource-missing = missing
cli-unclaimed = unclaimed
cli-restore-allowed = possible
cli-restore-refused = refused
cli-added = { $name } was added ({ $id }).
cli-edited = { $name } was changed.
cli-edit-keep = An empty answer keeps what there is.
cli-not-edited = It was not changed. Correct what is wrong, or change it as it is with --unchecked.
cli-more = { $shown } of { $all } are shown; --limit shows more.
cli-not-added = It was not added. Correct what is wrong, or add it as it is with --unchecked.
cli-rebuilt = { $listed ->
        [one] { $listed } backup is listed
       *[other] { $listed } backups are listed
    }, { $damaged } of them damaged; { $missing } more are missing from the store.

# People, projects, tokens

cli-no-users = Nobody yet. “zelo serve” prints a link by which the first person sets Zelo up; “zelo user add” adds one here.
cli-administrator = administrator
cli-person = person
cli-enabled = yes
cli-disabled = disabled
cli-user-added = { $name } was added.
cli-user-without-password = { $name } has no password yet: “zelo user link { $name }” prints a link to sign in by.
cli-user-disabled = { $name } may no longer sign in. Sessions and tokens have ended.
cli-user-enabled = { $name } may sign in.
cli-user-admin = { $name } is an administrator.
cli-user-no-admin = { $name } is no administrator.
cli-password = New password
cli-password-again = The same again
cli-password-differs = The two are not alike. Once more.
cli-password-set = { $name } has a new password. Every session of theirs has ended.
cli-renamed = { $was } is called { $name } now.
cli-member = { $name } is { $role } of { $project }.
cli-no-member = { $name } is no member of { $project } any more.
cli-token-once = This token is shown only now. Whoever has it may what { $name } may.
cli-token-revoked = The token { $name } lets nobody in any more.
cli-no-tokens = No tokens. “zelo token create” makes one.
cli-assigned = { $name } belongs to { $project }, with its backups and operations.
cli-removing = { $name } is taken off the list. The database itself is not touched{ $count ->
        [0] .
        [one] , and its backup stays listed.
       *[other] , and its { $count } backups stay listed.
    }
cli-removed = { $name } was taken off the list{ $count ->
        [0] .
        [one] . Its backup stays listed.
       *[other] . Its { $count } backups stay listed.
    }

# Checks

cli-check-good = good
cli-check-caution = caution
cli-check-bad = bad
cli-check-skipped = not looked at

doctor-settings = Settings
doctor-file = read from { $path }
doctor-no-file = no file; defaults and environment
doctor-data = Data folder
doctor-database = Zelo's own database
doctor-schema = version { $version } of its tables
doctor-key = Key file
doctor-key-id = key { $key }
doctor-audit = Audit log
doctor-entries = { $count ->
        [one] { $count } entry, unbroken
       *[other] { $count } entries, unbroken
    }
doctor-clock = Clock
doctor-now = { $now }
doctor-server = Runner of operations
doctor-server-runs = { $what }, process { $pid }
doctor-server-off = none; commands run operations themselves
doctor-disk-data = Disk of the data folder
doctor-disk-store = Disk of the store
doctor-free = { $free } of { $total } free
doctor-docker = Docker Engine
doctor-docker-off = switched off in the settings
doctor-docker-version = version { $version }
doctor-tool = Client { $tool }
doctor-path = { $path }
doctor-not-yet = made at first use

# Serving

cli-serving = Serving on http://{ $address }. Stop with Ctrl-C.
cli-set-up = Set Zelo up (once, within an hour): { $link }
cli-sign-in = Sign in (once, within an hour): { $link }
cli-sign-in-at = Sign in at { $url }. Without a password: “zelo user link NAME” prints a link.
cli-working = Running operations. Stop with Ctrl-C.
cli-stopping = Stopping: what runs has { $seconds } s to end, then it is cancelled and undone. Ctrl-C again cancels it at once.

# Help

cli-help-usage = Usage
cli-help-commands = Commands
cli-help-arguments = Arguments
cli-help-options = Options
cli-help-global = Global options
cli-help-any-options = [OPTIONS]
cli-help-command = COMMAND
cli-help-default = [default: { $value }]
cli-help-values = [possible values: { $values }]
cli-help-after = “zelo help exit-codes” lists what each exit code means.
cli-near = Did you mean “{ $near }”?
cli-possible = Possible: { $values }

# Problems

problem-cli-argument-twice = “{ $argument }” was given more than once.
    .safe = Nothing ran.
    .next = The same command with --help shows what it takes.

problem-cli-argument-unknown = There is no argument “{ $argument }” here.
    .safe = Nothing ran.
    .next = The same command with --help shows what it takes.

problem-cli-arguments = The command is not written as it must be.
    .safe = Nothing ran.
    .next = The same command with --help shows what it takes.

problem-cli-arguments-conflict = “{ $argument }” cannot be used together with “{ $other }”.
    .safe = Nothing ran.
    .next = The same command with --help shows what it takes.

problem-cli-arguments-missing = This is missing: { $arguments }
    .safe = Nothing ran.
    .next = The same command with --help shows what it takes.

problem-cli-command-missing = A command is missing here.
    .safe = Nothing ran.
    .next = The same command with --help shows what it takes.

problem-cli-command-unknown = There is no command “{ $command }” here.
    .safe = Nothing ran.
    .next = The same command with --help shows what it takes.

problem-cli-value = “{ $value }” cannot be the value of “{ $argument }”.
    .safe = Nothing ran.
    .next = The same command with --help shows what it takes.

problem-cli-value-missing = “{ $argument }” needs a value.
    .safe = Nothing ran.
    .next = The same command with --help shows what it takes.

problem-cli-value-unwanted = “{ $argument }” takes no such value: “{ $value }”.
    .safe = Nothing ran.
    .next = The same command with --help shows what it takes.

problem-cli-ambiguous = “{ $text }” stands for more than one.
    .safe = Nothing was changed.
    .next = Give the whole id; the lists show it with --json.

problem-cli-confirm = This must be agreed to, and there is nobody to ask.
    .safe = Nothing was changed.
    .next = Look at the plan with --dry-run, then agree with --confirm “{ $name }” or --yes.

problem-cli-confirm-other = “{ $typed }” is not “{ $name }”.
    .safe = Nothing was changed.
    .next = Type the name exactly as the plan shows it.

problem-cli-folder = The folder { $path } cannot be made absolute.
    .safe = Nothing was changed.
    .next = Give an absolute path.

problem-cli-name-needed = The resource has no name.
    .safe = Nothing was changed.
    .next = Give it one: zelo resource add NAME --kind …

problem-cli-no-answer = There was no answer.
    .safe = Nothing was changed.
    .next = Run it at a terminal, or give the value by an option; --help lists them.

problem-cli-no-resource = There is no resource “{ $text }”.
    .safe = Nothing was changed.
    .next = “zelo resource list” shows those there are.

problem-cli-no-aside = Nothing is set aside under “{ $text }”.
    .safe = Nothing was changed.
    .next = “zelo aside list” shows what is. Give at least the last four characters of its id.

problem-cli-no-backup = There is no backup “{ $text }”.
    .safe = Nothing was changed.
    .next = “zelo backup list --all” shows those there are. Give at least the last four characters of its id.

problem-cli-no-operation = There is no operation “{ $text }”.
    .safe = Nothing was changed.
    .next = “zelo operation list” shows those there are. Give at least the last four characters of its id.

problem-cli-no-token = There is no token “{ $text }”.
    .safe = Nothing was changed.
    .next = “zelo token list” shows those there are. Give at least the last four characters of its id.

problem-cli-no-field = There is no field “{ $field }” for this kind of resource.
    .safe = Nothing was changed.
    .next = Its fields are: { $fields }.

problem-cli-no-server = --no-wait needs a running server to carry the operation out, and none uses this data folder.
    .safe = Nothing was queued.
    .next = Start one with “zelo serve” or “zelo worker”, or leave out --no-wait.

problem-cli-nothing-given = Nothing was said that is to change about { $name }.
    .safe = Nothing was changed.
    .next = Give a field with --set, or a password with --password-stdin; “zelo resource edit --help” lists the options.

problem-cli-no-topic = There is no help on “{ $topic }”.
    .safe = Nothing was changed.
    .next = “zelo help” lists the commands; “zelo help exit-codes” the exit codes.

problem-cli-secret-argument = “{ $field }” is a secret and must not be an argument: others on this machine can see it.
    .safe = Nothing was stored. If it was the real one, change it: it is in this shell's history.
    .next = Use --password-file, --password-stdin, --url-file or --secret-file.

problem-cli-secret-file = The file { $path } cannot be read.
    .safe = Nothing was changed.
    .next = Check the path and its permissions.

problem-cli-signals = This process cannot listen for signals.
    .safe = The operation goes on; only watching it stopped.
    .next = Follow it with “zelo operation watch”.

problem-not-found-detected = Nothing called “{ $name }” was detected.
    .safe = Nothing was changed.
    .next = “zelo resource detect” lists what is there.

problem-resource-name = “{ $name }” cannot be a name: 1 to 80 characters, none of them a control character, no space at either end.
    .safe = Nothing was changed.
    .next = Choose another name.

problem-client-missing = { $tool } is not installed on this machine.
    .safe = Only PostgreSQL servers reached by network need it; containers bring their own.
    .next = Install the PostgreSQL client programs if you protect such servers.

problem-clock-behind = The clock says { $now }, but the last recorded change was at { $last }.
    .safe = Nothing was changed; the order of records does not depend on the clock.
    .next = Set the clock right. Until then leases and retention wait too long or not long enough.

problem-disk-reserve = Only { $free } are free on the disk of { $path }; { $reserve } must stay free.
    .safe = Nothing was changed; no operation starts until there is room.
    .next = Free some space, or change store.reserve_percent and store.reserve_bytes.

problem-server-runs = { $what } (process { $pid }) already runs operations in the data folder { $path }.
    .safe = Nothing was changed.
    .next = Wait for it or stop it first, or choose another folder with --data.
