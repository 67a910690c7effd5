# web/: what administrators manage, and everybody's own account

# Detected

ui-detected-text = Databases in the containers of this server that belong to no project. Zelo only looked; nothing was changed.
ui-detected-again = Look again
ui-detected-list = Without a project
ui-detected-looked = looked
ui-detected-name = Name in Zelo
ui-detected-assign = Assign
ui-detected-none = Nothing new
ui-detected-none-text = Everything that was detected belongs to a project.

# Projects

ui-projects-text = A project is the boundary of ownership: nothing of one is visible to the members of another.
ui-project-new = New project
ui-project-new-help = You become its first owner.
ui-project-make = Make the project
ui-project-text = Its members and its resources.
ui-project-rename-help = Backups made before stay where they lie.
ui-rename = Rename
ui-members = Members
ui-members-none = No members
ui-members-none-text = Only administrators see this project.
ui-member-add = Add a member
ui-person = Person
ui-role = Role
ui-roles = What the roles may do
ui-role-of = Role of { $name }
ui-role-viewer = Viewer
ui-role-viewer-text = Sees states, lists and plans; no contents, downloads or secrets.
ui-role-operator = Operator
ui-role-operator-text = Also backs up, verifies, keeps and downloads.
ui-role-owner = Owner
ui-role-owner-text = Also restores, undoes, uploads and deletes, and decides who is a member.
ui-add = Add
ui-remove = Remove
ui-save = Save

# People

ui-people = People
ui-people-text = Who may sign in. What they may do is decided by each project.
ui-person-new = Add a person
ui-email = E-mail
ui-email-help = May be left empty.
ui-person-first-password = First password
ui-person-first-password-help = At least 12 characters. Tell it to them in person; they change it on their account page.
ui-administrator-help = Manages people, projects, stores and settings, and may do everything in every project.
ui-administrator-make = Make administrator
ui-administrator-end = No longer administrator
ui-since = Since
ui-you = you
ui-person-active = May sign in
ui-person-disabled = May not sign in
ui-person-access = Access
ui-person-disable = Keep out
ui-person-disable-help = They are signed out at once, and their tokens and links end. What they did stays in the audit log.
ui-person-enable = Let in again
ui-person-enable-help = They sign in anew. Tokens and links that ended stay ended.
ui-person-password = New password
ui-person-password-help = At least 12 characters. They are signed out everywhere.
ui-person-password-do = Set the password
ui-memberships-none = In no project
ui-memberships-none-text = Add them on the page of a project.

# Account

ui-account-text = You are signed in as { $name }.
ui-password-change = Change password
ui-password-change-text = All other sessions are signed out.
ui-password-current = Current password
ui-language = Language
ui-language-label = Pages and messages
ui-language-browser = As the browser asks for
ui-my-projects = Your projects
ui-my-projects-none = An owner of a project can add you.
ui-sessions = Other devices
ui-sessions-text = Ends every session but this one.
ui-sessions-end = Sign out elsewhere
ui-tokens = API tokens
ui-tokens-text = Each may do what you may
ui-token-new = New token
ui-token-for = What it is for
ui-token-for-help = So that you know later which one to revoke.
ui-token-make = Make a token
ui-token-made = The token is made
ui-token-made-text = Copy it now: only its digest is kept, and it is not shown again.
ui-token-used = Last used
ui-token-ends = Ends
ui-token-over = Over
ui-token-created = Made
ui-token-days = { $n ->
        [one] in { $n } day
       *[other] in { $n } days
    }
ui-token-endless = when it is revoked
ui-copy-token = Copy the token

# Stores

ui-stores-text = Where backups are kept, and how much room is left there.
ui-store-good = Room enough
ui-store-full = Below its reserve
ui-store-lost = Not reachable
ui-store-room = Disk
ui-store-of = of { $name }
ui-store-free = { $name } free
ui-store-reserve = { $name } must stay free
ui-store-place = Folder

# Audit log

ui-audit-text = Who did what, append-only. Each entry's hash covers the one before it.
ui-audit-check = Check the chain
ui-audit-whole = { $n ->
        [one] The chain is whole: one entry
       *[other] The chain is whole: { $n } entries
    }
ui-audit-hash = Last hash:
ui-filter-audit = Filter the audit log
ui-audit-action = Action
ui-audit-all-actions = All actions
ui-audit-actor = By
ui-audit-all-actors = Everybody
ui-audit-when = When
ui-audit-detail = Details
ui-audit-number = No.

# Alerts

ui-alerts-text = What happened that somebody should hear of.
ui-alerts-none = Nothing yet
ui-alerts-none-text = Backups, failures, and what needs a person is listed here.
ui-topic-operation-succeeded = An operation is done
ui-topic-operation-failed = An operation failed
ui-topic-operation-rolled-back = An operation was undone
ui-topic-operation-cancelled = An operation was cancelled
ui-topic-operation-needs-operator = An operation needs a person
ui-topic-operation-resolved = An operation was put right by hand
ui-topic-backup-publish = A backup was stored
ui-topic-backup-complete = A backup is whole again
ui-topic-backup-corrupt = A backup is damaged
ui-topic-backup-missing = A backup is missing from its store
ui-topic-backup-trash = A backup was deleted
ui-topic-backup-untrash = A backup was brought back
ui-topic-backup-forget = A backup was removed for good
ui-topic-backup-found = A backup was found in a store
ui-topic-backup-proven = A backup was proven
ui-topic-resource-ok = A resource is there again
ui-topic-resource-missing = A resource is missing
ui-topic-aside-overdue = Something set aside is kept too long
