"""What the parts of the benchmark share: the servers in a process of their own and their log, how a process is run and
what it took, and tables."""
import contextlib
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import time

SECRETS = {"BENCH_TOKEN": "sim-token", "BENCH_PIN": "123456", "BENCH_PASSWORD": "Secret-123",
           "BENCH_SEAL_KEY": "a" * 64}


class Failed(Exception):
    pass


class Used:
    """What a process took, its children included."""

    def __init__(self, wall, usage):
        self.wall = wall
        self.cpu = usage.ru_utime + usage.ru_stime
        self.peak_mb = usage.ru_maxrss / 1024


class Bench:
    def __init__(self, build, work, tiny, whole, rounds):
        self.build, self.work, self.tiny, self.whole, self.rounds = build, work, tiny, whole, rounds
        self.wamigrate = build / "wamigrate"
        self.programs = build / "tests"
        self.env = {**os.environ, **SECRETS, "XDG_STATE_HOME": str(work / "state")}

    def size(self, tiny, quick, whole):
        return tiny if self.tiny else whole if self.whole else quick

    def start(self, command, name=""):
        """What it says goes into files of that name."""
        with open(self.work / f"{name}out", "wb") as out, open(self.work / f"{name}err", "wb") as err:
            return subprocess.Popen([str(word) for word in command], env=self.env, cwd=self.work, stdout=out, stderr=err,
                                    stdin=subprocess.DEVNULL)

    def said(self, name=""):
        return "".join((self.work / f"{name}{kind}").read_text(errors="replace")[-1500:] for kind in ("out", "err"))

    def ended(self, process, begun, name=""):
        """Waits for it; what it took, from `begun` on by the monotonic clock."""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise Failed(f"{' '.join(process.args)} ended with {process.returncode}: {self.said(name)}")
        return Used(time.monotonic() - begun, usage)

    def run(self, command):
        begun = time.monotonic()
        return self.ended(self.start(command), begun)

    def told(self):
        return json.loads((self.work / "out").read_text())

    @contextlib.contextmanager
    def vendor(self, numbers, **timing):
        options = [word for name, value in timing.items() for word in (f"--{name.replace('_', '-')}", str(value))]
        process = subprocess.Popen([str(self.programs / "bench_vendor"), "--numbers", str(numbers), *options],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            yield Vendor(process, numbers)
        finally:
            process.kill()
            process.wait()

    def fresh(self, name):
        shutil.rmtree(self.work / name, ignore_errors=True)
        return self.work / name

    def inventory(self, port, numbers, ledger="", **policy):
        """An inventory that leads to the vendor; each run has a ledger of its own, in a file if none is given."""
        self.fresh("state")
        rows = ["phone,phone_number_id,waba_id,deployment.name,deployment.url"]
        rows += [number_row(port, number) for number in range(numbers)]
        (self.work / "numbers.csv").write_text("\n".join(rows) + "\n")
        (self.work / "inventory.yaml").write_text(INVENTORY.format(port=port, ledger=ledger) + "".join(
            f"  {key}: {value}\n" for key, value in policy.items()))
        return self.work / "inventory.yaml"

    def planned(self, port, numbers, ledger="", **policy):
        self.run([self.wamigrate, "plan", self.inventory(port, numbers, ledger, **policy), "--to", "cloud", "-o",
                  self.work / "plan.json"])
        return self.work / "plan.json"


class Vendor:
    def __init__(self, process, numbers):
        self.process, self.numbers = process, numbers
        self.port = int(process.stdout.readline())

    def ask(self, word):
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def judge(self, who):
        """What the servers saw; a job that was not done, or done twice, is no measurement."""
        log = self.ask("log")
        if log["on_cloud"] != self.numbers or log["registered_twice"] != 0:
            raise Failed(f"{who}: {log['on_cloud']} of {self.numbers} moved, {log['registered_twice']} registered twice")
        return log


INVENTORY = """version: 1
graph:
  url: http://127.0.0.1:{port}/graph
  token: env:BENCH_TOKEN
  app_id: "900100200300"
status_feed: ""
{ledger}defaults:
  pin: env:BENCH_PIN
  deployment:
    username: admin
    password: env:BENCH_PASSWORD
    backup_password: env:BENCH_PASSWORD
numbers_file: numbers.csv
policy:
  graph_calls_per_hour: 1000000000
"""


def number_row(port, number):
    return (f"+4915110{number:06},10654035{number:07},1022901293{number // 20:05},de-{number},"
            f"http://127.0.0.1:{port}/onprem/de-{number}")


def spread(values, form="{:.2f}"):
    """The median and the range."""
    middle = form.format(statistics.median(values))
    return middle if len(values) < 2 else f"{middle} ({form.format(min(values))} to {form.format(max(values))})"


def table(head, rows):
    print("\n| " + " | ".join(head) + " |\n|" + " --- |" * len(head))
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")
    print(flush=True)


def load():
    return f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


def percentile(values, percent):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]
