# What the saga, the domain and the engines' common part say.

problem-internal-step-output = The step “{ $step }” left no usable result in the journal.
    .safe = The operation stopped there; what it had begun is undone or listed with the operation.
    .next = Run the operation again. If it happens again, report it with the output of “zelo operation show”.

problem-internal-journal = The operation's journal could not be written.
    .safe = Nothing goes on without its journal: the operation stopped before the next change.
    .next = Check Zelo's own database with “zelo doctor”: free space, permissions, connection.

problem-lease-lost = Another Zelo process has taken this operation over.
    .safe = This process stopped touching anything; the other one finishes or undoes the operation.
    .next = Follow it with “zelo operation watch”. Make sure that only one server uses this data folder.

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

origin-manual = manual
origin-scheduled = scheduled
origin-safety = safety
origin-uploaded = uploaded

backup-complete = complete
backup-corrupt = corrupt
backup-trashed = in the trash
backup-missing = missing
