#!/usr/bin/env python3
"""Measures wamigrate against simulated servers in a process of their own, and prints what docs/performance.md quotes.

What is compared is run in turns, round by round, so that a machine that is busy for a while is busy for all; a figure is
the median of its rounds, its noise the range. Every run is judged by the log of the servers: what came, of which kind,
and whether a number was registered twice. tools/bench.sh builds and calls this.
"""
import argparse
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True  # nothing of this is left beside the sources

from bench import Bench, Failed, load, percentile, spread, table
from workers import killed_workers, several_workers

HERE = pathlib.Path(__file__).resolve().parent


# --- A run against bare clients.

def python_with_aiohttp():
    for python in (sys.executable, "/usr/bin/python3"):
        if subprocess.run([python, "-c", "import aiohttp"], capture_output=True).returncode == 0:
            return python
    return None


def same_requests(vendor, log):
    """As many requests of each kind as the run sent, in the order of one of its numbers."""
    order = list(dict.fromkeys(vendor.ask(f"kinds {vendor.numbers // 2}")))
    of_account = [kind for kind in log["kinds"] if kind not in order]
    order = [kind for kind in ("login",) if kind in order] + of_account + [kind for kind in order if kind != "login"]
    return [f"{kind}={log['kinds'][kind]}" for kind in order]


def run_throughput(bench):
    numbers = bench.size(6, 1000, 2000)
    few = bench.size(3, 100, 200)
    concurrency = 32
    python = python_with_aiohttp()
    results, ratios, sheet, steady = {}, {}, None, {}

    def note(name, count, used, log):
        rows = results.setdefault(name, [])
        rows.append({"numbers": count / used.wall, "requests": log["requests"] / used.wall,
                     "cpu_number": 1000 * used.cpu / count, "cpu_change": 1000 * used.cpu / max(1, log["changing"]),
                     "each": log["requests"] / count})

    def client(name, count, command):
        with bench.vendor(count) as vendor:
            used = bench.run([str(word).format(port=vendor.port) for word in command])
            log = vendor.judge(name)
            note(name, count, used, log)
            return log

    for _ in range(bench.rounds):
        with bench.vendor(numbers) as vendor:
            plan = bench.planned(vendor.port, numbers, waves='[1, "100%"]', concurrency=concurrency)
            vendor.ask("forget")
            used = bench.run([bench.wamigrate, "apply", plan, "--run", bench.fresh("run"), "--yes"])
            log = vendor.judge("wamigrate")
            note("wamigrate apply", numbers, used, log)
            sheet = same_requests(vendor, log)
        bare = client("Poco, the same requests", numbers,
                      [bench.programs / "poco_client", "{port}", numbers, concurrency, *sheet])
        if bare["kinds"] != log["kinds"]:
            raise Failed(f"the bare client sent {bare['kinds']}, the run {log['kinds']}")
        client("Poco, three requests", numbers, [bench.programs / "poco_client", "{port}", numbers, concurrency,
                                                 f"backup={numbers}", f"register={numbers}", f"node={numbers}"])
        if python:
            client("Python, aiohttp", numbers, [python, HERE / "clients/aiohttp_client.py", "{port}", numbers,
                                                concurrency])
        client("bash, curl, xargs", few, [HERE / "clients/curl_client.sh", "{port}", few, concurrency])
        if shutil.which("terraform") and not bench.tiny:  # a test asks nobody but loopback
            terraform = bench.fresh("terraform")
            terraform.mkdir()
            shutil.copy(HERE / "clients/main.tf", terraform)
            bench.run(["terraform", f"-chdir={terraform}", "init", "-input=false", "-no-color"])
            client("Terraform, local-exec", few,
                   ["terraform", f"-chdir={terraform}", "apply", "-auto-approve", "-input=false", "-no-color",
                    f"-parallelism={concurrency}", "-var", "port={port}", "-var", f"numbers={few}", "-var",
                    f"script={HERE / 'clients/curl_client.sh'}"])

    print(f"\n## A run against other clients\n\n{numbers} numbers ({few} for bash and Terraform), concurrency "
          f"{concurrency}, {bench.rounds} rounds, servers without latency; {load()} at the end.")
    print(f"A run's requests: {' '.join(sheet)}. Registered twice: 0, by every client.")
    for missing in [name for name, found in (("aiohttp", python), ("terraform", shutil.which("terraform")),
                                             ("ansible", shutil.which("ansible-playbook"))) if not found]:
        print(f"Not compared with {missing}: it is not installed.")
    if shutil.which("ansible-playbook"):
        print("Not compared with Ansible: there is no playbook for it yet.")
    ours = results["wamigrate apply"]
    rows = []
    for name, taken in results.items():
        column = lambda key, rounds=taken: [one[key] for one in rounds]
        rows.append([name, f"{statistics.median(column('each')):.2f}", spread(column("numbers"), "{:.0f}"),
                     spread(column("requests"), "{:.0f}"), spread(column("cpu_number")), spread(column("cpu_change")),
                     spread([mine["requests"] / one["requests"] for mine, one in zip(ours, taken)]),
                     spread([mine["numbers"] / one["numbers"] for mine, one in zip(ours, taken)])])
    table(["client", "requests a number", "numbers/s", "requests/s", "CPU ms a number", "CPU ms a changing request",
           "our requests/s over its", "our numbers/s over its"], rows)


# --- Downtime.

def downtime(bench):
    numbers = bench.size(6, 256, 1024)
    concurrency, latency, register = bench.size(4, 64, 64), 5, bench.size(50, 1000, 1000)
    rounds = []
    for _ in range(bench.rounds):
        with bench.vendor(numbers, latency_ms=latency, register_ms=register) as vendor:
            plan = bench.planned(vendor.port, numbers, waves='["100%"]', concurrency=concurrency)
            vendor.ask("forget")
            bench.run([bench.wamigrate, "apply", plan, "--run", bench.fresh("run"), "--yes"])
            vendor.judge("wamigrate")
        bench.run([bench.wamigrate, "status", "--run", bench.work / "run", "--json"])
        rounds.append([one["downtime_ms"] for one in bench.told()["numbers"]])
    bound = 1.1 * register + 2 * latency
    print(f"\n## Downtime\n\n{numbers} numbers, concurrency {concurrency}, latency {latency} ms an answer, a registration "
          f"takes the server {register} ms, {bench.rounds} rounds; {load()} at the end.")
    table(["downtime", "ms", "over the server's own time and one answer"],
          [[f"p{percent}", spread([percentile(one, percent) for one in rounds], "{:.0f}"),
            spread([percentile(one, percent) / (register + latency) for one in rounds], "{:.3f}")]
           for percent in (50, 95, 99, 100)])
    print(f"Target: p99 at most 1.1 times the server's time plus one round trip, {bound:.0f} ms.")


# --- Fleets at size.

def fleets(bench):
    sizes = [20] if bench.tiny else [1000, 10_000, 100_000] if bench.whole else [1000, 10_000]
    rows = []
    for numbers in sizes:
        made, shown, text, told = [], [], [], None
        for _ in range(bench.rounds):
            made.append(bench.run([bench.programs / "fleet_bench", "plan", numbers, bench.work / "large.json"]))
            told = bench.told()
            shown.append(bench.run([bench.wamigrate, "show", bench.work / "large.json", "-o", bench.work / "large.txt"]))
            text.append(told)
        rows.append([f"{numbers:,}", spread([one["check_s"] + one["plan_s"] + one["write_s"] for one in text]),
                     f"{max(one.peak_mb for one in made):.0f}", f"{told['bytes'] / 1e6:.1f}",
                     spread([one.cpu for one in shown]), spread([one.wall for one in shown]),
                     f"{max(one.peak_mb for one in shown):.0f}"])
    print(f"\n## Plan and show\n\nFrom a recorded observation in memory to the plan on disk; `show` as text. {bench.rounds} "
          f"rounds; {load()} at the end.")
    table(["numbers", "plan: CPU s", "peak MB", "file MB", "show: CPU s", "by the clock", "peak MB"], rows)
    if shutil.which("terraform") and not bench.tiny:
        terraform_plans(bench)


def terraform_plans(bench):
    sizes = [5] if bench.tiny else [1000, 10_000] if bench.whole else [1000]
    terraform = bench.fresh("terraform")
    terraform.mkdir()
    shutil.copy(HERE / "clients/main.tf", terraform)
    bench.run(["terraform", f"-chdir={terraform}", "init", "-input=false", "-no-color"])
    rows = []
    for numbers in sizes:
        used = bench.run(["terraform", f"-chdir={terraform}", "plan", "-input=false", "-no-color", "-out=tfplan", "-var",
                          "port=1", "-var", f"numbers={numbers}", "-var", "script=true"])
        rows.append([f"{numbers:,}", f"{used.wall:.1f}", f"{used.peak_mb:.0f}",
                     f"{(terraform / 'tfplan').stat().st_size / 1e6:.1f}"])
    print("`terraform plan` of as many `terraform_data` resources, once:")
    table(["resources", "plan s", "peak MB", "file MB"], rows)


# --- Restarts.

def killed_and_restarted(bench):
    numbers = bench.size(30, 1000, 2000)
    rows = []
    for _ in range(bench.rounds):
        with bench.vendor(numbers, register_ms=20) as vendor:
            plan = bench.planned(vendor.port, numbers, waves='["100%"]', concurrency=32, server_delay_max="2s",
                                 status_lag_max="0s", request_timeout="5s", register_timeout="5s")
            vendor.ask("forget")
            command = [bench.wamigrate, "apply", plan, "--run", bench.fresh("run"), "--yes"]
            first = bench.start(command)
            while vendor.ask("log")["on_cloud"] < numbers // 2 and first.poll() is None:
                time.sleep(0.01)
            first.send_signal(signal.SIGKILL)
            first.wait()
            moved = vendor.ask("log")["on_cloud"]
            began = time.time()
            bench.run(command)
            log = vendor.judge("wamigrate, killed and restarted")
            rows.append([f"{numbers}", moved, log["on_cloud"], log["kinds"]["register"], log["registered_twice"],
                         f"{time.time() - began:.1f}"])
    print(f"\n## Killed and restarted\n\n`kill -9` with half of the numbers moved, then the same command; {load()} at the "
          "end.")
    table(["numbers", "moved at the kill", "moved at the end", "registrations received", "numbers registered twice",
           "restart to end, s"], rows)


def restarted_at_size(bench):
    numbers = bench.size(40, 10_000, 100_000)
    with bench.vendor(4) as vendor:
        plan = bench.planned(vendor.port, 4, waves='["100%"]')
        bench.run([bench.wamigrate, "apply", plan, "--run", bench.fresh("small"), "--yes"])
    bench.fresh("state")
    rows = []
    with bench.vendor(numbers) as vendor:
        plan = bench.work / "large.json"
        bench.run([bench.programs / "fleet_bench", "plan", numbers, plan, f"http://127.0.0.1:{vendor.port}"])
        for permille in (0, 500, 990):
            waits, cpu, parts, entries, peak = [], [], [], 0, 0
            for _ in range(bench.rounds):
                run = bench.fresh("run")
                bench.run([bench.programs / "fleet_bench", "journal", bench.work / "small", plan, run, permille])
                entries = bench.told()["entries"]
                bench.run([bench.programs / "fleet_bench", "fold", plan, run])
                parts.append(bench.told())
                vendor.ask("forget")
                began = time.time()
                process = bench.start([bench.wamigrate, "apply", plan, "--run", run, "--yes"])
                ended, usage = 0, None
                while (first := vendor.ask("first")) == 0 and ended == 0:
                    time.sleep(0.02)
                    ended, _, usage = os.wait4(process.pid, os.WNOHANG)
                if ended == 0:
                    os.kill(process.pid, signal.SIGKILL)
                    _, _, usage = os.wait4(process.pid, 0)
                process.returncode = 0
                if first == 0:
                    raise Failed(f"restarted, it sent nothing: {bench.said()}")
                waits.append(first / 1000 - began)
                cpu.append(usage.ru_utime + usage.ru_stime)
                peak = max(peak, usage.ru_maxrss / 1024)
            rows.append([f"{numbers:,}", f"{entries:,}", spread(waits), spread(cpu), f"{peak:.0f}",
                         spread([one["plan_s"] for one in parts]), spread([one["journal_s"] for one in parts]),
                         spread([one["fold_s"] for one in parts])])
    print(f"\n## Restart at size\n\nFrom the start of the process to the first request that the servers saw. The journal is "
          f"written as a run writes it, with as many numbers ended. {bench.rounds} rounds; {load()} at the end.")
    table(["numbers", "entries in the journal", "to the first request, s", "CPU s of that", "peak MB",
           "reading the plan, CPU s", "reading the journal, CPU s", "reading and folding it, CPU s"], rows)


# --- The schedule.

def schedule(bench):
    numbers = bench.size(8, 2000, 10_000)
    shapes = [("bound by concurrency", 20, 1_000_000_000, 32, 0),
              ("the same, throttled now and then", 20, 1_000_000_000, 32, 10),
              ("bound by the limit of one account", numbers, 4500, 64, 0),
              ("the same, throttled now and then", numbers, 4500, 64, 10)]
    rows = []
    for name, of_waba, calls, concurrency, throttled in shapes:
        bench.run([bench.programs / "schedule_bench", numbers, of_waba, calls, concurrency,
                   0 if bench.tiny else throttled])
        told = bench.told()
        rows.append([name, f"{told['migrated']}", told["throttled"], f"{told['graph_calls_a_number']:.1f}",
                     f"{max(told['by_concurrency_s'], told['by_rate_s']):.0f}", f"{told['actual_s']:.0f}",
                     f"{told['efficiency']:.3f}"])
    print(f"\n## Schedule\n\n{numbers} numbers, a registration of 15 s, under a simulated clock: one run, without noise.")
    table(["the run is", "migrated", "throttled answers", "Graph calls a number", "ideal s", "actual s", "efficiency"],
          rows)


# --- The receiver of webhooks.

def listen(bench):
    rate, seconds, connections = bench.size(50, 1000, 1000), bench.size(2, 10, 60), bench.size(4, 32, 32)
    rows = []
    for how in ("calm", "kill"):
        rounds = []
        for _ in range(bench.rounds):  # one that lost a post that was answered 200 is an error
            bench.run([bench.programs / "listen_bench", bench.wamigrate, rate, seconds, connections, how])
            rounds.append(bench.told())
        column = lambda key, taken=rounds: [one[key] for one in taken]
        rows.append([f"{seconds} s, {'killed half-way' if how == 'kill' else 'left alone'}",
                     f"{rounds[-1]['answered']:,}", sum(column("lost")), max(column("sent_again")),
                     *(spread(column(key)) for key in ("median_ms", "p90_ms", "p99_ms")),
                     f"{max(column('longest_ms')):.0f}", spread(column("receiver_cpu_s"))])
    print(f"\n## Webhooks\n\n{rate} posts a second over {connections} kept connections, each stored durably before it is "
          f"answered; {bench.rounds} rounds; {load()} at the end.")
    table(["run", "answered", "lost", "sent again", "p50 ms", "p90 ms", "p99 ms", "longest ms", "receiver's CPU s"], rows)


SECTIONS = {"run": run_throughput, "downtime": downtime, "fleets": fleets, "killed": killed_and_restarted,
            "restart": restarted_at_size, "schedule": schedule, "listen": listen,
            "workers": several_workers, "killed-workers": killed_workers}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, required=True, help="where wamigrate and the benchmarks were built")
    parser.add_argument("--tiny", action="store_true", help="a handful of numbers: only to see that all of it runs")
    parser.add_argument("--all", action="store_true", help="the large sizes too")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(SECTIONS))
    given = parser.parse_args()
    if unknown := [name for name in given.sections if name not in SECTIONS]:
        parser.error(f"there is no section {unknown[0]}: choose from {', '.join(SECTIONS)}")
    work = pathlib.Path(tempfile.mkdtemp(prefix="bench-", dir=given.build))
    print(f"# Measured on {time.strftime('%Y-%m-%d %H:%M', time.gmtime())} UTC, {load()} at the start")
    try:
        bench = Bench(given.build.resolve(), work.resolve(), given.tiny, given.all, 1 if given.tiny else given.rounds)
        for name in given.sections or SECTIONS:
            SECTIONS[name](bench)
    except Failed as failure:
        print(failure, file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
