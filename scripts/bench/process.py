"""What the benchmark reads of processes, and the ports it gives them."""

import os
import socket
import time

TICKS = os.sysconf("SC_CLK_TCK")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_port(port, seconds=60, greeting=True):
    """Returns when the port takes connections and, where it is to greet, has said something."""
    end = time.time() + seconds
    while time.time() < end:
        try:
            with socket.create_connection(("127.0.0.1", port), 1) as s:
                s.settimeout(5)
                if not greeting or s.recv(4):
                    return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"nothing answers on port {port}")


def _stat(pid):
    """Fields of /proc/PID/stat after the command's name, or none where the process has ended."""
    try:
        with open(f"/proc/{pid}/stat") as f:
            return f.read().rsplit(")", 1)[1].split()
    except OSError:
        return None


def tree(roots):
    """Process ids of processes and all below them."""
    children = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        stat = _stat(pid)
        if stat:
            children.setdefault(int(stat[1]), []).append(int(pid))
    out, todo = [], list(roots)
    while todo:
        pid = todo.pop()
        out.append(pid)
        todo += children.get(pid, [])
    return out


def cpu(pids):
    """CPU seconds of living processes and of their reaped children."""
    stats = filter(None, map(_stat, pids))
    return sum(int(stat[i]) for stat in stats for i in (11, 12, 13, 14)) / TICKS


def pss(pids):
    """Proportional set size in MB: shared pages counted once."""
    kb = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/smaps_rollup") as f:
                kb += sum(int(line.split()[1]) for line in f if line.startswith("Pss:"))
        except OSError:
            pass
    return kb / 1024
