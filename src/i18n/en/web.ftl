# web/: the bare page and app start

page-gate-title = Sign in
page-gate-text = This page needs a session. Zelo prints a sign-in link in its terminal when it starts; each link works once, for one hour.
page-home-intro = Backups and operations of this Zelo.
page-home-nothing = Nothing yet.
page-home-backups = Backups
page-home-operations = Operations

problem-http-bind = The address { $address } cannot be used.
    .safe = Nothing was changed.
    .next = Another program may be listening there: choose another address with --bind.
problem-page-broken = The page could not be made.
    .safe = Nothing was changed.
    .next = The log has the reason.
problem-data-folder = The data folder { $path } cannot be made or used.
    .safe = Nothing was changed.
    .next = Choose another with --data, or give this user the right to write there.
