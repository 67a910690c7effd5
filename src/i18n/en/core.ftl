# What the saga, the domain and the engines' common part say.

problem-internal-step-output = The step “{ $step }” left no usable result in the journal.
    .safe = The operation stopped there; what it had begun is undone or listed with the operation.
    .next = Run the operation again. If it happens again, report it with the output of “zelo operation show”.

problem-internal-journal = The operation's journal could not be written.
    .safe = Nothing goes on without its journal: the operation stopped before the next change.
    .next = Check Zelo's own database with “zelo doctor”: free space, permissions, connection.


problem-cancelled = A person stopped this operation.
    .safe = What it had begun has been undone; nothing is changed any more.
    .next = Nothing needs to be done.

problem-stopped = Zelo was told to stop while this operation was running.
    .safe = What it had begun has been undone; nothing is changed any more.
    .next = Start the operation again once Zelo runs. For how long a stop waits is the setting operation.grace.

problem-interrupted = The process that ran this operation died.
    .safe = What it had begun has been undone by the next start.
    .next = Start the operation again. If Zelo dies often, look at its log and at the machine's memory.

problem-commit-unknown = Nobody can tell whether the decisive step took place ({ $why }).
    .safe = Nothing more is touched: neither the former nor the new state is removed.
    .next = Look at the resource. “zelo operation resolve” then tries again, restores the safety backup, or records what you did.

problem-settle-failed = The decisive step is done, but what follows it could not be finished ({ $why }).
    .safe = The new state is in use. The former one is set aside, or in the safety backup.
    .next = Remove the cause, then “zelo operation resolve --retry”.

problem-undo-failed = The operation failed ({ $first }), and undoing it failed too ({ $why }).
    .safe = Nothing more is touched. The safety backup this operation took, if any, is kept.
    .next = Remove the cause, then “zelo operation resolve --retry”; or restore the safety backup with --restore.

problem-undo-deadline = Undoing the step “{ $step }” took too long.
    .safe = Nothing more is touched.
    .next = Look at what keeps the database or container busy, then “zelo operation resolve --retry”.

problem-step-deadline = The step “{ $step }” took longer than { $seconds } seconds.
    .safe = It was stopped, its processes were ended, and what it had begun is undone.
    .next = Look at the load of database and machine. For steps that move bytes the limit is the setting operation.deadline.

problem-step-stalled = The step “{ $step }” moved no byte for { $seconds } seconds.
    .safe = It was stopped, its processes were ended, and what it had begun is undone.
    .next = Look for a lock, a full disk or a dead connection. The limit is the setting operation.stall.

problem-place-unknown = This Zelo cannot reach { $place } any more, where a process of this operation may still run.
    .safe = Nothing is undone while that process may still write.
    .next = Make the host reachable again, or end the process by hand; then “zelo operation resolve --retry”.

problem-process-not-ended = Process { $pid } in { $place } does not end.
    .safe = Nothing is undone while it may still write.
    .next = End it by hand, then “zelo operation resolve --retry”.

problem-plan-changed = This operation was planned by another version of Zelo; its steps are not those of this one.
    .safe = Nothing was touched by this version.
    .next = Finish it with the version that began it, or put things right by hand and resolve it with a note.

problem-unsafe-step = A step that changes what people use was about to run without a finished safety backup.
    .safe = It did not run.
    .next = This is a fault in Zelo: report it with the output of “zelo operation show”.

problem-kind-unknown = This Zelo does not know resources of the kind “{ $kind }”.
    .safe = Nothing was changed.
    .next = Use a version of Zelo that knows this kind; “zelo resource add --help” lists the kinds of this one.

problem-fault = A test made the step “{ $step }” fail ({ $moment }).
    .safe = Only a build made for tests can do this.
    .next = Unset ZELO_FAULT, or install a release build.

# Words for states, shared by the doors.

state-queued = queued
state-running = running
state-succeeded = done
state-failed = failed
state-rolled-back = rolled back
state-cancelled = cancelled
state-needs-operator = needs a person
state-resolved = resolved

operation-kind-backup = backup
operation-kind-restore = restore
operation-kind-undo = undo
operation-kind-verify = verify
operation-kind-delete = delete
operation-kind-upload = upload
operation-kind-restart = restart
operation-kind-stop = stop
operation-kind-start = start
operation-kind-config = change of settings
operation-kind-repair = repair
operation-kind-release = release
operation-kind-copy = copy
operation-kind-untrash = bringing back
operation-kind-purge = removal
operation-kind-free = freeing

role-viewer = viewer
role-operator = operator
role-owner = owner

origin-manual = manual
origin-scheduled = scheduled
origin-safety = safety
origin-uploaded = uploaded

backup-complete = complete
backup-corrupt = corrupt
backup-trashed = in the trash
backup-missing = missing
