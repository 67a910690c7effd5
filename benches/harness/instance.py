"""A Supabase-shaped instance of the lab, and how long one of its services is away
while something is done to it."""

import os
import shutil
import socket
import subprocess
import threading
import time
from contextlib import contextmanager

from .lab import ROOT, docker
from .table import Broken, note

PROJECT = "zelo-bench"
# Between two tries to reach a service.
TRY = 0.02


def script(*arguments):
    """One of the lab's commands; what it prints."""
    environment = {**os.environ, "ZELO_LAB_RUN": "bench"}
    done = subprocess.run(arguments, cwd=ROOT, check=False, capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        raise Broken(f"{' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout.strip()


def free_run():
    """The first of ten ports, one after the other, on which nobody listens."""
    while True:
        with socket.socket() as first:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
        try:
            for more in range(port, port + 10):
                with socket.socket() as one:
                    one.bind(("0.0.0.0", more))
            return port
        except OSError:
            continue


@contextmanager
def running(folder):
    """A filled instance of the Kong layout, which has the most services (13), taken down in
    the end; its folder."""
    folder = os.path.join(folder, "instance")
    shutil.rmtree(folder, ignore_errors=True)
    note("making an instance")
    script("lab/instance", "new", folder, PROJECT, "kong", str(free_run()))
    try:
        yield folder
    finally:
        script("lab/instance", "down", folder)


def compose():
    """The path of the lab's Compose."""
    return script("lab/compose")


def set_env(folder, key, value):
    """Writes a value by hand, as people do."""
    path = os.path.join(folder, ".env")
    with open(path, encoding="utf-8") as file:
        lines = [f"{key}={value}\n" if line.startswith(f"{key}=") else line for line in file]
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(lines)


def states(service):
    """Its container's id and start, and those of all others."""
    listed = docker("ps", "-aq", "--no-trunc", "--filter", f"label=com.docker.compose.project={PROJECT}").split()
    form = '{{index .Config.Labels "com.docker.compose.service"}} {{.Id}} {{.State.StartedAt}}'
    lines = docker("inspect", "-f", form, *listed).splitlines()
    found = {line.split()[0]: line.split()[1:] for line in lines}
    return found.pop(service), found


def fill(mib):
    """Adds a table that makes recovery points as large as those of an instance in use:
    16 random bytes 64 times a row, of which no compressor makes less."""
    ids = docker("ps", "-q", "--filter", f"label=com.docker.compose.project={PROJECT}",
                 "--filter", "label=com.docker.compose.service=db").split()  # fmt: skip
    bytes_of = "string_agg(decode(md5(random()::text || i || j), 'hex'), '')"
    sql = (
        "DROP TABLE IF EXISTS public.pictures; CREATE TABLE public.pictures AS "
        f"SELECT i, (SELECT {bytes_of} FROM generate_series(1, 64) j) AS bytes FROM generate_series(1, {mib * 1024}) i"
    )
    docker("exec", ids[0], "psql", "-XqU", "supabase_admin", "-h", "127.0.0.1", "-d", "postgres",
           "-v", "ON_ERROR_STOP=1", "-c", sql)  # fmt: skip


def held(folder):
    """Bytes of all files below a folder."""
    return sum(os.path.getsize(os.path.join(at, name)) for at, _, names in os.walk(folder) for name in names)


def away(action):
    """How long the auth service does not answer while something is done: the longest
    time between two answers, in seconds."""
    answered, over, worst = [time.perf_counter()], threading.Event(), [0.0]

    def watch():
        while not over.is_set():
            if reaches():
                now = time.perf_counter()
                worst[0] = max(worst[0], now - answered[0])
                answered[0] = now
            time.sleep(TRY)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        action()
        deadline = time.monotonic() + 60
        while not reaches():
            if time.monotonic() > deadline:
                raise Broken("auth does not come back")
            time.sleep(TRY)
        time.sleep(1)
    finally:
        over.set()
        watcher.join()
    return worst[0]


def reaches():
    """Whether auth answers in its container's own address."""
    name = f"label=com.docker.compose.project={PROJECT}"
    ids = docker("ps", "-q", "--filter", name, "--filter", "label=com.docker.compose.service=auth", check=False).split()
    if len(ids) != 1:
        return False
    form = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
    address = docker("inspect", "-f", form, ids[0], check=False)
    try:
        with socket.create_connection((address, 9999), timeout=0.5) as connection:
            connection.sendall(b"GET /health HTTP/1.0\r\n\r\n")
            return connection.recv(64).startswith(b"HTTP/1.")
    except OSError:
        return False
