# web/: what the panel answers when it cannot do what was asked, and what it tells after a form

problem-web-nothing-here = There is nothing here.
    .safe = Nothing was changed.
    .next = The address may be mistyped, or the thing was removed, or it belongs to a project you are not a member of.
problem-web-not-allowed = Your role does not allow this.
    .safe = Nothing was changed.
    .next = It needs the role “{ $role }” in this project; an owner of the project can give it to you.
problem-web-sign-in = You are not signed in.
    .safe = Nothing was changed.
    .next = Sign in, or send a valid token.
problem-token-unknown = The token is unknown, revoked or too old.
    .safe = Nothing was changed.
    .next = Make a new one on the account page or with zelo token create.
problem-web-foreign-form = The form has expired, or did not come from one of Zelo's pages.
    .safe = Nothing was changed.
    .next = Reload the page and send it again.
problem-web-too-many = Too many tries. Wait { $seconds ->
        [one] one second
       *[other] { $seconds } seconds
    } and try again.
    .safe = Nothing was changed. Others are not held up.
    .next = If it was not you, tell an administrator: the log has the address.
problem-web-bad-request = The request cannot be understood.
    .safe = Nothing was changed.
    .next = Check the fields and their form.
problem-web-too-large = More was sent than is taken here ({ $bytes }).
    .safe = Nothing was kept.
    .next = Send less, or ask an administrator to raise the limit.
problem-web-method = This address does not take requests of this kind.
    .safe = Nothing was changed.
    .next = The API’s own page, /api, has what each address takes.
problem-internal-web = Something went wrong in Zelo itself.
    .safe = What was running goes on; nothing was left half done.
    .next = The log says what happened. Try again; if it stays, report it.
problem-download-verifying = The backup is being verified first: it was not read in full within the last day.
    .safe = The link stays valid.
    .next = Try again when the verification is over: operation { $operation }.
problem-backup-no-items = No database is chosen.
    .safe = Nothing was begun.
    .next = Tick at least one.
problem-upload-over-limit = The file is larger than is taken in: at most { $bytes }.
    .safe = Nothing of it was kept.
    .next = Raise the setting store.upload_limit, or bring the file to the server and use zelo backup import.
problem-download-range = The part of the file that was asked for does not exist: it has { $bytes }.
    .safe = The backup is as it was.
    .next = Download it from the start.
problem-sign-in-wrong = Name or password is wrong.
    .safe = Nothing was changed.
    .next = Try again. Who has forgotten the password asks an administrator for a sign-in link (zelo user link).
problem-password-differs = The two passwords differ.
    .safe = Nothing was changed.
    .next = Type the same one twice.
problem-password-wrong = The present password is wrong.
    .safe = Nothing was changed.
    .next = Type it again.

flash-saved = Saved
flash-password-changed = Password changed. All other sessions are signed out.
flash-backup-pinned = Kept for ever
flash-backup-unpinned = No longer kept for ever
flash-backups-pinned = { $n ->
        [one] One backup is kept for ever
       *[other] { $n } backups are kept for ever
    }
flash-backups-unpinned = { $n ->
        [one] One backup is no longer kept for ever
       *[other] { $n } backups are no longer kept for ever
    }
flash-backups-verifying = { $n ->
        [one] One verification started
       *[other] { $n } verifications started
    }
flash-backups-some = Begun for { $n } of { $all }, not for the rest: { $what }
flash-nothing-chosen = Nothing was selected
flash-link-revoked = The download link is revoked
flash-aside-kept = Kept until { $day }
flash-cancelled = Cancelling: what was done is being undone
flash-retrying = Trying the undo again
flash-resolved = Marked as resolved
flash-assigned = { $name } belongs to a project now
flash-project-made = Project made
flash-project-renamed = Project renamed
flash-member-set = Role saved
flash-member-removed = Removed from the project
flash-person-made = Person added
flash-person-disabled = They can no longer sign in
flash-person-enabled = They can sign in again
flash-token-revoked = The token is revoked
flash-sessions-ended = All other sessions are signed out
flash-failed = { $what }
