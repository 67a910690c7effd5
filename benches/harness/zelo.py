"""The program that is measured: built, run, and asked what it did."""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from .table import Broken, note


def build(root):
    """Builds the release binary; its path."""
    note("cargo build --release")
    command = ["cargo", "build", "--release", "--locked", "--bin", "zelo", "--message-format=json"]
    done = subprocess.run(command, cwd=root, check=False, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise Broken("cargo build failed")
    for line in done.stdout.splitlines():
        said = json.loads(line)
        if said.get("executable") and said["target"]["name"] == "zelo":
            return said["executable"]
    raise Broken("cargo build made no zelo")


def moment(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def seconds(record):
    """From an operation's or a step's start to its end."""
    return (moment(record["ended_at"]) - moment(record["started_at"])).total_seconds()


@dataclass
class Run:
    """One run of the program, to its end."""

    seconds: float
    peak_mib: float
    said: dict


class Zelo:
    """A binary with a folder of its own."""

    def __init__(self, binary):
        self.binary = binary
        self.data = None
        self.address = None
        # Variables of its own.
        self.more = {}

    def settle_in(self, folder):
        """Starts over in an empty folder."""
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        copy = Zelo(self.binary)
        copy.data = folder
        return copy

    @property
    def store(self):
        """Where its backups lie."""
        return os.path.join(self.data, "measured-store")

    def _environment(self, **more):
        mine = {name: value for name, value in os.environ.items() if not name.startswith("ZELO_")}
        return {**mine, "ZELO_STORE_FOLDER": self.store, "LC_ALL": "C.UTF-8", **self.more, **more}

    def run(self, *arguments):
        """Runs a command, which must end well. The time is that of the whole
        process; the memory is the most the kernel saw it hold."""
        with tempfile.TemporaryFile() as out, open(os.path.join(self.data, "stderr.log"), "ab") as err:
            began = time.perf_counter()
            command = [self.binary, "--data", self.data, "--json", *arguments]
            child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=self._environment())
            _, status, usage = os.wait4(child.pid, 0)
            took = time.perf_counter() - began
            child.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            text = out.read().decode()
        if child.returncode != 0:
            raise Broken(f"zelo {' '.join(arguments)} ended with {child.returncode}: {text.strip()}\n(see {err.name})")
        lines = text.strip().splitlines()
        return Run(took, usage.ru_maxrss / 1024, json.loads(lines[-1]) if lines else {})

    def operation(self, identity):
        """An operation with its steps; each step knows what the plan says of it."""
        shown = self.run("operation", "show", identity).said
        plan = {line["index"]: line for line in shown["operation"]["plan"]}
        for step in shown["steps"]:
            step["plan"] = plan[step["index"]]
        return shown

    @contextmanager
    def serve(self):
        """The server, stopped in the end; its process id."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        with open(os.path.join(self.data, "serve.log"), "ab") as log:
            child = subprocess.Popen(
                [self.binary, "--data", self.data, "serve"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=self._environment(ZELO_HTTP_BIND=f"127.0.0.1:{port}"),
            )  # fmt: skip
        try:
            self._until_it_answers(child, port)
            self.address = f"127.0.0.1:{port}"
            yield child.pid
        finally:
            child.send_signal(signal.SIGTERM)
            try:
                child.wait(60)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def _until_it_answers(self, child, port):
        deadline = time.monotonic() + 30
        while True:
            if child.poll() is not None:
                raise Broken(f"zelo serve ended with {child.returncode} (see {self.data}/serve.log)")
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                return
            except OSError:
                if time.monotonic() > deadline:
                    raise Broken("zelo serve does not answer") from None
                time.sleep(0.002)


def resident_mib(pid):
    """What a process holds in memory now."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        line = next(line for line in status if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024
