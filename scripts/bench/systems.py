"""The mail systems under measurement: each relays mail for acme.test to one sink, with 250 after fsync."""

import json
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from process import free_port, wait_port

TARGET = os.environ.get("CARGO_TARGET_DIR", os.path.expanduser("~/.cache/postern/target"))
POSTERN = os.environ.get("POSTERN_BIN", f"{TARGET}/release/postern")
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


class Sink:
    """Plays the mail gateway behind the system."""

    def __init__(self):
        self.port = free_port()
        command = [POSTERN, "load", "--sink", f"127.0.0.1:{self.port}"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()
        wait_port(self.port)

    def stop(self):
        """Returns how many messages came."""
        out, _ = self.process.communicate("\n", timeout=10)
        return json.loads(out.strip().splitlines()[-1])["messages"]


class System:
    """Started when made. `port`: where it takes mail. On disk, as in use: not in a memory file system."""

    def __init__(self, sink, dns):
        self.dir = Path(tempfile.mkdtemp(prefix="bench-", dir=os.environ.get("BENCH_DIR", "/var/tmp")))
        self.dir.chmod(0o755)
        self.port, self.sink, self.dns = free_port(), sink, dns
        self.processes = []
        self.start()
        wait_port(self.port)

    def roots(self):
        """Process ids under which all of the system runs."""
        return [p.pid for p in self.processes]

    def stop(self):
        for p in self.processes:
            p.terminate()
        for p in self.processes:
            try:
                p.wait(20)
            except subprocess.TimeoutExpired:
                p.kill()
        shutil.rmtree(self.dir, ignore_errors=True)


class Postern(System):
    """As a pure relay."""

    filters = False

    def start(self):
        config = self.dir / "postern.toml"
        config.write_text(f"""
data = "{self.dir}/data"
hostname = "mx.acme.test"
[http]
listen = "127.0.0.1:{free_port()}"
[smtp]
inbound = ["127.0.0.1:{self.port}"]
[dns]
servers = ["127.0.0.1:{self.dns}"]
[scan]
enabled = {"true" if self.filters else "false"}
clamd = ""
[admin]
email = "root@acme.test"
password = "Bench-Only-12345"
""")
        document = self.dir / "setup.yaml"
        document.write_text(f"""
accounts:
  - name: acme
    domains:
      - name: acme.test
        gateways: ["127.0.0.1:{self.sink}"]
        mailboxes: [{{ name: bob }}]
""")
        log = open(self.dir / "log", "w")
        command = [POSTERN, "serve", "--config", config]
        self.processes = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log)]
        wait_port(self.port)
        apply = [POSTERN, "apply", "--config", config, document]
        subprocess.run(apply, check=True, stdout=subprocess.DEVNULL)
        time.sleep(1)


class PosternFilter(Postern):
    """With every analyser that needs no other server."""

    filters = True


class Postfix(System):
    """Debian's Postfix in directories of its own, as a relay without limits that would slow it."""

    extra = {}

    def start(self):
        self.conf, queue, data = self.dir / "conf", self.dir / "queue", self.dir / "lib"
        for d in (self.conf, queue, data):
            d.mkdir()
        shutil.chown(data, "postfix")
        queue.chmod(0o755)
        options = {
            "compatibility_level": "3.6",
            "queue_directory": queue,
            "data_directory": data,
            "inet_interfaces": "127.0.0.1",
            "inet_protocols": "ipv4",
            "myhostname": "mx.acme.test",
            "mydestination": "",
            "mynetworks": "127.0.0.0/8",
            "relay_domains": "acme.test",
            "relayhost": f"[127.0.0.1]:{self.sink}",
            "smtp_tls_security_level": "none",
            "smtpd_tls_security_level": "none",
            "syslog_name": "bench",
            "maillog_file": self.dir / "maillog",
            "maillog_file_prefixes": self.dir,
            "smtpd_client_connection_count_limit": "0",
            "smtpd_recipient_restrictions": "permit_mynetworks,reject",
            "local_recipient_maps": "",
            "alias_maps": "",
            "alias_database": "",
            "default_process_limit": "100",
            "message_size_limit": "60000000",
            "smtp_destination_concurrency_limit": "20",
            "default_destination_concurrency_limit": "20",
            "in_flow_delay": "0",
            "smtp_connection_cache_on_demand": "yes",
            "smtp_dns_support_level": "disabled",
            **self.extra,
        }
        (self.conf / "main.cf").write_text("".join(f"{k} = {v}\n" for k, v in options.items()))
        (self.conf / "master.cf").write_text(self.master())
        subprocess.run(["postfix", "-c", self.conf, "start"], check=True, **QUIET)
        time.sleep(1)

    def master(self):
        """Debian's services, none in a chroot, with our port in place of 25."""
        lines, log = [], "postlog unix-dgram n - n - 1 postlogd"
        for line in Path("/usr/share/postfix/master.cf.dist").read_text().splitlines():
            if not line or line[0] in "# \t":
                continue
            fields = line.split()
            fields[4] = "n"
            if fields[0] == "smtp" and fields[1] == "inet":
                fields[0], fields[6] = f"127.0.0.1:{self.port}", "100"
            lines.append(" ".join(fields))
        if not any(line.startswith("postlog ") for line in lines):
            lines.append(log)
        return "\n".join(lines) + "\n"

    def roots(self):
        return [int((self.dir / "queue/pid/master.pid").read_text())] + super().roots()

    def stop(self):
        subprocess.run(["postfix", "-c", self.conf, "stop"], **QUIET)
        super().stop()


class PostfixRspamd(Postfix):
    """Postfix with Debian's rspamd as milter and its Redis. All is accepted and marked, nothing asked of the Internet."""

    def start(self):
        milter, redis = free_port(), free_port()
        home = self.dir / "rspamd"
        for d in ("local.d", "db", "redis"):
            (home / d).mkdir(parents=True)
        upstream = 'upstream "local" { default = yes; self_scan = yes; }'
        local = {
            "worker-proxy.inc": f'milter = yes;\ntimeout = 120s;\nbind_socket = "127.0.0.1:{milter}";\ncount = 2;\n{upstream}\n',
            "worker-normal.inc": "enabled = false;\n",
            "worker-controller.inc": f'bind_socket = "127.0.0.1:{free_port()}";\n',
            "options.inc": f'dns {{ nameserver = ["127.0.0.1:{self.dns}"]; timeout = 1s; retransmits = 1; }}\n',
            "redis.conf": f'servers = "127.0.0.1:{redis}";\n',
            "logging.inc": 'level = "warning";\n',
            "phishing.conf": "openphish_enabled = false;\n",
            "fuzzy_check.conf": "enabled = false;\n",
            "actions.conf": "reject = null;\ngreylist = null;\nadd_header = 6;\n",
        }
        for name, text in local.items():
            (home / "local.d" / name).write_text(text)
        for path in [home, *home.rglob("*")]:
            shutil.chown(path, "_rspamd", "_rspamd")
        cache = ["redis-server", "--port", str(redis), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        filter_ = ["rspamd", "-f", "-u", "_rspamd", "-g", "_rspamd", f"--var=LOCAL_CONFDIR={home}"]
        filter_ += [f"--var=DBDIR={home}/db", f"--var=RUNDIR={home}", f"--var=LOGDIR={home}"]
        log = open(self.dir / "rspamd.log", "w")
        self.processes = [
            subprocess.Popen(cache + ["--dir", home / "redis"], stdout=subprocess.DEVNULL),
            subprocess.Popen(filter_, stdout=log, stderr=subprocess.STDOUT),
        ]
        wait_port(milter, greeting=False)
        self.extra = {
            "smtpd_milters": f"inet:127.0.0.1:{milter}",
            "milter_protocol": "6",
            "milter_default_action": "tempfail",
            "milter_mail_macros": "i {mail_addr} {client_addr} {client_name} {auth_authen}",
        }
        super().start()
