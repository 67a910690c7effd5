# The queue and the runner's lock.

problem-runner-lock = The lock file { $path } cannot be used.
    .safe = Nothing was run.
    .next = Check that the data folder exists, that Zelo's user may write there, and that it is not on a network file system without locks.

problem-queue-open = The queue of operations could not be set up in the data folder.
    .safe = Nothing was run; what waits stays listed and runs once the queue is there.
    .next = Check that Zelo's user may write to the data folder and that the disk has space, then start Zelo again.

problem-queue-push = The queue of operations does not take anything at the moment.
    .safe = What was asked is written down and waits; Zelo goes on trying.
    .next = Nothing, if it passes. If it stays so, check the disk that holds the data folder.
