# web/: the overview, resources, backups, operations

# Overview

ui-overview-calm = Nothing needs you. What runs is listed below.
ui-overview-needs = { $n ->
        [one] One thing needs you; the rest runs by itself.
       *[other] { $n } things need you; the rest runs by itself.
    }
ui-needs-you = Needs you
ui-figure-of = of { $n }
ui-figure-backed-up = Backed up
ui-figure-backed-up-text = have a whole backup
ui-figure-verified = Verified
ui-figure-verified-text = every byte of the newest backup was read back
ui-figure-loss = Would lose now
ui-figure-loss-text = since the newest whole backup
ui-figure-backups = Backups
ui-figure-stored = { $name } stored
ui-figure-room = Free for backups
ui-figure-room-of = of { $name }
ui-figure-aside-text = of the former contents, on the database's disk
ui-resources = Resources
ui-failing-first = Failing first
ui-filter-resources = Filter resources
ui-filter-by-name = Filter by name
ui-health = Health
ui-last-backup = Last backup
ui-verified = Verified
ui-no-resources = No resources yet
ui-no-resources-admin = Zelo looks for databases in the containers of this server. Assign what it found to a project.
ui-no-resources-text = An administrator assigns databases to your projects.
ui-see-detected = See what was detected
ui-recent-operations = Recent operations
ui-all-operations = All operations

ui-finding-stuck = { $what }: it could be neither finished nor undone
ui-finding-stuck-text = Nothing more is touched until somebody decides. The safety backup it took is kept.
ui-finding-stuck-action = Decide
ui-finding-failed = The last backup of { $name } failed
ui-finding-failed-text = The last good one, { $ago }, is intact.
ui-finding-failed-bare = There is no good one yet.
ui-finding-failed-action = See why
ui-finding-corrupt = The backup of { $name } of { $taken } is damaged
ui-finding-corrupt-text = Its bytes are not what was written, so nothing is restored from it. The database itself is not affected.
ui-finding-corrupt-action = See what was found
ui-finding-missing = { $name } is not there
ui-finding-missing-text = It was last seen { $ago }. Its backups stay.
ui-finding-missing-never = It has not been seen yet. Its backups stay.
ui-finding-missing-action = Look at it
ui-finding-bare = { $name } has no backup
ui-finding-bare-text = Nothing brings it back if it is lost now.
ui-finding-overdue = What was set aside of { $name } ({ $item }) stays although its time is over
ui-finding-overdue-text = It takes { $bytes }, and the safety backup beside it is gone: it may be the only copy of what was there before.
ui-finding-overdue-action = Decide
ui-finding-reserve = The store { $store } is nearly full
ui-finding-reserve-text = { $free } are free, and { $reserve } must stay free: no backup starts until there is room. Nothing is deleted by itself for it.
ui-finding-reserve-action = See what can go
ui-finding-detected = { $count ->
        [one] One detected resource belongs to no project
       *[other] { $count } detected resources belong to no project
    }
ui-finding-detected-text = Only administrators see them, and nobody backs them up.
ui-finding-detected-action = Assign

# Lists of backups

ui-backups = Backups
ui-all-backups = All backups
ui-backups-text = Of every resource of your projects, newest first.
ui-back-up = Back up
ui-follow = Follow
ui-back-up-now = Back up now
ui-back-up-more = Back up now…
ui-filter-backups = Filter backups
ui-find-backups = Find by name, note or id
ui-origin = Origin
ui-all-origins = All origins
ui-not-in-trash = Not in the trash
ui-taken = Taken
ui-selected = selected
ui-select-all = Select all backups on this page
ui-select-backup = Select the backup of { $name }
ui-more-backup = More actions for the backup of { $name }
ui-the-backup = the backup of { $name }
ui-verify = Verify
ui-pin = Keep for ever
ui-pinned = kept for ever
ui-unpin = No longer keep for ever
ui-delete-more = Delete…
ui-restore-more = Restore…
ui-download-more = Download…
ui-untrash = Bring back
ui-kept-until = until { $name }
ui-no-backups = No backups yet
ui-no-backups-text = The first one tells how large and how long they are.

# A resource

ui-asides = Set aside by restores
ui-asides-text = The former contents, so that a restore can be undone
ui-aside-item = What it was
ui-aside-made = Set aside
ui-kept-until-head = Kept until
ui-keep-longer = Keep longer
ui-free-more = Free…
ui-undo-more = Undo…
ui-reached = How it is reached
ui-check-now = Check now

ui-upload = Bring your own dump
ui-upload-drop = Drop a file here, or choose one
ui-upload-limit = Up to { $name }. What it is is recognised by its contents.
ui-upload-note-help = Kept with it.
ui-upload-do = Upload
ui-upload-cancel = Cancel the upload
ui-upload-cancelled = The upload was cancelled; nothing was kept.
ui-upload-failed = The connection was lost; nothing was kept. Try again.
ui-upload-of = {"{0}"} of {"{1}"}
ui-upload-left = {"{0}"} left
ui-upload-checking = Looking into it…

# Operations

ui-operations-text = What runs, and what ran: each ends done or undone.
ui-newest-first = Newest first
ui-operation = Operation
ui-asked-by = by { $name }
ui-filter-operations = Filter operations
ui-no-operations = No operations
ui-no-operations-text = Backups, restores and all else that Zelo does is listed here.
