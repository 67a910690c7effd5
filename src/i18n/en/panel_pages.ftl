# web/: pages of operations, plans, one backup, backing up now; links

flash-backups-deleting = { $n ->
        [one] One backup is moved to the trash
       *[other] { $n } backups are moved to the trash
    }

ui-error = Not done
ui-error-holder = See what holds it
ui-set-up = Set Zelo up
ui-download-gone = Download
ui-back = Back
ui-cancel = Cancel
ui-close = Close
ui-copy = Copy
ui-copied = Copied
ui-download = Download
ui-secrets = Secrets
ui-secrets-set = Set, never shown
ui-last-seen = Last seen
ui-link-text = This link signs you in once. Press the button to use it.
ui-link-gone = This link does not work
ui-link-gone-text = It was used already, it is too old, or it was never one. Ask an administrator for another (zelo user link).

# One backup

ui-backup-of = Backup of { $name }
ui-fact-stored = Stored
ui-fact-verified-text = every byte read, structure checked
ui-in-trash = then removed for good
ui-manifest = Manifest
ui-server-version = Server
ui-skew = Between its parts
ui-tool-version = Tool
ui-folder = Folder in the store
ui-image = Image
ui-snapshot-of = Snapshot of { $name }
ui-report = What was found in the file
ui-report-text = It came from outside
ui-parts = Parts
ui-part = Part
ui-part-raw = Uncompressed
ui-counts-of = What was counted in { $name }
ui-links = Download links
ui-links-none = None. A link works for one hour, for this backup, without signing in.
ui-link-made = The link is ready
ui-link-made-text = It works for one hour, for whoever has it. It is shown only now.
ui-works = works
ui-revoke = Revoke

# Back up now

ui-backup-now-text = Zelo takes it, reads it back in full, and lists it only then.
ui-backup-name = Name
ui-backup-name-help = Optional; the time is always shown.
ui-databases = Databases
ui-backup-roles = Roles
ui-backup-roles-help = Who owns what, with their rights and passwords as the server keeps them.
ui-format = Format
ui-format-custom = Custom
ui-format-custom-help = What pg_restore reads; parts can be restored alone.
ui-format-plain = Plain SQL
ui-format-plain-help = What psql reads; larger and slower to restore.
ui-format-logical = Dumps
ui-format-logical-help = Each database by pg_dump, with counts; parts can be restored alone, also into a newer version.
ui-format-physical = Physical
ui-format-physical-help = The whole cluster as the server copies itself; exact and fast to put back, for the same version and image only.
ui-format-both = Both
ui-format-both-help = Dumps and the physical copy; takes the room of both.
ui-compression = Compression
ui-compression-help = Automatic compresses as much as the machine keeps up with.
ui-compression-auto = Automatic
ui-compression-fast = gzip, fast
ui-compression-small = gzip, small
ui-compression-zstd = zstd
ui-compression-none = None

# An operation

ui-steps = Steps
ui-log = Log
ui-log-wrap = Wrap lines
ui-log-download = Download
ui-about-operation = About this operation
ui-if-wrong = If something goes wrong
ui-if-wrong-text = Until its point of no return, any failure puts everything back as it was, also after a power cut. What cannot be put back waits here for your decision.
ui-offline = The connection is lost; trying again
ui-offline-text = The operation goes on without this page.
ui-line-out = Up to here, cancelling puts everything back as it was.
ui-cancel-undo = Cancel and undo
ui-cancelling = Cancelling
ui-of-size = of { $name }
ui-time-left = about { $name } left
ui-step-tries = { $n ->
        [one] tried once
       *[other] tried { $n } times
    }
ui-open-backup = Open the backup
ui-asked = Asked
ui-ended = Ended
ui-from-backup = Backup
ui-part-of = Part of
ui-outcome-succeeded = Done
ui-outcome-failed = It failed. Nothing was changed.
ui-outcome-rolled-back = It failed half-way. What was changed has been put back.
ui-outcome-cancelled = Cancelled. Nothing is changed any more.
ui-outcome-needs-person = Your decision is needed: an undo failed
ui-outcome-resolved = Put right by hand
ui-outcome-waived = Without a safety backup: { $reason }
ui-what-you-can-do = What you can do
ui-waiting-for-you = Waiting for you
ui-way-retry = Try the undo again
ui-way-retry-text = For when the cause is gone: the disk has room, the server answers.
ui-way-retry-do = Try again
ui-way-restore = Restore the safety backup
ui-way-restore-text = Puts back the state from before this operation. You see its plan first.
ui-way-restore-do = See the plan
ui-way-resolved = It was put right by hand
ui-way-resolved-text = Ends the operation without doing anything. The note stays in the audit log.
ui-way-note = What was done
ui-way-resolved-do = Mark as resolved

# A plan

ui-plan = Plan
ui-plan-what = What will happen
ui-plan-size = about { $name }
ui-plan-disk = Needs { $name } on the database's disk, besides what it uses now.
ui-plan-back = You can go back
ui-plan-back-before = Until the point of no return, cancelling or any failure puts everything back.
ui-plan-back-undo = After it, what was replaced stays beside for some days: “Undo” puts it back.
ui-plan-back-trash = It stays in the trash for some days and can be brought back.
ui-plan-warnings = What you should know
ui-plan-type = Type { $name } to confirm
ui-plan-nothing-yet = Nothing has started yet.
ui-plan-again = Show the plan again
ui-delete-several = { $n ->
        [one] Delete one backup
       *[other] Delete { $n } backups
    }
ui-delete-several-wrong = Type the number of backups.
ui-restore-target = Where to
ui-restore-same = Over { $name }, as it was
ui-restore-same-help = Loaded beside, compared, then swapped in.
ui-restore-new = Beside it, under a new name
ui-restore-new-help = The live database is not touched.
ui-restore-elsewhere = Into another resource
ui-restore-elsewhere-help = Over what that one holds now.
ui-restore-other = The other resource
ui-restore-new-name = New name
ui-restore-new-name-help = Only for a new name.
ui-restore-items = What to restore
ui-restore-safety = Back up the current state first
ui-restore-safety-help = Leave this on unless the current state is worth nothing.
ui-restore-reason = Why without a safety backup
ui-restore-reason-help = It stands in the audit log under your name.
ui-restore-roles = Replace roles that exist already
ui-restore-roles-help = Otherwise only missing ones are made.
ui-restore-in-place = Replace in place
ui-restore-in-place-help = For a disk that cannot hold both: the safety backup is then the only way back.

# Checking a resource

ui-check = Check
ui-checks = Checks
ui-check-of = Check { $name }
ui-check-text = Looked at just now; nothing was changed.
ui-check-again = Look again
ui-check-found = Found
ui-check-good = Good
ui-check-caution = Mind this
ui-check-bad = Not good
ui-check-skipped = Not looked at

# What may be brought in, by kind

ui-upload-formats-postgres = pg_dump: custom, directory as tar, plain SQL, also compressed; or a download of Zelo’s. Recognised by its content.
ui-upload-formats-sqlite = An SQLite database, also compressed, or a download of Zelo’s. Recognised by its content.
