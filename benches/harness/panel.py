"""The panel: what is downloaded and uploaded, a database with a hundred thousand
backups to page through, and who asks for it (`benches/bare.rs`)."""

import gzip
import http.client
import json
import os
import random
import re
import socket
import sqlite3
import subprocess
import time
from contextlib import contextmanager
from urllib.parse import urlencode, urlsplit

from .table import Broken, note

BLOCK = 1 << 20
RESOURCES = 1_000
BACKUPS = 100_000
OF_ONE = 10_000
RATE, SECONDS, CONNECTIONS = 200, 10, 16
ULID = "0123456789abcdefghjkmnpqrstvwxyz"


def build_bare(root):
    """Builds the peer in release mode; its path."""
    note("cargo build --release --example bare")
    command = ["cargo", "build", "--release", "--locked", "--example", "bare"]
    if subprocess.run(command, cwd=root, check=False).returncode != 0:
        raise Broken("cargo build --example bare failed")
    done = subprocess.run(["cargo", "metadata", "--format-version=1", "--no-deps"], cwd=root, check=True, capture_output=True, text=True)
    return os.path.join(json.loads(done.stdout)["target_directory"], "release", "examples", "bare")


@contextmanager
def bare_server(bare, folder):
    """The peer, serving a folder; its address and process id."""
    child = subprocess.Popen([bare, "serve", folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield child.stdout.readline().strip(), child.pid
    finally:
        child.stdin.close()
        try:
            child.wait(20)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def load(bare, url, cookie):
    """The times of a fixed rate of requests of a browser, in milliseconds."""
    command = [bare, "load", str(RATE), str(SECONDS), str(CONNECTIONS), cookie, url]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise Broken(f"{url}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def peak_mib(pid):
    """The most a process has held in memory so far."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        line = next(line for line in status if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def answer(connection):
    told = connection.getresponse()
    if told.status >= 400:
        raise Broken(f"HTTP {told.status}: {told.read(2000).decode(errors='replace')}")
    return told


def download(address, path, token, bytes_wanted):
    """Seconds until the last byte is there. The bytes are read and let go."""
    began = time.perf_counter()
    connection = http.client.HTTPConnection(address, timeout=600)
    connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
    told, buffer, got = answer(connection), memoryview(bytearray(BLOCK)), 0
    while read := told.readinto(buffer):
        got += read
    connection.close()
    if got != bytes_wanted:
        raise Broken(f"{path}: {got} bytes came instead of {bytes_wanted}")
    return time.perf_counter() - began


def upload(address, path, token, file):
    """Seconds from the first byte sent to the answer, and the answer."""
    size, mark = os.path.getsize(file), "bench-of-zelo"
    head = (
        f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="upload.sqlite"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    ).encode()
    tail = f"\r\n--{mark}--\r\n".encode()
    began = time.perf_counter()
    connection = http.client.HTTPConnection(address, timeout=600)
    connection.putrequest("POST", path)
    for name, value in {
        "Authorization": f"Bearer {token}",
        "Content-Type": f"multipart/form-data; boundary={mark}",
        "Content-Length": str(len(head) + size + len(tail)),
    }.items():
        connection.putheader(name, value)
    connection.endheaders()
    connection.send(head)
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with open(file, "rb") as body:
        connection.sock.sendfile(body)
    connection.send(tail)
    said = answer(connection).read()
    connection.close()
    return time.perf_counter() - began, said


def blob(path, size):
    """A SQLite file of at least so many bytes that no compression makes smaller."""
    chance = random.Random(4)
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA journal_mode = OFF")
        db.execute("PRAGMA synchronous = OFF")
        db.execute("CREATE TABLE pieces (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL)")
        for _ in range(-(-size // BLOCK)):
            db.execute("INSERT INTO pieces (bytes) VALUES (?)", (chance.randbytes(BLOCK),))
    db.close()


def person(zelo):
    """An administrator who owns the project `default`; their token."""
    zelo.run("user", "add", "bench", "--admin")
    zelo.run("project", "member", "add", "default", "bench", "--role", "owner")
    return zelo.run("token", "create", "--user", "bench", "--name", "bench").said["token"]


def session(zelo):
    """The cookie of a browser in which that person signed in, by a link."""
    link = urlsplit(zelo.run("user", "link", "bench").said["link"])
    with zelo.serve():
        connection = http.client.HTTPConnection(zelo.address, timeout=30)
        connection.request("GET", f"{link.path}?{link.query}")
        told = answer(connection)
        page, guest = told.read().decode(), told.getheader("Set-Cookie").split(";")[0]
        typed = dict(re.findall(r'name="(csrf|token)" value="([^"]+)"', page))
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": guest}
        connection.request("POST", f"{link.path}/link", urlencode(typed), headers)
        cookies = [value for name, value in answer(connection).getheaders() if name.lower() == "set-cookie"]
        connection.close()
    return next(cookie.split(";")[0] for cookie in cookies if cookie.startswith("zelo_session="))


def identity(number):
    """An id as Zelo makes them, but counted: the first ten letters are a moment."""
    letters = []
    for _ in range(26):
        number, rest = divmod(number, 32)
        letters.append(ULID[rest])
    return "".join(reversed(letters))


# 2026-01-01 in milliseconds, where an id keeps it.
BEGIN = 1_767_225_600_000 << 80


def fill(zelo, resource, operation):
    """Makes a thousand resources and a hundred thousand backups of one real one of
    each: their rows, not their files. The ids of the resources."""
    db = sqlite3.connect(os.path.join(zelo.data, "zelo.db"))
    db.execute("PRAGMA cache_size = -400000")
    db.execute("PRAGMA synchronous = OFF")

    def copies(table, where, rows):
        names = [column[1] for column in db.execute(f"PRAGMA table_info({table})")]
        first = dict(zip(names, db.execute(f"SELECT * FROM {table} WHERE {where}").fetchone()))
        marks = ", ".join("?" * len(names))
        every = ([{**first, **row}[name] for name in names] for row in rows)
        db.executemany(f"INSERT INTO {table} VALUES ({marks})", every)

    resources = [resource] + [identity(BEGIN + n) for n in range(1, RESOURCES)]
    copies("resources", f"id = '{resource}'", (
        {"id": id, "name": f"database-{n:04}", "identity": f"bench:{n}"} for n, id in enumerate(resources) if n
    ))  # fmt: skip
    backup = db.execute("SELECT id FROM backups").fetchone()[0]
    rest = (BACKUPS - OF_ONE) // (RESOURCES - 1)
    owners = [resource] * (OF_ONE - 1) + [id for id in resources[1:] for _ in range(rest)]
    owners += [resources[-1]] * (BACKUPS - 1 - len(owners))
    random.Random(4).shuffle(owners)
    ids = [identity(BEGIN + (n << 60)) for n in range(len(owners))]
    moment = lambda n: time.strftime("%Y-%m-%d %H:%M:%S.000000", time.gmtime(1_767_225_600 + n * 280))

    copies("backups", f"id = '{backup}'", (
        {"id": id, "resource_id": owner, "path": f"bench/{id}", "taken_at": moment(n), "finished_at": moment(n), "created_at": moment(n)}
        for n, (id, owner) in enumerate(zip(ids, owners))
    ))  # fmt: skip
    copies("manifests", f"backup_id = '{backup}'", ({"backup_id": id} for id in ids))
    copies("parts", f"backup_id = '{backup}'", ({"backup_id": id} for id in ids))
    copies("operations", f"id = '{operation}'", (
        {"id": identity(BEGIN + (n << 60) + 1), "resource_id": resources[n % RESOURCES], "idempotency_key": None}
        for n in range(10 * RESOURCES)
    ))  # fmt: skip
    db.commit()
    counted = [db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("resources", "backups")]
    if counted != [RESOURCES, BACKUPS]:
        raise Broken(f"the database has {counted} resources and backups")
    db.close()
    return resources


def weigh(address, path, cookie):
    """What travels for a page with all its files, in bytes, and how many requests it
    takes once the files that may be kept are kept."""
    connection = http.client.HTTPConnection(address, timeout=30)

    def get(path):
        connection.request("GET", path, headers={"Cookie": cookie, "Accept-Encoding": "gzip"})
        told = answer(connection)
        return told, told.read()

    told, body = get(path)
    page = gzip.decompress(body) if told.getheader("Content-Encoding") == "gzip" else body
    page, total, requests = page.decode(), len(body), 1
    asked = set(re.findall(r'<(?:link|script|img)[^>]+(?:href|src)="([^"]+)"', page))
    for file in sorted(asked):
        told, body = get(urlsplit(file).path)
        total += len(body)
        requests += "immutable" not in (told.getheader("Cache-Control") or "")
    # A page that is live keeps one stream of events.
    requests += "sse-connect=" in page
    connection.close()
    return total, requests
