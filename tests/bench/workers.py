"""Several workers in one run: how fast they are together over one PostgreSQL server, and what becomes of the run where one
of them is killed every second. The server is Debian's, in a directory of its own, reached by a unix socket in it, with
nothing of what it promises switched off."""
import contextlib
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import tempfile
import time

from bench import Failed, load, percentile, spread, table


def newest_postgres():
    """Where Debian keeps its programs; None without the package."""
    found = [path for path in pathlib.Path("/usr/lib/postgresql").glob("*/bin") if (path / "initdb").exists()]
    return max(found, key=lambda path: int(path.parent.name), default=None)


class Postgres:
    """A server of this program's own. It refuses to run as root: there it runs as the user `postgres`."""

    def __init__(self, programs, directory):
        self.programs, self.directory, self.databases = programs, directory, 0
        self.user = "postgres" if os.getuid() == 0 else None
        if self.user:
            os.chown(directory, pwd.getpwnam(self.user).pw_uid, pwd.getpwnam(self.user).pw_gid)
        self.call("initdb", "-D", directory / "data", "-A", "trust", "-U", "wamigrate", "-E", "UTF8", "--locale=C")
        self.log = open(directory / "log", "ab")
        self.process = subprocess.Popen(
            [programs / "postgres", "-D", directory / "data", "-k", directory, "-c", "listen_addresses=", "-c",
             "shared_buffers=128MB"], user=self.user, stdout=self.log, stderr=self.log, cwd=directory)
        for _ in range(600):
            if self.tried("pg_isready", "-q", "-h", directory).returncode == 0:
                return
            time.sleep(0.05)
        raise Failed("PostgreSQL does not start: " + (directory / "log").read_text(errors="replace")[-1500:])

    def tried(self, program, *words):
        return subprocess.run([self.programs / program, *map(str, words)], user=self.user, cwd=self.directory,
                              capture_output=True, text=True)

    def call(self, program, *words):
        done = self.tried(program, *words)
        if done.returncode != 0:
            raise Failed(f"{program}: {done.stderr[-1500:]}")

    def fresh_database(self):
        """A function that makes URLs: of the ledger without a name, of a run with one."""
        self.databases += 1
        name = f"bench{self.databases}"
        self.call("createdb", "-h", self.directory, "-U", "wamigrate", name)
        base = f"postgresql://wamigrate@/{name}?host={self.directory}"
        return lambda run="": base + (f"&run={run}" if run else "")

    def cpu(self):
        """Seconds that the server and those of its processes that have ended took."""
        ticks = 0
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                fields = (process / "stat").read_text().rpartition(")")[2].split()
                if int(process.name) == self.process.pid:
                    ticks += sum(map(int, fields[11:15]))
                elif int(fields[1]) == self.process.pid:
                    ticks += sum(map(int, fields[11:13]))
        return ticks / os.sysconf("SC_CLK_TCK")

    def stop(self):
        self.process.send_signal(signal.SIGINT)  # everybody's connection is cut
        self.process.wait()
        self.log.close()


@contextlib.contextmanager
def postgres():
    programs = newest_postgres()
    if programs is None:
        print("\nNot measured: several workers. PostgreSQL is not installed.")
        yield None
        return
    directory = pathlib.Path(tempfile.mkdtemp(prefix="wamigrate-bench-pg-"))
    server = None
    try:
        server = Postgres(programs, directory)
        yield server
    finally:
        if server:
            server.stop()
        shutil.rmtree(directory, ignore_errors=True)


def shared_plan(bench, vendor, database, **policy):
    ledger = f'ledger: "{database()}"\nseal_key: env:BENCH_SEAL_KEY\n'
    plan = bench.planned(vendor.port, vendor.numbers, ledger, waves='[1, "100%"]', **policy)
    vendor.ask("forget")
    return plan


def worker_command(bench, plan, database, concurrency):
    return [bench.wamigrate, "apply", plan, "--run", database("night"), "--yes", "--worker", "--concurrency", concurrency]


def several_workers(bench):
    numbers, concurrency = bench.size(6, 1000, 2000), 32
    rows = []
    with postgres() as server:
        if server is None:
            return
        for register in (0, bench.size(20, 1000, 1000)):
            taken = {}
            for _ in range(bench.rounds):
                for workers in ([1, 2] if bench.tiny else [1, 2, 4, 8]):
                    with bench.vendor(numbers, register_ms=register) as vendor:
                        database = server.fresh_database()
                        command = worker_command(bench, shared_plan(bench, vendor, database), database, concurrency)
                        of_server, begun = server.cpu(), time.monotonic()
                        started = [bench.start(command, f"worker-{one}-") for one in range(workers)]
                        used = [bench.ended(process, begun, f"worker-{one}-") for one, process in enumerate(started)]
                        log = vendor.judge(f"{workers} workers")
                        taken.setdefault(workers, []).append(
                            {"numbers": numbers / max(one.wall for one in used),
                             "cpu": 1000 * sum(one.cpu for one in used) / numbers,
                             "server": 1000 * (server.cpu() - of_server) / numbers,
                             "each": log["requests"] / numbers, "registrations": log["kinds"]["register"],
                             "twice": log["registered_twice"]})
            alone = taken[1]
            for workers, rounds in taken.items():
                column = lambda key, of=rounds: [one[key] for one in of]
                rows.append([register, workers, spread(column("numbers"), "{:.0f}"),
                             spread([one["numbers"] / other["numbers"] for one, other in zip(rounds, alone)]),
                             spread(column("cpu"), "{:.1f}"), spread(column("server"), "{:.1f}"),
                             spread(column("each"), "{:.1f}"), max(column("registrations")), max(column("twice"))])
    print(f"\n## Several workers\n\n{numbers} numbers in one run in PostgreSQL, workers with a concurrency of {concurrency} "
          f"each, {bench.rounds} rounds; workers, PostgreSQL and the simulated servers share the machine; {load()} at the "
          "end.")
    table(["a registration takes, ms", "workers", "numbers/s", "over one worker's", "CPU ms a number", "PostgreSQL's",
           "requests a number", "registrations received", "numbers registered twice"], rows)


def killed_workers(bench):
    numbers, workers, concurrency = bench.size(40, 3000, 6000), bench.size(2, 4, 4), 16
    every, kills = bench.size(0.5, 1.0, 1.0), bench.size(3, 60, 60)
    rows = []
    with postgres() as server:
        if server is None:
            return
        for _ in range(bench.rounds):
            with bench.vendor(numbers, register_ms=bench.size(50, 500, 500)) as vendor:
                database = server.fresh_database()
                plan = shared_plan(bench, vendor, database, server_delay_max="1s", status_lag_max="0s",
                                   request_timeout="2s", register_timeout="2s")
                command = worker_command(bench, plan, database, concurrency)
                begun = time.monotonic()
                started = [bench.start(command, f"worker-{one}-") for one in range(workers)]
                under_load = killed = 0
                for kill in range(kills):
                    time.sleep(max(0.0, begun + (kill + 1) * every - time.monotonic()))
                    victim = kill % workers
                    under_load += vendor.ask("log")["on_cloud"] < numbers
                    if started[victim].poll() is None:
                        killed += 1
                        started[victim].send_signal(signal.SIGKILL)
                    started[victim].wait()
                    started[victim] = bench.start(command, f"worker-{victim}-")
                after = time.monotonic()
                moved = vendor.ask("log")["on_cloud"]
                for one, process in enumerate(started):
                    bench.ended(process, begun, f"worker-{one}-")
                log = vendor.judge("killed workers")
            bench.run([bench.wamigrate, "status", "--run", database("night"), "--json"])
            told = bench.told()
            if told["state"] != "done":
                raise Failed(f"the run with killed workers is {told['state']}")
            down = [one["downtime_ms"] for one in told["numbers"]]
            rows.append([numbers, killed, under_load, moved, log["on_cloud"], log["kinds"]["register"],
                         log["registered_twice"], f"{after - begun:.0f}", f"{time.monotonic() - after:.0f}",
                         f"{percentile(down, 50):.0f}", f"{percentile(down, 99) / 1000:.1f}", f"{max(down) / 1000:.1f}"])
    print(f"\n## Workers killed every second\n\n{workers} workers with a concurrency of {concurrency} each, one after the "
          f"other killed (SIGKILL) every {every:g} s and started again at once, then left alone; a lease lasts 12 s; "
          f"{load()} at the end.")
    table(["numbers", "killed", "of the kills under load", "moved when they ended", "moved at the end",
           "registrations received", "numbers registered twice", "killing, s", "from then to the end, s",
           "downtime p50, ms", "p99, s", "longest, s"], rows)
