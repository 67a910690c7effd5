"""A PostgreSQL of the lab with the generated database in it, and what a person
would do with it by hand: dump it, compress it, load it."""

import os
import subprocess
import time

from .table import Broken, note

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
GENERATE = os.path.join(ROOT, "benches", "data", "generate")

DATABASE = "shop"
PEER = "shop_peer"
# A volume made by another generator is thrown away.
GENERATOR = "zelo-compare 1"
SCALE_OF_1G = 1.0
LABEL = "zelo.lab=bench"


def docker(*arguments, check=True):
    """Its output, without the line end."""
    done = subprocess.run(["docker", *arguments], check=False, capture_output=True, text=True)
    if check and done.returncode != 0:
        raise Broken(f"docker {' '.join(arguments[:2])}: {done.stderr.strip()}")
    return done.stdout.strip()


def clean():
    """Removes the containers and the databases kept between runs."""
    for name in docker("ps", "-aq", "--filter", f"label={LABEL}").split():
        docker("rm", "-f", "-v", name)
    for name in docker("volume", "ls", "-q", "--filter", f"label={LABEL}").split():
        note(f"removing volume {name}")
        docker("volume", "rm", "-f", name)


def pipeline(*commands, source=None, sink=subprocess.DEVNULL):
    """Runs commands joined by pipes on this machine; seconds from the first start
    to the last end. Any exit status but 0 ends the comparison."""
    began = time.perf_counter()
    running, stdin = [], source or subprocess.DEVNULL
    for at, command in enumerate(commands):
        stdout = sink if at == len(commands) - 1 else subprocess.PIPE
        running.append(subprocess.Popen(command, stdin=stdin, stdout=stdout))
        if at > 0:
            stdin.close()  # the child's own now: a reader that ends must end its writer
        stdin = running[-1].stdout
    states = [process.wait() for process in running]
    took = time.perf_counter() - began
    for command, state in zip(commands, states):
        if state != 0:
            raise Broken(f"{' '.join(command)} ended with {state}")
    return took


class Server:
    """One container on a volume that is kept between runs."""

    def __init__(self, size, major):
        self.size = size
        self.name = f"zelo-bench-{major}-{size >> 20}m"
        self.major = major

    def __enter__(self):
        docker("rm", "-f", self.name, check=False)
        environment = {**os.environ, "ZELO_LAB_RUN": "bench"}
        # Stock settings, except that nothing else may start working meanwhile.
        command = [os.path.join(ROOT, "lab", "postgres"), self.name, self.major, "--", "-c", "autovacuum=off"]
        if subprocess.run(command, check=False, env=environment, stdout=subprocess.DEVNULL).returncode != 0:
            raise Broken(f"lab/postgres {self.name} did not start")
        try:
            self._tidy()
            if self.sql("postgres", f"SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '{DATABASE}'") != self._mark():
                self._generate()
            self.sql(DATABASE, "VACUUM (FREEZE, ANALYZE)")
            self.bytes = int(self.sql("postgres", f"SELECT pg_database_size('{DATABASE}')"))
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        # In order, so that the next start needs no recovery.
        docker("stop", "-t", "60", self.name, check=False)
        docker("rm", self.name, check=False)

    def _mark(self):
        return f"{GENERATOR}, {self.size}"

    def _generate(self):
        note(f"generating {self.size >> 20} MiB (kept for later runs)")
        self.drop(DATABASE)
        self.create(DATABASE)
        scale = SCALE_OF_1G * self.size / (1 << 30)
        pipeline([GENERATE, f"{scale:.6f}"], self.psql(DATABASE, stdin=True))
        self.sql("postgres", f"COMMENT ON DATABASE {DATABASE} IS '{self._mark()}'")

    def _tidy(self):
        """What an interrupted run may have left."""
        self.drop_asides()
        self.drop(PEER)

    def exec(self, *command, stdin=False):
        """The command line of `docker exec`, as a person would type it."""
        return ["docker", "exec", *(["-i"] if stdin else []), self.name, *command]

    def psql(self, database, *options, stdin=False):
        return self.exec("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-U", "postgres", *options, database, stdin=stdin)

    def sql(self, database, text):
        """One statement's answer, unaligned."""
        done = subprocess.run(self.psql(database, "-At", "-c", text), check=False, capture_output=True, text=True)
        if done.returncode != 0:
            raise Broken(f"{text}: {done.stderr.strip()}")
        return done.stdout.strip()

    def create(self, database):
        self.sql("postgres", f"CREATE DATABASE {database} TEMPLATE template0")

    def drop(self, database):
        self.sql("postgres", f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def drop_asides(self):
        """The former contents a restore keeps beside: here they only take disk."""
        names = self.sql("postgres", f"SELECT datname FROM pg_database WHERE datname LIKE '{DATABASE}\\_\\_zelo%'")
        for name in names.split():
            self.drop(name)

    def settle(self):
        """Lets no contestant pay for what the one before left to be written."""
        self.sql("postgres", "CHECKPOINT")
        os.sync()

    def pg_dump(self):
        return self.exec("pg_dump", "-U", "postgres", "-Fc", "-Z0", DATABASE)

    def pg_restore(self, path):
        """Loads a dump into a fresh database, in one transaction; seconds."""
        self.create(PEER)
        self.settle()
        with open(path, "rb") as dump:
            took = pipeline(self.exec("pg_restore", "-1", "-U", "postgres", "-d", PEER, stdin=True), source=dump)
        self.drop(PEER)
        return took
