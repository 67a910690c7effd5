# cli/demo: the tour

demo-1-sample = 1/6  A shop in a { $kind } database of its own
demo-2-backup = 2/6  Back it up
demo-3-verify = 3/6  Verify the backup: every digest, and the structure
demo-4-damage = 4/6  Damage the data: names overwritten, a third of the orders deleted
demo-5-restore = 5/6  Restore the backup, behind a safety backup, and compare
demo-6-undo = 6/6  Undo the restore, and compare again
demo-digest = digest { $digest }
demo-good = Every comparison held: the restore gave back the shop, the undo gave back the damage.
demo-bad = A comparison did not hold.
demo-fallback = No PostgreSQL here (neither server binaries nor a Docker Engine with an image): the shop goes into SQLite.
demo-serving = The pages are open at { $link } (this link works once). Ctrl-C ends the demo and removes everything it made.

problem-demo-sample = The demo’s sample database could not be made.
    .safe = Nothing outside the demo’s own temporary folder was touched.
    .next = Check that the folder for temporary files has room and can be written to.
problem-demo-sample-command = { $program } failed while the demo’s sample was made.
    .safe = Nothing outside the demo’s own temporary folder was touched.
    .next = Try “zelo demo --kind sqlite”, which needs no other program.
problem-demo-no-user = A PostgreSQL server cannot run as root, and this machine has neither a user “postgres” nor “nobody”.
    .safe = Nothing was changed.
    .next = Run the demo as an ordinary user, or with --kind sqlite.
problem-demo-no-postgres = No PostgreSQL can be had here: neither server binaries nor a Docker Engine with a PostgreSQL image.
    .safe = Nothing was changed.
    .next = Install a PostgreSQL server, or run the demo without --kind postgres.
problem-demo-operation = An operation of the demo ended as { $state }.
    .safe = Nothing outside the demo’s own temporary folder was touched.
    .next = Run the demo again with --verbose.
