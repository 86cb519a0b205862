"""Measures Postern beside Postfix, and with filters on beside Postfix with rspamd, on the same messages in one run.

All run on loopback with the same sink and the same durability (250 after fsync). The systems take turns, so that a
machine whose speed drifts drifts for all; what is printed are medians over the rounds. A round is: start the system,
warm it up, send the messages, wait until it has nothing left to do, read CPU and memory, stop it.

  python3 -B scripts/bench [--rounds 3] [--messages 6000] [--connections 20] [--only relay|filter] [--json FILE] [FILE ...]

FILE: messages to send in turn. Without: one plain message of 4 KB for the relays, the samples of every kind for the
filters.
"""

import argparse
import json
import os
import platform
import signal
import statistics
import subprocess
import sys
import threading
import time

from process import cpu, pss, tree
from systems import POSTERN, Postern, PosternFilter, Postfix, PostfixRspamd, Sink

GROUPS = {"relay": [Postern, Postfix], "filter": [PosternFilter, PostfixRspamd]}
COLUMNS = {
    "accepted_per_s": ("accepted/s", "{:.0f}"),
    "drained_per_s": ("drained/s", "{:.0f}"),
    "p50_ms": ("p50 to 250", "{:.1f} ms"),
    "p99_ms": ("p99 to 250", "{:.1f} ms"),
    "cpu_s_per_1000": ("CPU s per 1,000", "{:.2f}"),
    "peak_mb": ("peak memory", "{:.0f} MB"),
    "idle_mb": ("idle memory", "{:.0f} MB"),
}
# A system that used less CPU than this in each of so many quarters of a second has nothing left to do.
QUIET_CPU, QUIET_TIMES = 0.02, 6


def load(system, messages, options, what):
    command = [POSTERN, "load", "--server", f"127.0.0.1:{system.port}"]
    command += ["--connections", str(options.connections), "--messages", str(messages), *what]
    out = subprocess.run(command, capture_output=True, text=True, timeout=900)
    if not out.stdout.strip():
        raise SystemExit(f"load failed: {out.stderr}")
    return json.loads(out.stdout.strip().splitlines()[-1])


class Peak(threading.Thread):
    """Watches the system's memory until it is told to end."""

    def __init__(self, system):
        super().__init__(daemon=True)
        self.system, self.end, self.megabytes = system, threading.Event(), 0.0

    def run(self):
        while not self.end.wait(0.2):
            self.megabytes = max(self.megabytes, pss(tree(self.system.roots())))


def drain(system, since):
    """Waits until the system is idle. Returns the time of its last work, and the CPU seconds used by then."""
    used, quiet, at = cpu(tree(system.roots())), 0, time.time()
    while quiet < QUIET_TIMES and time.time() - since < 900:
        time.sleep(0.25)
        now = cpu(tree(system.roots()))
        quiet = quiet + 1 if now - used < QUIET_CPU else 0
        if quiet == 0:
            at = time.time()
        used = now
    return at, used


def measure(kind, options, dns, what):
    sink = Sink()
    system = kind(sink.port, dns)
    try:
        load(system, min(200, options.messages), options, what)
        drain(system, time.time())
        time.sleep(1)
        idle, before = pss(tree(system.roots())), cpu(tree(system.roots()))
        peak = Peak(system)
        peak.start()
        started = time.time()
        sent = load(system, options.messages, options, what)
        at, used = drain(system, started)
        peak.end.set()
        peak.join()
        return {
            "accepted_per_s": sent["per_second"],
            "drained_per_s": options.messages / (at - started),
            "p50_ms": sent["p50_ms"],
            "p99_ms": sent["p99_ms"],
            "refused": sent["refused"],
            "cpu_s_per_1000": (used - before) / options.messages * 1000,
            "peak_mb": max(peak.megabytes, idle),
            "idle_mb": idle,
        }
    finally:
        system.stop()
        print(f"  {kind.__name__}: {sink.stop()} messages came to the sink", file=sys.stderr)


def dns_server():
    command = [POSTERN, "load", "--dns", "127.0.0.1:0"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    return process, int(process.stdout.readline().rsplit(":", 1)[1])


def rounds(options, dns):
    """Results by group and system, a list of rounds each."""
    results = {}
    for group, kinds in GROUPS.items():
        if options.only and options.only != group:
            continue
        what = options.files or (["--samples"] if group == "filter" else [])
        for n in range(options.rounds):
            for kind in kinds if n % 2 == 0 else kinds[::-1]:
                result = measure(kind, options, dns, what)
                results.setdefault((group, kind.__name__), []).append(result)
                print(group, n + 1, kind.__name__, {k: round(v, 2) for k, v in result.items()}, file=sys.stderr)
    return results


def table(results, options):
    with open("/proc/cpuinfo") as f:
        models = [line.split(":", 1)[1].strip() for line in f if line.startswith("model name")]
    model = models[0] if models else platform.machine()
    yield f"Machine: {model}, {os.cpu_count()} cores, Linux {platform.release()}. {options.rounds} rounds of"
    yield f"{options.messages} messages over {options.connections} connections; medians.\n"
    yield "| | " + " | ".join(head for head, _ in COLUMNS.values()) + " |"
    yield "|---|" + "---:|" * len(COLUMNS)
    for (group, name), done in results.items():
        cells = [form.format(statistics.median(r[key] for r in done)) for key, (_, form) in COLUMNS.items()]
        yield f"| {name} ({group}) | " + " | ".join(cells) + " |"


def main():
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--messages", type=int, default=6000)
    parser.add_argument("--connections", type=int, default=20)
    parser.add_argument("--only", choices=list(GROUPS))
    parser.add_argument("--json", help="also write every round's figures to this file")
    parser.add_argument("files", nargs="*")
    options = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(1))
    dns, port = dns_server()
    try:
        results = rounds(options, port)
    finally:
        dns.kill()
    print("\n".join(table(results, options)))
    if options.json:
        rows = [{"group": g, "system": n, "rounds": r} for (g, n), r in results.items()]
        with open(options.json, "w") as f:
            json.dump(rows, f, indent=1)


if __name__ == "__main__":
    main()
