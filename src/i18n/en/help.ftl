# The help of the command line: one id for each command (help-backup-create), one
# for each of its arguments (help-backup-create--note); what several commands have
# alike is help-any--…. The attribute is what stands for the value.

help-zelo = Backups that are read back and checked, and dangerous operations that end done or undone
help-zelo--version = Print version

# Shared

help-any--config = Settings file; else ZELO_CONFIG, /etc/zelo/zelo.toml or the user's own
    .value = FILE
help-any--data = Zelo's own folder: database, key file, local store
    .value = FOLDER
help-any--json = One JSON object on standard output instead of text
help-any--verbose = Log more; twice for even more
help-any--lang = Language: en or pt-BR; else the settings', else the terminal's
    .value = LANGUAGE
help-any--help = Print help
help-any--dry-run = Show the plan and change nothing
help-any--no-wait = Leave once it is queued (a server must be running to carry it out)
help-any--idempotency-key = Asked again with the same key, the same operation is shown instead of a second one
    .value = KEY
help-any--yes = Agree without being asked
help-any--confirm = Agree by typing the name the plan asks for
    .value = NAME
help-any--without-safety = Go without a safety backup, and why; recorded
    .value = REASON
help-any--resource = The resource, by name or id
    .value = RESOURCE
help-any--backup = The backup's id, or its last eight characters
    .value = BACKUP
help-any--user = The person, by name or id
    .value = PERSON
help-any--project = The project, by name or id
    .value = PROJECT
help-any--operation = The operation's id, or its last eight characters
    .value = OPERATION
help-any--limit = At most so many
    .value = COUNT

# Resources

help-resource = What is protected: list, detect, add, edit, check, assign, rename, remove
help-resource-list = List what is protected
help-resource-list--kind = Only of this kind
    .value = KIND
help-resource-detect = Find databases in this machine's containers
help-resource-add = Add a resource, by hand or from what was detected
help-resource-add--name = What it is to be called; default: as it was detected
    .value = NAME
help-resource-add--kind = Its kind, such as postgres or sqlite
    .value = KIND
help-resource-add--detected = Take what “zelo resource detect” lists under this name
    .value = NAME
help-resource-add--set = A value of its form, such as host=db or path=/srv/app.db; may be given several times
    .value = FIELD=VALUE
help-resource-add--password-file = Read the password from the first line of this file
    .value = FILE
help-resource-add--password-stdin = Read the password from the first line of standard input
help-resource-add--url-file = Read the connection string from the first line of this file
    .value = FILE
help-resource-add--secret-file = Read another secret field from the first line of a file
    .value = FIELD=FILE
help-resource-add--unchecked = Add it even if it cannot be reached now
help-resource-add--dry-run = Only check it
help-resource-edit = Change how a resource is reached, its password for one
help-resource-edit--set = A new value of its form, such as host=db; nothing after = takes it away; may be given several times
    .value = FIELD=VALUE
help-resource-edit--password-file = Read the new password from the first line of this file
    .value = FILE
help-resource-edit--password-stdin = Read the new password from the first line of standard input
help-resource-edit--url-file = Read the new connection string from the first line of this file
    .value = FILE
help-resource-edit--secret-file = Read another secret field from the first line of a file
    .value = FIELD=FILE
help-resource-edit--unchecked = Change it even if it cannot be reached now
help-resource-edit--dry-run = Only check it
help-resource-check = Look whether a resource can be reached, read and dumped, and what is wrong
help-resource-assign = Give a resource to a project, with its backups and operations
help-resource-rename = Rename a resource
help-resource-rename--name = What it is to be called; no other in its project may be called so
    .value = NAME
help-resource-remove = Take a resource off the list; it and its backups stay

# Backups

help-backup = Backups: create, import, list, info, validate, delete, untrash, purge
help-backup-create = Back a resource up
help-backup-create--name = A name for the backup
    .value = NAME
help-backup-create--note = A note kept with it
    .value = NOTE
help-backup-create--item = Only these databases; may be given several times (default: all)
    .value = NAME
help-backup-create--format = The engine's own format, such as custom or plain, of an instance logical, physical or both (default: the engine's choice)
    .value = FORMAT
help-backup-create--roles = With the roles and their passwords; without the option: if permitted
help-backup-create--no-roles = Without roles
help-backup-create--compression = auto, none, gzip:1 to gzip:9, zstd:1 to zstd:19
    .value = HOW
help-backup-import = Take in a dump from elsewhere, or a download of another Zelo, as a backup
help-backup-import--path = The file; a folder that is one dump or backup; or a folder of files, each its own backup
    .value = FILE
help-backup-import--resource = The resource it becomes a backup of, by name or id
    .value = RESOURCE
help-backup-import--name = A name for the backup
    .value = NAME
help-backup-import--note = A note kept with it
    .value = NOTE
help-backup-import--item = The database it is of, where the file does not say or says otherwise
    .value = NAME
help-backup-list = List backups, newest first
help-backup-list--resource = Only of this resource, by name or id
    .value = RESOURCE
help-backup-list--all = Also deleted and missing ones
help-backup-list--trash = Only what is in the trash, and until when it stays there
help-backup-info = Show one backup: contents, versions, digests
help-backup-validate = Read a backup to its end and check digests and structure
help-backup-delete = Move a backup to the trash
help-backup-untrash = Bring a backup back from the trash
help-backup-purge = Remove a backup in the trash for good
help-catalog = The list of backups: rebuild it from the store
help-catalog-rebuild = Rebuild it from the manifests in the store

# Restore and undo

help-restore = Restore a backup; what it replaces is set aside and can be put back
help-restore--into = Into this resource of the same kind (default: the one it was taken of)
    .value = RESOURCE
help-restore--item = Only these databases; may be given several times (default: all in the backup)
    .value = NAME
help-restore--new-name = Into a new database of this name, replacing nothing
    .value = NAME
help-restore--in-place = Drop first, then load: for a disk that cannot hold both
help-restore--replace-roles = Change roles that exist already to what the backup says
help-undo = Undo a finished restore, or a finished undo
help-undo--operation = The finished restore or undo: its id, or its last eight characters
    .value = OPERATION

# Operations

help-operation = Operations: list, show, watch, cancel, resolve
help-operation-list = List operations, newest first
help-operation-list--resource = { help-backup-list--resource }
    .value = RESOURCE
help-operation-list--state = Only in this state; may be given several times
    .value = STATE
help-operation-show = Show one operation: its plan, its steps, its log
help-operation-watch = Follow an operation until it is over
help-operation-cancel = Ask an operation to stop; what it did is undone
help-operation-resolve = Take a way out for an operation whose undo failed
help-operation-resolve--retry = Try again what could not be undone
help-operation-resolve--restore = Restore the safety backup it took
help-operation-resolve--note = It was put right by hand, and how
    .value = NOTE

# People

help-user = People: list, add, link, password, disable, enable, admin
help-user-list = List people, their rights and what they are members of
help-user-add = Add a person; asks for a password, or leave it empty and use “zelo user link”
help-user-add--name = What they sign in by; capitals do not matter
    .value = NAME
help-user-add--email = Where mail reaches them
    .value = ADDRESS
help-user-add--admin = As an administrator: people, projects, hosts, stores, settings
help-user-add--password-stdin = Read the password from the first line of standard input
help-user-link = Print a link that signs a person in, once, within an hour
help-user-password = Give a person a new password; their sessions end
help-user-password--password-stdin = Read the password from the first line of standard input
help-user-disable = Keep a person out; sessions and tokens end
help-user-enable = Let a person in again
help-user-admin = Make a person an administrator
help-user-admin--off = No longer an administrator
help-project = Projects and who may do what in them: list, add, rename, member
help-project-list = List projects and their members
help-project-add = Add a project
help-project-add--name = What it is to be called
    .value = NAME
help-project-add--owner = Its first owner, by name or id
    .value = PERSON
help-project-rename = Rename a project
help-project-rename--name = What it is to be called
    .value = NAME
help-project-member = Members: add, remove
help-project-member-add = Make a person a member of a project, or change as what
help-project-member-add--role = viewer sees states and lists; operator backs up and downloads; owner restores, deletes and decides about members
    .value = ROLE
help-project-member-remove = End a membership
help-token = Tokens for the API: create, list, revoke
help-token-create = Make a token; it is shown once and may what its person may
help-token-create--name = What it is for
    .value = TEXT
help-token-create--expires = Works for so long, such as 90d (default: until it is revoked)
    .value = TIME
help-token-list = List tokens that were not revoked
help-token-list--user = Only of this person, by name or id
    .value = PERSON
help-token-revoke = Revoke a token: it lets nobody in any more
help-token-revoke--token = The token's id, or its last eight characters
    .value = TOKEN

# The machine

help-doctor = Look whether Zelo can work on this machine
help-serve = Run the server: the pages and the operations
help-serve--bind = Address and port to listen on (default: the settings')
    .value = ADDRESS
help-worker = Run operations without the pages
help-demo = See the main job done on a sample database made for it
help-demo--exit = End after the tour instead of serving its pages
help-demo--kind = Insist on a kind (exit code 3 if it cannot be had)
    .value = KIND
help-demo--instance = Show it on this instance of the lab, by its Compose project
    .value = PROJECT
help-demo--bind = Address and port of the pages
    .value = ADDRESS
help-openapi = Print the API's document (OpenAPI 3.1)
help-help = Help on a command, or on exit-codes
help-help--topic = A command (restore, backup create), or exit-codes
    .value = TOPIC

# What restores set aside

help-any--aside = Its id, or the last eight characters
    .value = ASIDE
help-aside = What restores set aside: list, keep, free
help-aside-list = List what is set aside, with sizes; the first to go comes first
help-aside-list--resource = { help-backup-list--resource }
    .value = RESOURCE
help-aside-keep = Keep something longer
help-aside-keep--days = For so many days from now; never for less than it is kept already
    .value = DAYS
help-aside-free = Remove something for good, now
help-aside-free--without-safety = Do it although no safety backup is left, and why; recorded
    .value = REASON

help-instance-config-test-mail = Send a test mail with the mail settings as they stand, or with these values in place of saved ones. Nothing is changed
help-instance-config-test-mail--to = To whom
    .value = ADDRESS
