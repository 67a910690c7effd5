# web/: the frame of pages, and app start
problem-http-bind = The address { $address } cannot be used.
    .safe = Nothing was changed.
    .next = Another program may be listening there: choose another address with --bind.
problem-page-broken = The page could not be made.
    .safe = Nothing was changed.
    .next = The log has the reason.
problem-data-folder = The data folder { $path } cannot be made or used.
    .safe = Nothing was changed.
    .next = Choose another with --data, or give this user the right to write there.

# The frame of every page

ui-skip = Skip to content
ui-promise = Every dangerous operation starts with a verified backup and ends either done or undone.
ui-crumbs = Breadcrumb
ui-nav = Main
ui-nav-open = Open navigation
ui-nav-overview = Overview
ui-nav-operations = Operations
ui-nav-backups = Backups
ui-nav-resources = Resources
ui-nav-manage = Zelo
ui-nav-detected = Detected
ui-nav-projects = Projects
ui-nav-people = People and access
ui-nav-stores = Backup storage
ui-nav-alerts = Alerts
ui-nav-audit = Audit log
ui-nav-running = running
ui-nav-needs-person = need a person
ui-nav-resources-count = resources
ui-nav-unassigned = without a project
ui-pulse = { $n ->
        [one] operation running
       *[other] operations running
    }
ui-project = Project
ui-all-projects = All projects
ui-account-menu = Account: { $name }
ui-administrator = administrator
ui-account = Your account
ui-theme = Theme
ui-theme-system = System
ui-theme-light = Light
ui-theme-dark = Dark
ui-sign-out = Sign out
ui-dismiss = Dismiss

# Pages without it

ui-sign-in = Sign in
ui-sign-in-to = to the operations panel of { $name }
ui-sign-in-forgot = Forgotten? An administrator can set a new password for you.
ui-user-name = User name
ui-password = Password
ui-new-password = New password
ui-new-password-help = At least 12 characters. A few unrelated words are easier to remember than signs.
ui-password-again = The same once more

ui-setup = Set up Zelo
ui-setup-text = Make the first administrator and the first project. Nothing on this server is touched by this.
ui-setup-name = Your user name
ui-setup-name-help = You sign in with it, and the audit log names you by it.
ui-setup-project = First project
ui-setup-project-help = Databases belong to projects, and people see only the projects they are members of. You can add more later.
ui-setup-know = Two things to know
ui-setup-docker = Access to the Docker socket is root
ui-setup-docker-text = Zelo runs backups and restores inside your containers through the Docker socket. Whoever controls Zelo can therefore do anything on this server, so give an administrator's account only to people who may.
ui-setup-key = The key file opens everything
ui-setup-key-text = { $name } unlocks the stored passwords of your databases. Keep a copy of it somewhere else, and not beside a copy of Zelo's own database: without it they have to be typed again.
ui-setup-once = This link works once.
ui-setup-do = Set up

ui-error-forbidden = You may not do this
ui-error-not-found = There is nothing here
ui-error-conflict = Something else is in the way
ui-error-too-many = Too many tries
ui-error-refused = This was refused
ui-error-failed = Something failed
ui-error-request = Request { $name }
ui-error-what = What happened
ui-error-safe = What was not lost
ui-error-next = What to do next
ui-error-details = Details for support
ui-error-no-secrets = No secrets are included.
ui-error-foot = Zelo keeps running without this page: operations go on.

ui-gone = This download link does not work
ui-gone-text = It was mistyped, its hour is over, or it was revoked. Nothing was downloaded.
ui-gone-next = Whoever sent it to you can make a new one on the page of the backup.

# Forms and lists

ui-fields-wrong = { $n ->
        [one] One field needs another look
       *[other] { $n } fields need another look
    }
ui-pages = Pages
ui-next = Next
ui-newest = Newest
ui-older = Older
ui-range = { $first } to { $last } of { $all }
ui-range-none = None
ui-filter = Filter
ui-no-match = Nothing matches
ui-no-match-text = Change or clear the filters above.
ui-actions = Actions
ui-name = Name
ui-note = Note
ui-kind = Kind
ui-state = State
ui-size = Size
ui-took = Took
ui-started = Started
ui-from = From
ui-to = to
ui-never = Never
ui-not-yet = Not yet
ui-details = Details
ui-all-kinds = All kinds
ui-all-states = All states

# Time

ui-time-now = now
ui-time-instant = under 1 s
ui-time-ago = { $name } ago
ui-time-in = in { $name }
ui-time-days = { $n ->
        [one] { $n } day
       *[other] { $n } days
    }
ui-time-months = Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec
ui-size-in = { $bytes } in { $took }
ui-so-far = { $name } so far

# Words for states and kinds

ui-kind-postgres = PostgreSQL
ui-kind-sqlite = SQLite

ui-op-backup = Back up { $name }
ui-op-restore = Restore { $name }
ui-op-undo = Undo on { $name }
ui-op-verify = Verify a backup of { $name }
ui-op-upload = Bring a dump in for { $name }
ui-op-restart = Restart { $name }
ui-op-stop = Stop { $name }
ui-op-start = Start { $name }
ui-op-config = Change settings of { $name }
ui-op-repair = Repair { $name }
ui-op-release = Release { $name }
ui-op-copy = Copy { $name }
ui-op-delete = Delete a backup of { $name }
ui-op-untrash = Bring back a backup of { $name }
ui-op-purge = Remove a deleted backup of { $name }
ui-op-free = Free what was set aside of { $name }

ui-state-queued = Waiting
ui-state-running = Running
ui-state-succeeded = Done
ui-state-failed = Failed
ui-state-rolled-back = Undone
ui-state-cancelled = Cancelled
ui-state-needs-person = Needs you
ui-state-resolved = Put right by hand

ui-backup-verified = Stored, verified
ui-backup-stored = Stored, not verified
ui-backup-corrupt = Damaged
ui-backup-trashed = In the trash
ui-backup-missing = Missing

ui-origin-manual = by hand
ui-origin-scheduled = scheduled
ui-origin-safety = safety, before a change
ui-origin-uploaded = uploaded

ui-health-good = Healthy
ui-health-busy = Working
ui-health-bare = No backup
ui-health-failing = Failing
ui-health-missing = Missing
ui-health-needs-person = Needs you

ui-step-pending = not started
ui-step-running = running
ui-step-done = done
ui-step-failed = failed
ui-step-undoing = being undone
ui-step-undone = undone
ui-step-undo-failed = could not be undone
ui-step-of = step { $step } of { $of }

ui-effect-reads = only looks
ui-effect-adds = makes something beside
ui-effect-saves = safety backup
ui-effect-destroys = changes what people use
