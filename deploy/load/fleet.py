"""A fleet to measure: instances of Sluice that share one Redis and one Postgres, and clients that ask them over real sockets."""
import asyncio, glob, os, pathlib, pwd, shlex, shutil, signal, socket, struct, subprocess, sys, tempfile, time, urllib.error, urllib.request

HERE = pathlib.Path(__file__).resolve().parent
JAR = HERE.parent.parent / "target/quarkus-app/quarkus-run.jar"
INVALIDATION = HERE.parent / "postgres/invalidation.sql"
NEEDS = """Needs Python 3.9, redis-server and Postgres' own programs (Debian: apt-get install redis-server postgresql), and a packaged Sluice
(mvn -DskipTests package). A Postgres of its own is started, as the user postgres where this runs as root. Ports are free ones, files
are in a folder that is removed."""


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def postgres_bin():
    path = shutil.which("initdb")
    found = [path] if path else glob.glob("/usr/lib/postgresql/*/bin/initdb")
    if not found:
        sys.exit("initdb is neither on the PATH nor below /usr/lib/postgresql: see --help")
    newest = max(found, key=lambda one: [int(part) for part in one.split("/") if part.isdigit()])
    return os.path.dirname(os.path.realpath(newest))


def processor_seconds(pid):
    """User and system time of a process, of its children, and of those that have ended, as the kernel counts them."""
    ticks, pids = 0, [pid]
    while pids:
        one = pids.pop()
        try:
            fields = pathlib.Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
            ticks += sum(map(int, fields[11:15]))
            for task in os.listdir(f"/proc/{one}/task"):
                pids += map(int, pathlib.Path(f"/proc/{one}/task/{task}/children").read_text().split())
        except OSError:
            continue
    return ticks / os.sysconf("SC_CLK_TCK")


class Fleet:
    """Starts all of it; as a context it ends all of it."""

    def __init__(self, name, jar, java_opts, instances=3):
        if not shutil.which("redis-server"):
            sys.exit("redis-server is not on the PATH: see --help")
        if not os.path.exists(jar):
            sys.exit(f"{jar} is not there: mvn -DskipTests package")
        self.bin, self.jar, self.java_opts = postgres_bin(), os.path.abspath(jar), java_opts
        self.work = pathlib.Path(tempfile.mkdtemp(prefix=f"{name}-"))
        self.redis, self.postgres, self.upstream, *rest = free_ports(3 + 2 * instances)
        self.ports, self.managements = rest[:instances], rest[instances:]
        self.started, self.owner = [], {}
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            self.owner = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        # the instances before what they use; SIGINT, because Postgres waits for its clients after a SIGTERM
        for process in reversed(self.started):
            process.send_signal(signal.SIGINT if "postgres" in process.args[0] else signal.SIGTERM)
        for process in self.started:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
        shutil.rmtree(self.work, ignore_errors=True)

    def start(self, name, *command, env=None, **more):
        with open(self.work / f"{name}.log", "w") as log:
            self.started.append(subprocess.Popen(command, cwd=self.work, stdout=log, stderr=log, env={**os.environ, **(env or {})}, **more))
        return self.started[-1]

    def memory(self):
        """Redis, which keeps nothing on the disk."""
        self.start("redis", "redis-server", "--port", str(self.redis), "--save", "", "--appendonly", "no", "--bind", "127.0.0.1")

    def java(self):
        """The command up to its options."""
        return [os.path.join(os.environ["JAVA_HOME"], "bin/java") if "JAVA_HOME" in os.environ else "java", *shlex.split(self.java_opts)]

    def stores(self, *settings):
        """Redis, and Postgres with these settings (`name=value`) besides."""
        self.memory()
        data = self.work / "postgres"
        data.mkdir()
        if self.owner:
            os.chmod(self.work, 0o711)
            os.chown(data, self.owner["user"], self.owner["group"])
        subprocess.run([f"{self.bin}/initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C"],
                       cwd=data, check=True, stdout=subprocess.DEVNULL, **self.owner)
        server = self.start("postgres", f"{self.bin}/postgres", "-D", str(data), "-p", str(self.postgres), "-k", str(data),
                            "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200", *(part for one in settings for part in ("-c", one)), **self.owner)
        self.until(self.accepting, server)
        return server

    def accepting(self):
        if subprocess.run([f"{self.bin}/pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.postgres)]).returncode:
            raise OSError("it takes no connections yet")

    def instances(self, yaml, **more):
        """As many as there are ports; `more` is environment."""
        (self.work / "sluice.yaml").write_text(yaml)
        processes = [self.start(f"sluice{port}", *self.java(), "-jar", self.jar, env={
            "SLUICE_CONFIG": str(self.work / "sluice.yaml"), "QUARKUS_HTTP_PORT": str(port), "QUARKUS_MANAGEMENT_PORT": str(management),
            "QUARKUS_REDIS_HOSTS": f"redis://127.0.0.1:{self.redis}",
            "QUARKUS_DATASOURCE_REACTIVE_URL": f"postgresql://127.0.0.1:{self.postgres}/postgres",
            "QUARKUS_DATASOURCE_USERNAME": "postgres", "QUARKUS_DATASOURCE_PASSWORD": "postgres", **more,
        }) for port, management in zip(self.ports, self.managements)]
        for management, process in zip(self.managements, processes):
            self.until(lambda: urllib.request.urlopen(f"http://127.0.0.1:{management}/q/health/ready", timeout=2).close(), process)
        return processes

    def until(self, works, process, seconds=60):
        end = time.monotonic() + seconds
        while True:
            try:
                return works()
            except OSError as problem:
                if process.poll() is not None or time.monotonic() > end:
                    logs = "".join(log.read_text()[-2000:] for log in self.work.glob("*.log"))
                    sys.exit(f"{process.args[0]} does not start: {problem}\n{logs}")
                time.sleep(0.1)

    def metric(self, management, name):
        """The sum of all samples whose line begins so."""
        with urllib.request.urlopen(f"http://127.0.0.1:{management}/q/metrics", timeout=5) as answer:
            return sum(float(line.split()[-1]) for line in answer.read().decode().splitlines() if line.startswith(name))


class Postgres:
    """One connection, by the simple query protocol."""

    @classmethod
    async def connect(cls, port):
        self = cls()
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", port)
        body = struct.pack("!i", 196608) + b"user\0postgres\0database\0postgres\0\0"
        self.writer.write(struct.pack("!i", len(body) + 4) + body)
        await self.ready()
        return self

    async def ready(self):
        """The first value of each row, as texts."""
        values, failure = [], None
        while True:
            kind, length = struct.unpack("!ci", await self.reader.readexactly(5))
            body = await self.reader.readexactly(length - 4)
            if kind == b"D":
                size = struct.unpack("!i", body[2:6])[0]
                values.append(None if size < 0 else body[6:6 + size].decode())
            elif kind == b"E":
                failure = body.replace(b"\0", b" ").decode()
            elif kind == b"Z":
                if failure:
                    raise RuntimeError(failure)
                return values

    async def execute(self, sql):
        text = sql.encode() + b"\0"
        self.writer.write(b"Q" + struct.pack("!i", len(text) + 4) + text)
        return await self.ready()


class Client:
    """One connection that is kept alive."""

    @classmethod
    async def connect(cls, port):
        self = cls()
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", port)
        self.writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self

    async def get(self, path):
        """Status, head in lower case, body."""
        self.writer.write(f"GET {path} HTTP/1.1\r\nHost: measured\r\n\r\n".encode())
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().lower()
        if "content-length: " in head:
            body = await self.reader.readexactly(int(head.split("content-length: ", 1)[1].split("\r", 1)[0]))
        else:
            body = b""
            while "transfer-encoding: chunked" in head:
                size = int(await self.reader.readuntil(b"\r\n"), 16)
                body += (await self.reader.readexactly(size + 2))[:-2]
                if size == 0:
                    break
        return int(head[9:12]), head, body

    def close(self):
        self.writer.close()
