# What the key file and sealing say.

problem-key-missing = The key file { $path } is missing, and the database holds credentials sealed under it.
    .safe = Nothing was changed: no new key was made, the sealed credentials and all backups are as they were.
    .next = Put the key file back from where you keep its copy. Without it, move the database aside, run “zelo catalog rebuild”, and say with “zelo resource edit” how each resource is reached.

problem-key-open = The key file { $path } may be used by others than its owner (mode { $mode }).
    .safe = Zelo did not start and read nothing from it.
    .next = Run: chmod 600 { $path }. If others may have read it, change the passwords of the resources too.

problem-key-shape = { $path } is not a key file: it has no line of 64 hexadecimal digits.
    .safe = The file was not touched.
    .next = Put the key file back from where you keep its copy.

problem-key-unusable = The key file { $path } cannot be used.
    .safe = Nothing was changed.
    .next = Check that the data folder exists, is on a working disk and belongs to the user Zelo runs as.

problem-no-random = The system gave no random bytes.
    .safe = Nothing was sealed and no key was made.
    .next = Check that /dev/urandom exists and can be read, then try again.

problem-seal-shape = The stored credential of { $owner } is not a sealed text.
    .safe = Nothing was changed.
    .next = Give it again with “zelo resource edit”. If you did not edit the database by hand, check its disk.

problem-seal-other-key = The stored credential of { $owner } was sealed under the key { $sealed }; the key file holds { $have }.
    .safe = Nothing was changed.
    .next = Put the key file { $sealed } back, or give the credential again with “zelo resource edit”.

problem-seal-tampered = The stored credential of { $owner } was changed after it was sealed, or belongs to something else.
    .safe = It was not used.
    .next = Find out who can write to Zelo's database, then give the credential again with “zelo resource edit”.

problem-password-weak = This password is not enough: it needs at least { $fewest } characters and at most { $most } bytes, and must not be the name.
    .safe = Nothing was changed.
    .next = Choose a longer one; a few words in a row are easy to remember.

problem-password-hash = The password could not be made into what is kept of it.
    .safe = Nothing was changed.
    .next = Try again. If it happens again, report it with the detail below.
