#!/usr/bin/env python3
"""Measures Postern beside Postfix, and with filters on beside Postfix with rspamd, on the same messages in one run.

All run on loopback with the same sink and the same durability (250 after fsync). The systems take turns, so that a
machine whose speed drifts drifts for all; what is printed are medians over the rounds. A round is: start the system,
warm it up, send MESSAGES over CONNECTIONS connections, wait until the sink has them, read CPU and memory, stop it.

  scripts/bench.py [--rounds 3] [--messages 6000] [--connections 20] [--only relay|filter] [--json FILE]
"""
import argparse, json, os, platform, shutil, signal, socket, statistics, subprocess, sys, tempfile, threading, time

HERE = os.path.dirname(os.path.realpath(__file__))
TARGET = os.environ.get("CARGO_TARGET_DIR", os.path.expanduser("~/.cache/postern/target"))
POSTERN = os.environ.get("POSTERN_BIN", f"{TARGET}/release/postern")


def port():
    s = socket.socket(); s.bind(("127.0.0.1", 0)); p = s.getsockname()[1]; s.close(); return p


def wait_port(p, seconds=30):
    end = time.time() + seconds
    while time.time() < end:
        try:
            s = socket.create_connection(("127.0.0.1", p), 1); s.settimeout(5)
            if s.recv(4): s.close(); return
        except OSError: time.sleep(0.1)
    raise SystemExit(f"nothing answers on port {p}")


def tree(root):
    """Process ids of a process and all below it."""
    children = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try: ppid = int(open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[1])
        except OSError: continue
        children.setdefault(ppid, []).append(int(pid))
    out, todo = [], list(root)
    while todo:
        pid = todo.pop(); out.append(pid); todo += children.get(pid, [])
    return out


def cpu(pids):
    """CPU seconds of living processes and of their reaped children."""
    ticks = 0
    for pid in pids:
        try: f = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
        except OSError: continue
        ticks += sum(int(f[i]) for i in (11, 12, 13, 14))
    return ticks / os.sysconf("SC_CLK_TCK")


def pss(pids):
    """Proportional set size in MB: shared pages counted once."""
    kb = 0
    for pid in pids:
        try: lines = open(f"/proc/{pid}/smaps_rollup").read().splitlines()
        except OSError: continue
        kb += sum(int(l.split()[1]) for l in lines if l.startswith("Pss:"))
    return kb / 1024


class Sink:
    def __init__(self):
        self.port = port()
        self.proc = subprocess.Popen([POSTERN, "load", "--sink", f"127.0.0.1:{self.port}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.proc.stdout.readline(); wait_port(self.port)
    def stop(self):
        out, _ = self.proc.communicate("\n", timeout=10); return json.loads(out.strip().splitlines()[-1])["messages"]


class System:
    """A mail system under measurement: started, measured, stopped."""
    def __init__(self, sink, dns): self.dir = tempfile.mkdtemp(prefix="bench-", dir=os.environ.get("BENCH_DIR", "/var/tmp")); os.chmod(self.dir, 0o755); self.port = port(); self.sink = sink; self.dns = dns; self.procs = []; self.start(); wait_port(self.port)
    def roots(self): return [p.pid for p in self.procs]
    def waiting(self): raise NotImplementedError
    def stop(self):
        for p in self.procs: p.terminate()
        for p in self.procs:
            try: p.wait(20)
            except subprocess.TimeoutExpired: p.kill()
        shutil.rmtree(self.dir, ignore_errors=True)


class Postern(System):
    filters = "false"
    def start(self):
        http = port()
        open(f"{self.dir}/postern.toml", "w").write(
            f'data = "{self.dir}/data"\nhostname = "mx.acme.test"\n[http]\nlisten = "127.0.0.1:{http}"\n[smtp]\ninbound = ["127.0.0.1:{self.port}"]\n'
            f'[dns]\nservers = ["127.0.0.1:{self.dns}"]\n[scan]\nenabled = {self.filters}\nclamd = ""\n[admin]\nemail = "root@acme.test"\npassword = "Bench-Only-12345"\n')
        self.procs = [subprocess.Popen([POSTERN, "serve", "--config", f"{self.dir}/postern.toml"], stdout=subprocess.DEVNULL, stderr=open(f"{self.dir}/log", "w"))]
        wait_port(self.port)
        open(f"{self.dir}/a.yaml", "w").write(f'accounts:\n  - name: acme\n    domains:\n      - name: acme.test\n        gateways: ["127.0.0.1:{self.sink}"]\n        mailboxes: [{{ name: bob }}]\n')
        subprocess.run([POSTERN, "apply", "--config", f"{self.dir}/postern.toml", f"{self.dir}/a.yaml"], check=True, stdout=subprocess.DEVNULL)
        time.sleep(1)


class PosternFilter(Postern): filters = "true"


class Postfix(System):
    extra = {}
    def start(self):
        conf, queue, data = f"{self.dir}/conf", f"{self.dir}/queue", f"{self.dir}/lib"
        for d in (conf, queue, data): os.makedirs(d)
        shutil.chown(data, "postfix")
        os.chmod(queue, 0o755)
        main = {"compatibility_level": "3.6", "queue_directory": queue, "data_directory": data, "inet_interfaces": "127.0.0.1", "inet_protocols": "ipv4", "myhostname": "mx.acme.test", "mydestination": "",
                "mynetworks": "127.0.0.0/8", "relay_domains": "acme.test", "relayhost": f"[127.0.0.1]:{self.sink}", "smtp_tls_security_level": "none", "smtpd_tls_security_level": "none", "syslog_name": "bench",
                "maillog_file": f"{self.dir}/maillog", "maillog_file_prefixes": self.dir, "smtpd_client_connection_count_limit": "0", "smtpd_recipient_restrictions": "permit_mynetworks,reject", "local_recipient_maps": "", "alias_maps": "", "alias_database": "",
                "default_process_limit": "100", "message_size_limit": "60000000", "smtp_destination_concurrency_limit": "20", "default_destination_concurrency_limit": "20", "in_flow_delay": "0", "smtp_connection_cache_on_demand": "yes", "smtp_dns_support_level": "disabled", **self.extra}
        open(f"{conf}/main.cf", "w").write("".join(f"{k} = {v}\n" for k, v in main.items()))
        master = open("/usr/share/postfix/master.cf.dist").read().replace("smtp      inet  n       -       y       -       -       smtpd", f"127.0.0.1:{self.port} inet n - n - 100 smtpd")
        lines = []
        for line in master.splitlines():
            if line and not line.startswith(("#", " ", "\t")):
                f = line.split()
                if f[4] == "y": line = line.replace(" y ", " n ", 1) if False else " ".join(f[:4] + ["n"] + f[5:])
            lines.append(line)
        open(f"{conf}/master.cf", "w").write("\n".join(lines) + "\npostlog unix-dgram n - n - 1 postlogd\n" if "postlogd" not in master else "\n".join(lines) + "\n")
        self.conf = conf
        subprocess.run(["postfix", "-c", conf, "start"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(1)
    def roots(self): return [int(open(f"{self.dir}/queue/pid/master.pid").read())] + [p.pid for p in self.procs]
    def stop(self):
        subprocess.run(["postfix", "-c", self.conf, "stop"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL); super().stop()


class PostfixRspamd(Postfix):
    def start(self):
        milter, redis = port(), port()
        r = f"{self.dir}/rspamd"; os.makedirs(f"{r}/local.d"); os.makedirs(f"{r}/db"); os.makedirs(f"{r}/redis")
        write = lambda n, t: open(f"{r}/local.d/{n}", "w").write(t)
        write("worker-proxy.inc", f'milter = yes;\ntimeout = 120s;\nbind_socket = "127.0.0.1:{milter}";\ncount = 2;\nupstream "local" {{ default = yes; self_scan = yes; }}\n')
        write("worker-normal.inc", "enabled = false;\n"); write("worker-controller.inc", f'bind_socket = "127.0.0.1:{port()}";\n')
        write("options.inc", f'dns {{ nameserver = ["127.0.0.1:{self.dns}"]; timeout = 1s; retransmits = 1; }}\n')
        write("redis.conf", f'servers = "127.0.0.1:{redis}";\n'); write("logging.inc", 'level = "warning";\n'); write("phishing.conf", "openphish_enabled = false;\n")
        write("fuzzy_check.conf", "enabled = false;\n")
        for d, _, fs in os.walk(r):
            for p in [d] + [os.path.join(d, f) for f in fs]: shutil.chown(p, "_rspamd", "_rspamd")
        self.procs = [subprocess.Popen(["redis-server", "--port", str(redis), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", f"{r}/redis"], stdout=subprocess.DEVNULL),
                      subprocess.Popen(["rspamd", "-f", "-u", "_rspamd", "-g", "_rspamd", f"--var=LOCAL_CONFDIR={r}", f"--var=DBDIR={r}/db", f"--var=RUNDIR={r}", f"--var=LOGDIR={r}"], stdout=open(f"{self.dir}/rspamd.log", "w"), stderr=subprocess.STDOUT)]
        end = time.time() + 60
        while time.time() < end:
            try: socket.create_connection(("127.0.0.1", milter), 1).close(); break
            except OSError: time.sleep(0.2)
        else: raise SystemExit("rspamd does not answer")
        self.extra = {"smtpd_milters": f"inet:127.0.0.1:{milter}", "milter_protocol": "6", "milter_default_action": "tempfail", "milter_mail_macros": "i {mail_addr} {client_addr} {client_name} {auth_authen}"}
        super().start()


def load(system, messages, connections, files):
    out = subprocess.run([POSTERN, "load", "--server", f"127.0.0.1:{system.port}", "--connections", str(connections), "--messages", str(messages), *files], capture_output=True, text=True, timeout=900)
    if not out.stdout.strip(): raise SystemExit(f"load failed: {out.stderr}")
    return json.loads(out.stdout.strip().splitlines()[-1])


def measure(kind, opts, dns, files):
    sink = Sink(); system = kind(sink.port, dns)
    try:
        load(system, min(200, opts.messages), opts.connections, files)
        time.sleep(2)
        idle = pss(tree(system.roots())); before = cpu(tree(system.roots())); peak = [idle]; done = threading.Event()
        def sample():
            while not done.wait(0.2): peak[0] = max(peak[0], pss(tree(system.roots())))
        t = threading.Thread(target=sample); t.start()
        seen = lambda: int(subprocess.run(["ss", "-tnH", "state", "established", f"( dport = :{sink.port} )"], capture_output=True, text=True).stdout.count("\n"))
        started = time.time(); r = load(system, opts.messages, opts.connections, files)
        last_cpu, quiet = cpu(tree(system.roots())), 0
        end_all = time.time()
        while quiet < 6 and time.time() - started < 900:          # drained: no CPU is used any more
            time.sleep(0.25); now = cpu(tree(system.roots()))
            if now - last_cpu < 0.02: quiet += 1
            else: quiet = 0; end_all = time.time()
            last_cpu = now
        done.set(); t.join()
        used = last_cpu - before
        return {"accepted_per_s": r["per_second"], "drained_per_s": opts.messages / (end_all - started), "p50_ms": r["p50_ms"], "p99_ms": r["p99_ms"], "refused": r["refused"], "cpu_s_per_1000": used / opts.messages * 1000, "peak_mb": peak[0], "idle_mb": idle}
    finally:
        system.stop(); got = sink.stop()
        print(f"  {kind.__name__}: sink got {got}", file=sys.stderr)


def main():
    a = argparse.ArgumentParser(); a.add_argument("--rounds", type=int, default=3); a.add_argument("--messages", type=int, default=6000); a.add_argument("--connections", type=int, default=20)
    a.add_argument("--only", choices=["relay", "filter"]); a.add_argument("--json"); a.add_argument("files", nargs="*"); o = a.parse_args()
    for sig in (signal.SIGTERM, signal.SIGINT): signal.signal(sig, lambda *_: sys.exit(1))
    dns = subprocess.Popen([POSTERN, "load", "--dns", "127.0.0.1:0"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True); dns_port = int(dns.stdout.readline().rsplit(":", 1)[1])
    groups = {"relay": [Postern, Postfix], "filter": [PosternFilter, PostfixRspamd]}
    results = {}
    try:
        for group, kinds in groups.items():
            if o.only and o.only != group: continue
            for n in range(o.rounds):
                for kind in (kinds if n % 2 == 0 else kinds[::-1]):
                    results.setdefault((group, kind.__name__), []).append(measure(kind, o, dns_port, o.files))
                    print(group, n + 1, kind.__name__, {k: round(v, 2) for k, v in results[(group, kind.__name__)][-1].items()}, file=sys.stderr)
    finally: dns.kill()
    model = next((l.split(":", 1)[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")), platform.machine())
    print(f"Machine: {model}, {os.cpu_count()} cores, Linux {platform.release()}. {o.rounds} rounds of {o.messages} messages over {o.connections} connections; medians.\n")
    print("| | accepted/s | drained/s | p50 to 250 | p99 to 250 | CPU s per 1,000 | peak memory | idle memory |\n|---|---:|---:|---:|---:|---:|---:|---:|")
    for (group, name), rows in results.items():
        m = {k: statistics.median(r[k] for r in rows) for k in rows[0]}
        print(f"| {name} ({group}) | {m['accepted_per_s']:.0f} | {m['drained_per_s']:.0f} | {m['p50_ms']:.1f} ms | {m['p99_ms']:.1f} ms | {m['cpu_s_per_1000']:.2f} | {m['peak_mb']:.0f} MB | {m['idle_mb']:.0f} MB |")
    if o.json: json.dump([{"group": g, "system": n, "rounds": r} for (g, n), r in results.items()], open(o.json, "w"), indent=1)


main()
