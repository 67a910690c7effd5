"""What is measured: one function a row, one list of them. To add a row, write a
function that returns Zelo's samples and its peer's (or None), and add it to ROWS."""

import json
import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from . import instance, panel
from .lab import DATABASE, ROOT, Server, pipeline
from .table import Broken, Goal, Result, note
from .zelo import moment, resident_mib, seconds

MIB = 1 << 20
LARGE = 4
QUEUED = 20
# MiB that are added to the lab's instance, which holds next to nothing by itself.
FILLED = 16
# A download and an upload are of this size, whatever --size says.
FILE = 2 << 30
PAGES = ["overview", "resource", "backups API"]
IDLE_SECONDS = 10
# The step that loads a dump; the others compare, analyze and swap.
LOADING = f"load:{DATABASE}"


def in_turn(runs, contestants):
    """Runs the contestants one after the other, A B A B…: what slows the machine
    for a while slows them all. Name → what each run returned."""
    samples = {name: [] for name in contestants}
    for turn in range(runs):
        for name, contestant in contestants.items():
            value = contestant()
            samples[name].append(value)
            shown = f"{value:.2f}" if isinstance(value, float) else value
            note(f"  {turn + 1}/{runs} {name}: {shown}")
    return samples


def once(function):
    """A property worked out when first wanted. What failed once stays failed."""
    name = function.__name__

    def get(bench):
        if name not in bench.kept:
            try:
                bench.kept[name] = function(bench)
            except Broken as problem:
                bench.kept[name] = problem
        if isinstance(bench.kept[name], Broken):
            raise bench.kept[name]
        return bench.kept[name]

    return property(get)


class Site:
    """A database of one size, and a Zelo that protects it."""

    def __init__(self, server, zelo, folder):
        self.server = server
        self.folder = folder
        self.zelo = zelo.settle_in(os.path.join(folder, "zelo"))
        self.zelo.run("resource", "add", "measured", "--detected", server.name)

    def back_up(self):
        """One backup: the run, and what became of it."""
        self.server.settle()
        run = self.zelo.run("backup", "create", "measured", "--item", DATABASE)
        return run, run.said["operation"]["backup"]

    def restore(self, backup):
        """One restore over the live database: the run, and its operation."""
        self.server.settle()
        run = self.zelo.run("restore", backup, "--yes")
        shown = self.zelo.operation(run.said["operation"]["id"])
        self.server.drop_asides()
        return run, shown

    def unpacked(self, backup):
        """The dump inside a backup, decompressed by gzip: what pg_restore is given."""
        info = self.zelo.run("backup", "info", backup).said
        parts = [part for part in info["manifest"]["parts"] if part["name"] == f"database:{DATABASE}"]
        resource = os.path.dirname(os.path.join(self.zelo.store, info["backup"]["path"]))
        path = os.path.join(self.folder, "peer.dump")
        with open(path, "wb") as dump:
            for file in parts[0]["files"]:
                pipeline(["gzip", "-dc", os.path.join(resource, file["path"])], sink=dump)
        return path

    def stored_bytes(self, backup):
        manifest = self.zelo.run("backup", "info", backup).said["manifest"]
        return sum(file["stored"]["bytes"] for part in manifest["parts"] for file in part["files"])


class Bench:
    """Everything rows share; what is expensive is done once, when first wanted."""

    def __init__(self, zelo, size, runs, major, work):
        self.zelo, self.size, self.runs, self.major, self.work = zelo, size, runs, major, work
        self.stack = ExitStack()
        self.kept = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stack.close()

    def _site(self, size):
        folder = os.path.join(self.work, f"{size // MIB}m")
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        self.stack.callback(shutil.rmtree, folder, ignore_errors=True)
        server = self.stack.enter_context(Server(size, self.major))
        note(f"{DATABASE}: {server.bytes / MIB:.0f} MiB in PostgreSQL {self.major}")
        return Site(server, self.zelo, folder)

    @once
    def site(self):
        return self._site(self.size)

    @once
    def backups(self):
        """Rounds of backup, plain dump, and dump through gzip -6."""
        site, dump = self.site, self.site.server.pg_dump()
        note("backups")
        pipeline(dump)  # everyone finds the same pages in memory
        runs = []

        def zelo():
            runs.append(site.back_up())
            return runs[-1][0].seconds

        def peer(*more):
            site.server.settle()
            return pipeline(dump, *more)

        samples = in_turn(self.runs, {
            "zelo backup create": zelo,
            "pg_dump": peer,
            "pg_dump | gzip -6": lambda: peer(["gzip", "-6"]),
        })  # fmt: skip
        seconds = list(samples.values())
        return {"zelo": seconds[0], "dump": seconds[1], "gzip6": seconds[2], "runs": runs}

    @once
    def restores(self):
        """Rounds of restore and pg_restore, from the same file."""
        site = self.site
        backup = self.backups["runs"][-1][1]
        dump = site.unpacked(backup)
        note("restores")
        runs = []

        def zelo():
            runs.append(site.restore(backup))
            return runs[-1][0].seconds

        samples = in_turn(self.runs, {
            "zelo restore (with its safety backup)": zelo,
            "pg_restore -1": lambda: site.server.pg_restore(dump),
        })  # fmt: skip
        return {"peer": list(samples.values())[1], "runs": runs}

    @once
    def large(self):
        """One backup and one restore of the large database: the memory of each."""
        site = self._site(self.size * LARGE)
        note("large backup and restore")
        run, backup = site.back_up()
        restore, _ = site.restore(backup)
        return {"backup": [run.peak_mib], "restore": [restore.peak_mib]}


    @once
    def bare(self):
        """The panel's peer."""
        return panel.build_bare(ROOT)

    def _folder(self, name):
        folder = os.path.join(self.work, name)
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        self.stack.callback(shutil.rmtree, folder, ignore_errors=True)
        return folder

    @once
    def carried(self):
        """A Zelo with a resource and one backup of two gigabytes, in one file."""
        folder = self._folder("carried")
        zelo = self.zelo.settle_in(os.path.join(folder, "zelo"))
        path = os.path.join(folder, "blob.sqlite")
        note(f"making {FILE / MIB:.0f} MiB")
        panel.blob(path, FILE)
        resource = zelo.run("resource", "add", "blob", "--kind", "sqlite", "--set", f"path={path}").said["id"]
        made = zelo.run("backup", "create", "blob", "--compression", "none").said
        backup = made["operation"]["backup"]
        info = zelo.run("backup", "info", backup).said
        files = [file for part in info["manifest"]["parts"] for file in part["files"]]
        stored = os.path.join(os.path.dirname(os.path.join(zelo.store, info["backup"]["path"])), files[0]["path"])
        token = panel.person(zelo)
        api = f"/api/resources/{resource}/backups"
        return {"zelo": zelo, "path": path, "stored": stored, "api": api, "backup": backup, "token": token}

    @once
    def downloads(self):
        """Rounds of one download from Zelo and from actix-files."""
        kit = self.carried
        zelo, wanted = kit["zelo"], os.path.getsize(kit["stored"])
        folder, name = os.path.split(kit["stored"])
        note("downloads")
        with zelo.serve() as pid, panel.bare_server(self.bare, folder) as (address, _):
            ways = {
                "zelo": lambda: panel.download(zelo.address, f"{kit['api']}/{kit['backup']}/download", kit["token"], wanted),
                "actix-files": lambda: panel.download(address, f"/files/{name}", kit["token"], wanted),
            }  # fmt: skip
            ways["actix-files"]()  # everyone finds the file in memory
            samples = in_turn(self.runs, ways)
            return {**samples, "memory": [panel.peak_mib(pid)]}

    @once
    def uploads(self):
        """Rounds of one upload to Zelo and to a handler that only writes. What
        became of Zelo's is removed between turns."""
        kit = self.carried
        zelo, folder = kit["zelo"], self._folder("uploaded")
        note("uploads")
        with zelo.serve() as pid, panel.bare_server(self.bare, folder) as (address, _):

            def to_zelo():
                os.sync()
                took, said = panel.upload(zelo.address, f"{kit['api']}/upload", kit["token"], kit["path"])
                operation = json.loads(said)["id"]
                zelo.run("operation", "watch", operation)
                backup = zelo.operation(operation)["operation"]["backup"]
                zelo.run("backup", "delete", backup, "--yes")
                zelo.run("backup", "purge", backup, "--yes")
                return took

            def to_bare():
                os.sync()
                took, _ = panel.upload(address, "/upload", kit["token"], kit["path"])
                os.remove(os.path.join(folder, "uploaded"))
                return took

            samples = in_turn(self.runs, {"zelo": to_zelo, "only written": to_bare})
            return {**samples, "memory": [panel.peak_mib(pid)]}

    @once
    def full(self):
        """A Zelo with a thousand resources and a hundred thousand backups."""
        folder = self._folder("full")
        zelo = self.zelo.settle_in(os.path.join(folder, "zelo"))
        path = os.path.join(folder, "tiny.sqlite")
        with sqlite3.connect(path) as tiny:
            tiny.execute("CREATE TABLE t (a)")
        tiny.close()
        resource = zelo.run("resource", "add", "database-0000", "--kind", "sqlite", "--set", f"path={path}").said["id"]
        operation = zelo.run("backup", "create", resource).said["operation"]["id"]
        panel.person(zelo)
        cookie = panel.session(zelo)
        note(f"making {panel.RESOURCES} resources and {panel.BACKUPS} backups")
        panel.fill(zelo, resource, operation)
        return {"zelo": zelo, "cookie": cookie, "resource": resource}

    @once
    def answers(self):
        """The 99th percentile of each page at a fixed rate, and of `/healthz`."""
        kit = self.full
        zelo, resource = kit["zelo"], kit["resource"]
        note(f"pages at {panel.RATE} requests/s for {panel.SECONDS} s")
        paths = {
            "/healthz": "/healthz",
            "overview": "/dashboard",
            "resource": f"/resources/{resource}",
            "backups API": f"/api/resources/{resource}/backups",
        }
        with zelo.serve():
            url = lambda path: f"http://{zelo.address}{path}"
            for path in paths.values():
                panel.weigh(zelo.address, path, kit["cookie"])  # everyone finds the database in memory
            ask = lambda path: lambda: panel.load(self.bare, url(path), kit["cookie"])["p99"]
            return in_turn(self.runs, {name: ask(path) for name, path in paths.items()})

    @once
    def instance(self):
        """A Zelo that knows an instance of the lab."""
        folder = self._folder("instance")
        at = self.stack.enter_context(instance.running(folder))
        zelo = self.zelo.settle_in(os.path.join(folder, "zelo"))
        zelo.more = {"ZELO_DOCKER_COMPOSE": instance.compose()}
        zelo.run("resource", "add", "--detected", instance.PROJECT)
        zelo.run("instance", "backup", instance.PROJECT)
        return {"zelo": zelo, "folder": at}

    @once
    def edits(self):
        """How long auth is away for a change of a value that only it reads."""
        zelo, folder = self.instance["zelo"], self.instance["folder"]
        turn = iter(range(10_000))
        value = lambda: f"http://localhost:3000/{next(turn)}"
        up = [instance.compose(), "up", "-d", "--no-deps", "auth"]

        def edit():
            _, others = instance.states("auth")
            setting = f"site_url={value()}"
            took = instance.away(lambda: zelo.run("instance", "config", "set", instance.PROJECT, setting, "--yes"))
            if instance.states("auth")[1] != others:
                raise Broken("another service than auth was touched")
            return took

        def peer():
            instance.set_env(folder, "SITE_URL", value())
            clean = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}

            def compose():
                done = subprocess.run(up, check=False, capture_output=True, text=True, env=clean, cwd=folder)
                if done.returncode != 0:
                    raise Broken(f"{' '.join(up)}: {done.stderr.strip()}")

            return instance.away(compose)

        note("a change of one value")
        return in_turn(self.runs, {"zelo instance config set": edit, "compose up -d --no-deps": peer})

    @once
    def shared(self):
        """KiB in the store that a first recovery point writes, and a second one after it with
        nothing changed in between."""
        known = self.instance["zelo"]
        instance.fill(FILLED)
        first, second = [], []
        for turn in range(self.runs):
            zelo = known.settle_in(os.path.join(self._folder("sharing"), "zelo"))
            zelo.more = known.more
            zelo.run("resource", "add", "--detected", instance.PROJECT)
            written = [instance.held(zelo.store)]
            for _ in range(2):
                zelo.run("instance", "backup", instance.PROJECT)
                written.append(instance.held(zelo.store))
            first.append((written[1] - written[0]) / 1024)
            second.append((written[2] - written[1]) / 1024)
            note(f"  {turn + 1}/{self.runs} first: {first[-1]:.0f} KiB, second: {second[-1]:.1f} KiB")
        return second, first

    @once
    def instance_answers(self):
        """The 99th percentile of the instance's page at a fixed rate, and of `/healthz`."""
        zelo = self.instance["zelo"]
        listed = zelo.run("resource", "list").said
        resource = next(row["id"] for row in listed if row["name"] == instance.PROJECT)
        panel.person(zelo)
        cookie = panel.session(zelo)
        paths = {"/healthz": "/healthz", "instance": f"/instances/{resource}"}
        with zelo.serve():
            for path in paths.values():
                panel.weigh(zelo.address, path, cookie)
            ask = lambda path: lambda: panel.load(self.bare, f"http://{zelo.address}{path}", cookie)["p99"]
            return in_turn(self.runs, {name: ask(path) for name, path in paths.items()})

    @once
    def weights(self):
        """The heaviest page: KB with all its files, and requests if those are kept."""
        kit = self.full
        paths = ["/sign-in", "/dashboard", "/dashboard/backup", "/operations", f"/resources/{kit['resource']}"]
        with kit["zelo"].serve():
            found = [panel.weigh(kit["zelo"].address, path, kit["cookie"]) for path in paths]
        return {"bytes": max(bytes for bytes, _ in found), "requests": max(requests for _, requests in found)}


def backup_time(bench):
    return bench.backups["zelo"], bench.backups["dump"]


def backup_time_compressed(bench):
    return bench.backups["zelo"], bench.backups["gzip6"]


def backup_size(bench):
    site = bench.site
    path = os.path.join(site.folder, "peer.gz")
    with open(path, "wb") as packed:
        pipeline(site.server.pg_dump(), ["gzip", "-1"], sink=packed)
    peer = os.path.getsize(path) / MIB
    os.remove(path)
    return [site.stored_bytes(backup) / MIB for _, backup in bench.backups["runs"]], [peer]


def backup_memory(bench):
    return [run.peak_mib for run, _ in bench.backups["runs"]], None


def restore_loading(bench):
    def loading(shown):
        return sum(seconds(step) for step in shown["steps"] if step["name"] == LOADING)

    return [loading(shown) for _, shown in bench.restores["runs"]], bench.restores["peer"]


def restore_in_all(bench):
    def all_but_safety(run, shown):
        return run.seconds - sum(seconds(step) for step in shown["steps"] if step["plan"]["effect"] == "saves")

    return [all_but_safety(run, shown) for run, shown in bench.restores["runs"]], bench.restores["peer"]


def restore_memory(bench):
    return [run.peak_mib for run, _ in bench.restores["runs"]], None


def large_backup_memory(bench):
    return bench.large["backup"], None


def large_restore_memory(bench):
    return bench.large["restore"], None


def large_backup_growth(bench):
    return bench.large["backup"], backup_memory(bench)[0]


def large_restore_growth(bench):
    return bench.large["restore"], restore_memory(bench)[0]


def idle_memory(bench):
    samples = []
    for turn in range(bench.runs):
        zelo = bench.zelo.settle_in(os.path.join(bench.work, "idle"))
        with zelo.serve() as pid:
            time.sleep(IDLE_SECONDS)
            samples.append(resident_mib(pid))
        note(f"  {turn + 1}/{bench.runs} zelo serve, idle: {samples[-1]:.1f} MiB")
        shutil.rmtree(zelo.data)
    return samples, None


def queue_latency(bench):
    zelo = bench.zelo.settle_in(os.path.join(bench.work, "queue"))
    path = os.path.join(zelo.data, "tiny.sqlite")
    with sqlite3.connect(path) as tiny:
        tiny.execute("CREATE TABLE t (a)")
    tiny.close()
    zelo.run("resource", "add", "tiny", "--kind", "sqlite", "--set", f"path={path}")
    note(f"queue: {QUEUED} operations")
    samples = []
    with zelo.serve():
        for _ in range(QUEUED):
            shown = zelo.operation(zelo.run("backup", "create", "tiny").said["operation"]["id"])
            first = moment(shown["steps"][0]["started_at"])
            samples.append((first - moment(shown["operation"]["created_at"])).total_seconds() * 1000)
    shutil.rmtree(zelo.data)
    return samples, None


def download_time(bench):
    return bench.downloads["zelo"], bench.downloads["actix-files"]


def download_memory(bench):
    return bench.downloads["memory"], None


def upload_time(bench):
    return bench.uploads["zelo"], bench.uploads["only written"]


def upload_memory(bench):
    return bench.uploads["memory"], None


def answer_time(page):
    return lambda bench: (bench.answers[page], bench.answers["/healthz"])


def start_time(bench):
    """From the start of the process until `/healthz` was answered, with the large
    database there."""
    kit = bench.full
    samples = []
    for turn in range(bench.runs):
        began = time.perf_counter()
        with kit["zelo"].serve():
            panel.weigh(kit["zelo"].address, "/healthz", kit["cookie"])
            samples.append((time.perf_counter() - began) * 1000)
        note(f"  {turn + 1}/{bench.runs} first answer: {samples[-1]:.0f} ms")
    return samples, None


def page_weight(bench):
    return [bench.weights["bytes"] / 1000], None


def page_requests(bench):
    return [bench.weights["requests"]], None


def diagnosis_time(bench):
    zelo = bench.instance["zelo"]
    samples = in_turn(bench.runs, {"diagnosis": lambda: zelo.run("instance", "diagnose", instance.PROJECT).seconds})
    return samples["diagnosis"], None


def edit_time(bench):
    return bench.edits["zelo instance config set"], bench.edits["compose up -d --no-deps"]


def second_point(bench):
    return bench.shared


def instance_page(bench):
    return bench.instance_answers["instance"], bench.instance_answers["/healthz"]


@dataclass
class Row:
    """One line of the table: what it is called, its goal, and who measures it."""

    work: str
    metric: str
    unit: str
    goal: Goal
    function: Callable
    large: bool = False

    @property
    def title(self):
        return f"{self.work}, {self.metric}"

    def measure(self, bench):
        try:
            zelo, peer = self.function(bench)
        except Broken as problem:
            note(f"{self.title}: {problem}")
            zelo, peer = [], None
        return Result(self.work, self.metric, self.unit, self.goal, zelo, peer)


ROWS = [
    Row("backup", "time / pg_dump -Z0", "s", Goal("ratio", 1.25), backup_time),
    Row("backup", "time / pg_dump -Z0 | gzip -6", "s", Goal("ratio", 0.40), backup_time_compressed),
    Row("backup", "size / gzip -1", "MiB", Goal("ratio", 1.0), backup_size),
    Row("backup", "peak memory", "MiB", Goal("zelo", 64), backup_memory),
    Row("restore", "loading / pg_restore -1", "s", Goal("ratio", 1.10), restore_loading),
    Row("restore", "in all but safety / pg_restore -1", "s", Goal("ratio", 1.35), restore_in_all),
    Row("restore", "peak memory", "MiB", Goal("zelo", 64), restore_memory),
    Row("backup 4x", "peak memory", "MiB", Goal("zelo", 64), large_backup_memory, large=True),
    Row("backup 4x", "peak memory / 1x", "MiB", Goal("ratio", 1.10), large_backup_growth, large=True),
    Row("restore 4x", "peak memory", "MiB", Goal("zelo", 64), large_restore_memory, large=True),
    Row("restore 4x", "peak memory / 1x", "MiB", Goal("ratio", 1.10), large_restore_growth, large=True),
    Row("serve", "idle memory", "MiB", Goal("zelo", 40), idle_memory),
    Row("queue", "request to first step", "ms", Goal("zelo", 30), queue_latency),
    # At least 0.8 and 0.7 of the peer's speed, as times.
    Row("download 2 GiB", "time / actix-files", "s", Goal("ratio", 1.25), download_time),
    Row("download 2 GiB", "peak memory", "MiB", Goal("zelo", 64), download_memory),
    Row("upload 2 GiB", "time / only written", "s", Goal("ratio", 1.43), upload_time),
    Row("upload 2 GiB", "peak memory", "MiB", Goal("zelo", 64), upload_memory),
    *(Row(page, "p99 at 200/s / healthz", "ms", Goal("ratio", 8), answer_time(page)) for page in PAGES),
    Row("serve", "start to first answer", "ms", Goal("zelo", 300), start_time),
    Row("page", "heaviest, with its files", "KB", Goal("zelo", 60), page_weight),
    Row("instance", "diagnosis with all probes", "s", Goal("zelo", 3), diagnosis_time),
    Row("instance", "service away in an edit / compose up", "s", Goal("more", 1), edit_time),
    Row("instance", "second recovery point, nothing changed / first", "KiB", Goal("ratio", 0.01), second_point),
    Row("instance", "p99 at 200/s / healthz", "ms", Goal("ratio", 20), instance_page),
    Row("page", "requests, files kept", "", Goal("zelo", 2), page_requests),
]
