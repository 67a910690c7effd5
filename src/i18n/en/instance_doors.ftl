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
cli-col-postgres = PostgreSQL
cli-col-restarts = Restarts
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
help-instance-diagnose = Look for what is wrong; changes nothing, ends with 1 if anything was found
help-instance-repair = Repair what a diagnosis found, where Zelo can do that safely
help-instance-repair--probe = Only what this probe found; may be given several times (default: all that can be repaired)
    .value = PROBE
help-instance-backup = Make a recovery point: settings, database, stored objects
help-instance-backup--name = A name for the recovery point
    .value = NAME
help-instance-backup--note = A note kept with it
    .value = NOTE
help-instance-config = An instance's settings: get, set, diff, history, set-back
help-instance-config-get = Show settings; of a secret only whether it is set
help-instance-config-get--fields = Only these, such as site_url (default: all)
    .value = FIELD
help-instance-config-set = Change settings: saved first, in force or put back
help-instance-config-diff = Show what a change would do; changes nothing
help-instance-config-history = Show what was changed when, and by whom
help-instance-config-set-back = Go back to the values from before a change
help-any--service = Only this service; may be given several times (default: all)
    .value = SERVICE
help-any--changes = FIELD=VALUE, such as jwt_expiry=7200; a secret as FIELD alone: it is asked for, or read from the first line of standard input
    .value = CHANGE
