# Instances at the doors: command line, API, pages.

severity-notice = Notice
severity-warning = Warning
severity-serious = Serious
severity-critical = Critical

# The command line

cli-col-changes = Changes
cli-col-default = Default
cli-col-field = Field
cli-col-gateway = Gateway
cli-col-newest-point = Newest recovery point
cli-col-touches = Touches
cli-col-postgres = PostgreSQL
cli-col-restarts = Restarts
cli-col-memory = Memory
cli-col-cpu = CPU
cli-col-service = Service
cli-col-services = Running
cli-col-stack = Compose project
cli-col-value = Value

cli-no-instances = No Supabase stack was found in this machine's containers.
cli-no-changes = No settings were changed yet.
cli-stack-runs = runs
cli-stack-stopped = stopped
cli-stack-degraded = not well
cli-stack-missing = missing
cli-value-set = set, hidden
cli-value-sql = SQL
cli-new-value = New value of { $field }
cli-probe-unknown = { $probe } could not look: { $why }
cli-diagnosed = { $findings ->
    [0] Nothing was found.
    [one] One finding.
   *[other] { $findings } findings.
} { $probes } probes looked.
cli-repair-next = Zelo can repair it (zelo instance repair): { $what }
cli-restart-harms = A restart makes it worse: repair it first.

problem-cli-change-twice = “{ $field }” is given twice.
    .safe = Nothing was changed.
    .next = Give each field once.
problem-cli-one-stdin = Standard input holds one value, and several are to be read from it.
    .safe = Nothing was changed.
    .next = Run it at a terminal, where each is asked for, or change one secret at a time.
problem-cli-secret-value = “{ $field }” is a secret and must not be an argument: others on this machine can see it.
    .safe = Nothing was changed. If it was the real one, choose another: it is in this shell's history.
    .next = Give the field alone: its value is asked for, or read from the first line of standard input.
problem-field-unset = { $field } has no value.
    .safe = Nothing was changed.
    .next = Give it one among the instance's settings.

help-instance = Supabase instances: list, show, logs, restart, stop, start, diagnose, repair, config, backup
help-instance-list = List the Supabase stacks in this machine's containers, added or not
help-instance-show = Show an instance: services, addresses, versions, its newest recovery point
help-instance-logs = Show what a service wrote last, without its secrets
help-instance-logs--service = The service, as Compose names it
    .value = SERVICE
help-instance-logs--lines = So many lines of each of its containers
    .value = COUNT
help-instance-restart = Restart an instance in order, saved first, compared with before
help-instance-stop = Stop an instance in order, saved first
help-instance-start = Start what is stopped, each service after what it waits for
help-instance-logs--follow = Go on with what it writes, until its containers stop or you interrupt; with --json one object a line
help-instance-diagnose = Look for what is wrong; changes nothing, ends with 1 if anything was found
help-instance-restore = Put a recovery point back: over its instance, or beside it as a new one
help-instance-restore--as = As a new instance of this name, cut off until it is released
    .value = NAME
help-instance-restore--format = Which form of its database, where the point has both: physical or logical (default: physical)
    .value = FORMAT
help-instance-restore--folder = The new instance’s folder (default: beside the original’s)
    .value = FOLDER
help-instance-restore--port = The first of its ports (default: free ones near the original’s)
    .value = PORT
help-instance-release = Release a copy: it gets its way out, its mail and its scheduled jobs
help-instance-copy = Copy an instance as it is now to a new one, cut off until it is released
help-instance-copy--name = The copy’s name: its Compose project
    .value = NAME
help-instance-copy--folder = The copy’s folder (default: beside the original’s)
    .value = FOLDER
help-instance-copy--port = The first of its ports (default: free ones near the original’s)
    .value = PORT
help-instance-repair = Repair what a diagnosis found, where Zelo can do that safely
help-instance-repair--probe = Only what this probe found; may be given several times (default: all that can be repaired)
    .value = PROBE
help-instance-backup = Make a recovery point: settings, database, stored objects
help-instance-backup--format = How the database is saved: logical, physical or both (default: logical)
    .value = FORMAT
help-instance-backup--name = A name for the recovery point
    .value = NAME
help-instance-backup--note = A note kept with it
    .value = NOTE
help-instance-config = An instance's settings: get, set, diff, history, set-back, rotate
help-instance-config-get = Show settings; of a secret only whether it is set
help-instance-config-get--fields = Only these, such as site_url (default: all)
    .value = FIELD
help-instance-config-set = Change settings: saved first, in force or put back
help-instance-config-diff = Show what a change would do; changes nothing
help-instance-config-history = Show what was changed when, and by whom
help-instance-config-set-back = Go back to the values from before a change
help-instance-config-rotate = Make a secret anew with all that belongs to it: jwt_secret, postgres_password
help-instance-config-rotate--field = The secret: jwt_secret, postgres_password
    .value = FIELD
help-instance-config-rotate--typed = A value of your own (postgres_password): it is asked for, or read from the first line of standard input
help-any--service = Only this service; may be given several times (default: all)
    .value = SERVICE
help-any--changes = FIELD=VALUE, such as jwt_expiry=7200; a secret as FIELD alone: it is asked for, or read from the first line of standard input
    .value = CHANGE

# Pages

ui-kind-supabase = Supabase
ui-upload-formats-supabase = A download of a recovery point from another Zelo. Recognised by its content.

ui-summary = Summary
ui-points = Recovery points
ui-diagnosis = Diagnosis
ui-settings = Settings
ui-logs = Logs
ui-restart-more = Restart…
ui-stop-more = Stop…
ui-start-more = Start…
ui-last-point = Last recovery point
ui-all-points = All recovery points
ui-no-points = No recovery point yet
ui-no-points-text = A recovery point holds the settings, the database and the stored objects.
ui-addresses = Addresses
ui-services = Services
ui-services-not-yet = They have not been looked at yet. Load the page again in a moment.
ui-looked-at = looked at
ui-service = Service
ui-restarts = Restarts
ui-memory = Memory
ui-cpu = CPU
ui-runs-since = Runs since
ui-service-healthy = Healthy
ui-service-running = Running
ui-service-starting = Starting
ui-service-unhealthy = Unhealthy
ui-service-restarting = Restarting
ui-service-paused = Paused
ui-service-dead = Dead
ui-service-stopped = Stopped

ui-diagnose = Look for what is wrong
ui-diagnosis-of = Diagnosis of { $name }
ui-diagnosis-text = It asks every service and changes nothing. It takes some seconds.
ui-diagnosis-none = Nothing was found.
ui-probes-looked = { $n ->
    [one] One probe looked.
   *[other] { $n } probes looked.
}
ui-probe-unknown = could not look:
ui-restart-harms = A restart makes it worse: repair it first.
ui-repair-more = Repair…
ui-repair-all-more = Repair all…

ui-settings-of = Settings of { $name }
ui-settings-text = Zelo saves first, changes .env, recreates only the services that read it, and puts everything back if one of them is worse than before.
ui-settings-history = History
ui-settings-plan-first = Next you see what would happen. Nothing is changed before you agree.
ui-settings-review = Review the change
ui-setting-default = Default: { $name }
ui-setting-recreates = Recreates: { $name }
ui-setting-nobody = No service reads it.
ui-secret-set = Set. Empty: it stays as it is
ui-secret-unset = Not set
ui-reveal = Show
ui-revealed-text = That you were shown this value is in the audit log.
ui-copy-value = Copy the value
ui-yes = Yes
ui-no = No
ui-value-unset = Not set
problem-settings-too-old = What was entered cannot be used any more.
    .safe = Nothing was changed.
    .next = Enter it again: it waits for one hour, and for the person who entered it.

ui-history-of = Settings of { $name }: history
ui-history-text = What was changed, newest first. Going back is a change of its own.
ui-history-none = No settings were changed yet
ui-history-change = Change
ui-set-back-more = Go back…
ui-set-back-of = Go back to the former settings of { $name }
ui-rotate-jwt-more = New JWT secret…
ui-rotate-password-more = New database password…
ui-rotate-password-of = New database password of { $name }
ui-rotate-jwt-of = New JWT secret and API keys of { $name }
flash-not-set-back = { $why }

ui-logs-of = Logs of { $name }
ui-logs-text = What a service wrote last. Known secrets are taken out.
ui-find-lines = Find in these lines
ui-lines = Lines
ui-log-live = Follow
problem-log-streams-full = You follow { $most } logs already.
    .safe = Your other windows go on.
    .next = Close one of them, or wait a moment, then follow this one.
ui-no-lines = No line fits.

ui-waive = Without a safety backup
ui-waive-help = Recorded, with your name, in the audit log. Empty: with a safety backup.

ui-test-mail = Send a test mail to
ui-test-mail-help = With the settings as they are saved, from the machine Zelo runs on; it takes up to 15 seconds and changes nothing. Whether the sign-in service's container reaches the same server it does not say.
ui-test-mail-send = Send test mail
flash-mail-sent-tls = { $host } took the test mail to { $to }, over an encrypted connection. Its answer: { $said }
flash-mail-sent-clear = { $host } took the test mail to { $to }, without encryption. Its answer: { $said }
cli-mail-to = To
cli-mail-from = From
cli-mail-server = Server
cli-mail-tls = Connection
cli-mail-encrypted = encrypted
cli-mail-clear = not encrypted
cli-mail-login = Login
cli-mail-no-login = none
cli-mail-said = Its answer
cli-mail-container = Container

ui-restore-format = Its database
ui-restore-physical = As the server copied it
ui-restore-physical-help = The whole cluster, byte for byte: quicker, and with all that a dump leaves out.
ui-restore-logical = From its dumps
ui-restore-logical-help = Loaded anew: slower; for when the copy cannot be used here.
