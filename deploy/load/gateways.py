"""Gateways side by side on one machine: how each is started, and how requests to them are counted."""
import os, pathlib, re, shlex, shutil, signal, statistics, subprocess, sys, tempfile, time, urllib.request
from fleet import JAR, free_ports, processor_seconds

HERE = pathlib.Path(__file__).resolve().parent
PEERS = HERE / "peers"
SPRING = HERE.parent.parent / "target/load/spring-cloud-gateway/gateway.jar"
NEEDED = ("nginx", "wrk", "redis-server")
WRK_LUA = """
local n = 0
request = function() n = n + 1; return wrk.format('GET', nil, {['X-API-Key'] = 'k' .. (n % 1000)}) end
done = function(summary, latency, requests)
  print('requests ' .. summary.requests .. ' bad ' .. summary.errors.status .. ' p50us ' .. latency:percentile(50) .. ' p99us ' .. latency:percentile(99))
end
"""


class Skipped(Exception):
    """A gateway that cannot run here, and why."""


def fill(source, target, values):
    text = source.read_text()
    for name, value in values.items():
        text = text.replace(f"@{name.upper()}@", str(value))
    target.write_text(text)


def java():
    return os.path.join(os.environ["JAVA_HOME"], "bin/java") if os.environ.get("JAVA_HOME") else "java"


def missing(programs):
    return [name for name in programs if not shutil.which(name)]


class Gateways:
    """An origin, a Redis, and the gateways that are asked for; as a context it ends all of it. Each has a port and a process of its name."""

    def __init__(self, jar=JAR, java_opts="-Xmx512m"):
        lacking = missing(NEEDED)
        if lacking:
            sys.exit("not on the PATH: " + ", ".join(lacking))
        if not pathlib.Path(jar).is_file():
            sys.exit(f"{jar} is not there: run mvn -DskipTests package first, or name another with --jar")
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        self.jar, self.java_opts = pathlib.Path(jar).resolve(), java_opts
        names = ("origin", "redis", "nginx", "haproxy", "varnish", "spring")
        self.ports = dict(zip(names, free_ports(len(names))))
        self.started = {}
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="gateways-"))

    def __enter__(self):
        try:
            for folder in ("www", "cache"):
                (self.work / folder).mkdir()
            (self.work / "www/1k").write_text("x" * 1024)
            self.script = self.work / "wrk.lua"
            self.script.write_text(WRK_LUA)
            # the workers of nginx are another user when its master is root
            subprocess.run(["chmod", "-R", "a+rwX", self.work], check=True)
            fill(PEERS / "origin.conf", self.work / "origin.conf", self.ports)
            self.run("origin", "nginx", "-p", str(self.work), "-c", str(self.work / "origin.conf"))
            self.run("redis", "redis-server", "--port", str(self.ports["redis"]), "--bind", "127.0.0.1", "--save", "",
                     "--appendonly", "no", "--loglevel", "warning")
            self.answers("origin", "/1k")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *failure):
        for process in reversed(self.started.values()):
            process.terminate()
        for process in self.started.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
        shutil.rmtree(self.work, ignore_errors=True)

    def run(self, name, *command, **environment):
        self.started[name] = subprocess.Popen(command, cwd=self.work, stdout=sys.stderr, env={**os.environ, **environment})

    def url(self, name, path=""):
        return f"http://127.0.0.1:{self.ports[name]}{path}"

    def answers(self, name, path, seconds=60):
        """Returns when it answers that path with 2xx or 3xx."""
        end = time.monotonic() + seconds
        # a limit by client denies those without a name at some of them
        request = urllib.request.Request(self.url(name, path), headers={"X-API-Key": "k0"})
        while True:
            try:
                with urllib.request.urlopen(request, timeout=2) as answer:
                    return answer.read()
            except OSError as problem:
                if self.started[name].poll() is not None:
                    sys.exit(f"{name} ended with code {self.started[name].returncode}: see its log above")
                if time.monotonic() > end:
                    sys.exit(f"{name}, {self.url(name, path)}, did not answer within {seconds} s: {problem}")
                time.sleep(0.2)

    def start(self, name):
        """Starts a gateway by its name. Raises Skipped where it cannot run here."""
        getattr(self, f"start_{name}")()

    def start_sluice(self, name="sluice", config=HERE / "sluice.yaml"):
        """Several may run, by other names."""
        self.ports[name], management = free_ports(2)
        self.run(name, java(), *shlex.split(self.java_opts), "-jar", str(self.jar), SLUICE_CONFIG=str(config), ORIGIN=self.url("origin"),
                 QUARKUS_HTTP_PORT=str(self.ports[name]), QUARKUS_MANAGEMENT_PORT=str(management),
                 QUARKUS_REDIS_HOSTS=f"redis://127.0.0.1:{self.ports['redis']}")

    def start_nginx(self):
        fill(PEERS / "nginx.conf", self.work / "nginx.conf", self.ports)
        self.run("nginx", "nginx", "-p", str(self.work), "-c", str(self.work / "nginx.conf"))

    def start_haproxy(self):
        self.installed("haproxy", "haproxy")
        fill(PEERS / "haproxy.cfg", self.work / "haproxy.cfg", {**self.ports, "threads": os.cpu_count()})
        self.run("haproxy", "haproxy", "-db", "-f", str(self.work / "haproxy.cfg"))

    def start_varnish(self):
        self.installed("varnishd", "varnish and varnish-modules")
        fill(PEERS / "varnish.vcl", self.work / "varnish.vcl", self.ports)
        (self.work / "varnish").mkdir()
        command = ["varnishd", "-n", str(self.work / "varnish"), "-f", str(self.work / "varnish.vcl")]
        if subprocess.run([*command, "-C"], capture_output=True).returncode:
            raise Skipped("its configuration does not compile: vsthrottle (Debian: varnish-modules) or a C compiler is missing")
        self.run("varnish", *command, "-F", "-a", f"127.0.0.1:{self.ports['varnish']}", "-s", "malloc,64m")

    def start_spring(self):
        project = PEERS / "spring-cloud-gateway"
        changed = max(file.stat().st_mtime for file in project.rglob("*"))
        if not SPRING.is_file() or SPRING.stat().st_mtime < changed:
            self.installed("mvn", "maven")
            built = subprocess.run(["mvn", "-B", "-ntp", "-q", "-f", str(project / "pom.xml"), "package"],
                                   stdout=sys.stderr)
            if built.returncode:
                raise Skipped("it does not build: see above")
        self.run("spring", java(), *shlex.split(self.java_opts), "-jar", str(SPRING), PORT=str(self.ports["spring"]),
                 ORIGIN=self.url("origin"), REDIS=f"redis://127.0.0.1:{self.ports['redis']}")

    @staticmethod
    def installed(program, packages):
        if missing([program]):
            raise Skipped(f"{program} is not on the PATH (Debian: {packages})")

    def load(self, name, path, seconds, script=None):
        """64 connections at full speed: requests per second, p50 and p99 in ms, processor time of the gateway per request in us.
        A script of its own is one that says at its end what WRK_LUA says."""
        pid = self.started[name].pid
        before = processor_seconds(pid)
        out = subprocess.run(["wrk", "-t1", "-c64", f"-d{seconds}s", "-s", str(script or self.script), self.url(name, path)],
                             capture_output=True, text=True).stdout
        spent = processor_seconds(pid) - before
        requests, bad, p50, p99 = map(int, re.search(r"requests (\d+) bad (\d+) p50us (\d+) p99us (\d+)", out).groups())
        if bad or not requests:
            sys.exit(f"{self.url(name, path)}: {bad} of {requests} responses were neither 2xx nor 3xx")
        rate = float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1))
        return {"rate": rate, "p50_ms": p50 / 1000, "p99_ms": p99 / 1000, "cpu_us": spent / requests * 1e6}

    def rounds(self, contestants, rounds, seconds):
        """By label, the figures of each round; in each round all are asked in turn. A contestant is a label, and what `load` takes
        besides the seconds: a gateway, a path, and a script or nothing."""
        return [{label: self.load(name, path, seconds, *script) for label, name, path, *script in contestants} for _ in range(rounds)]


def medians(rounds, label, figures=("rate", "p50_ms", "p99_ms", "cpu_us")):
    return {figure: round(statistics.median(one[label][figure] for one in rounds), 2) for figure in figures}


def ratio(rounds, label, peer):
    """The median of the rounds' ratios: what disturbs a whole round disturbs it less."""
    return round(statistics.median(one[label]["rate"] / one[peer]["rate"] for one in rounds), 3)
