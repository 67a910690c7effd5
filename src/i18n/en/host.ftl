# What can go wrong between Zelo and the machines it works on.

problem-docker-unreachable = No Docker Engine answers at { $at }.
    .safe = Nothing was changed through it.
    .next = Check that the engine runs (systemctl status docker) and that Zelo's user may use its socket, then try again.

problem-container-missing = There is no container named { $container }.
    .safe = Nothing was changed. Backups made of it are kept.
    .next = Create it again, for example with “docker compose up -d”, or restore to another resource.

problem-container-stopped = The container { $container } is not running, or stopped while Zelo was working in it.
    .safe = What Zelo had begun in it has ended with it; nothing half done counts as done.
    .next = See why it stopped with “docker logs { $container }”, start it, then try again.

problem-tool-missing = { $program } is not installed in { $place }.
    .safe = It was not run, so nothing was changed.
    .next = Install { $program } there, or use an image that has it, then try again.

problem-host-connection-lost = The connection to { $place } broke in the middle.
    .safe = What had arrived by then is not taken for the whole.
    .next = Check the container and the Docker Engine's log, then try again.

problem-process-wont-end = Process { $pid } in { $place } is still there after SIGKILL.
    .safe = Zelo undoes nothing while it may still be writing.
    .next = It most likely waits for a disk that does not answer: look at it with “ps -o stat,wchan -p { $pid }”. Once it is gone, try again.

problem-docker-refused = The Docker Engine refused what Zelo asked for.
    .safe = What it refused was not done.
    .next = The engine's own words say why; put that right, then try again.

problem-host-io = The operating system reported an error.
    .safe = Nothing that was only half written counts as done.
    .next = The system's own words say why: most often a right that is missing, a full disk or a path that is gone.
