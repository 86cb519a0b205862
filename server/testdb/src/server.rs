//! Starting the one server, and finding the one that runs.

use std::fs::{File, OpenOptions};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where the running server is.
#[derive(Debug, Clone)]
pub struct State {
    /// Of its socket and all its files.
    pub directory: PathBuf,
    pub port: u16,
    /// Of PostgreSQL's programs.
    pub binaries: PathBuf,
}

/// Ends the server and removes its files when nobody has held the lock for half a minute.
/// $1 directory, $2 lock file, $3 programs, $4 state file, and the words that run a program as the server's user.
const WATCHER: &str = r#"
directory=$1 lock=$2 programs=$3 state=$4; shift 4
idle=0
while [ $idle -lt 6 ]; do
    sleep 5
    if [ ! -e "$directory/data/postmaster.pid" ]; then idle=6; continue; fi
    if flock -n -x "$lock" true; then idle=$((idle + 1)); else idle=0; fi
done
exec 9>>"$lock"
flock -x 9
rm -f "$state"
"$@" "$programs/pg_ctl" -D "$directory/data" -m immediate -w stop
rm -rf "$directory"
"#;

/// The server of this directory, started if there is none, and a lock that keeps it running.
pub fn get(shared: &Path) -> Result<(State, File), String> {
    std::fs::create_dir_all(shared).map_err(|e| format!("{}: {e}", shared.display()))?;
    let open = |name: &str| {
        let path = shared.join(name);
        let file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(&path);
        file.map(|f| (f, path)).map_err(|e| format!("{name}: {e}"))
    };
    let (in_use, lock) = open("in-use.lock")?;
    in_use.lock_shared().map_err(|e| format!("locking: {e}"))?;
    // One starts, the others wait for it.
    let (starting, _) = open("starting.lock")?;
    starting.lock().map_err(|e| format!("locking: {e}"))?;
    let state_file = shared.join("state");
    if let Some(state) = running(&state_file) {
        return Ok((state, in_use));
    }
    let state = start(&lock, &state_file)?;
    let text = format!("{}\n{}\n{}\n", state.directory.display(), state.port, state.binaries.display());
    std::fs::write(&state_file, text).map_err(|e| format!("{}: {e}", state_file.display()))?;
    Ok((state, in_use))
}

/// The server that the state file names, if it answers.
fn running(file: &Path) -> Option<State> {
    let text = std::fs::read_to_string(file).ok()?;
    let mut lines = text.lines();
    let state =
        State { directory: lines.next()?.into(), port: lines.next()?.parse().ok()?, binaries: lines.next()?.into() };
    super::sql(&state, "SELECT 1").ok().map(|()| state)
}

fn start(lock: &Path, state_file: &Path) -> Result<State, String> {
    let binaries = binaries().ok_or("PostgreSQL is not installed (Debian: apt-get install postgresql)")?;
    let directory = std::env::temp_dir().join(format!("postern-postgres-{}", std::process::id()));
    std::fs::create_dir_all(&directory).map_err(|e| format!("{}: {e}", directory.display()))?;
    let user = user(&directory)?;
    let data = directory.join("data");
    let password = directory.join("password");
    std::fs::write(&password, super::PASSWORD).map_err(|e| format!("{}: {e}", password.display()))?;
    let as_user = |program: &str| {
        let mut command = match user.split_first() {
            Some((first, rest)) => {
                let mut command = Command::new(first);
                command.args(rest).arg(binaries.join(program));
                command
            }
            None => Command::new(binaries.join(program)),
        };
        command.current_dir("/").stdin(Stdio::null());
        command
    };
    // C.UTF-8 knows the letters of all languages, and every Debian has it.
    let mut initdb = as_user("initdb");
    initdb.args(["-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]);
    initdb.args(["--auth-local=trust", "--auth-host=scram-sha-256"]);
    run(initdb.arg(format!("--pwfile={}", password.display())).arg("-D").arg(&data))?;
    let port = free_port()?;
    let options = format!(
        "-p {port} -k {} -c listen_addresses=127.0.0.1 -c fsync=off -c synchronous_commit=off -c full_page_writes=off \
         -c max_connections=300 -c shared_buffers=128MB -c max_wal_size=4GB -c logging_collector=off",
        directory.display()
    );
    let log = directory.join("log");
    let mut start = as_user("pg_ctl");
    start.arg("-D").arg(&data).arg("-l").arg(&log).args(["-w", "-t", "60", "-o", &options, "start"]);
    // The server keeps what it inherits open: a pipe would never end.
    start.stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
    let status = start.status().map_err(|e| format!("pg_ctl: {e}"))?;
    if !status.success() {
        return Err(format!("PostgreSQL did not start: {}", std::fs::read_to_string(&log).unwrap_or_default()));
    }
    let mut watcher = Command::new("setsid");
    watcher.args(["sh", "-c", WATCHER, "sh"]).arg(&directory).arg(lock).arg(&binaries).arg(state_file).args(&user);
    watcher.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).current_dir("/").process_group(0);
    watcher.spawn().map_err(|e| format!("the watcher of the server: {e}"))?;
    Ok(State { directory, port, binaries })
}

fn run(command: &mut Command) -> Result<(), String> {
    let out = command.output().map_err(|e| format!("{command:?}: {e}"))?;
    if out.status.success() {
        return Ok(());
    }
    Err(format!("{command:?}: {}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr)))
}

/// Where initdb is: on the path, or where Debian keeps its versions, the newest first.
fn binaries() -> Option<PathBuf> {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    if let Some(found) = std::env::split_paths(&paths).find(|p| p.join("initdb").exists() && p.join("psql").exists()) {
        return Some(found);
    }
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?.flatten().map(|d| d.path().join("bin"));
    let mut found: Vec<PathBuf> = versions.filter(|p| p.join("initdb").exists()).collect();
    found.sort_by_key(|p| {
        p.parent().and_then(Path::file_name).and_then(|v| v.to_str()).and_then(|v| v.parse::<u32>().ok())
    });
    found.pop()
}

/// PostgreSQL refuses to run as root: there, its files go to the user `postgres` and its programs run as that.
fn user(directory: &Path) -> Result<Vec<String>, String> {
    let root = std::fs::metadata("/proc/self").map(|m| std::os::unix::fs::MetadataExt::uid(&m) == 0).unwrap_or(false);
    if !root {
        return Ok(Vec::new());
    }
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let line = passwd.lines().find(|l| l.starts_with("postgres:")).ok_or("there is no user postgres to run it as")?;
    let ids: Vec<u32> = line.split(':').skip(2).take(2).filter_map(|n| n.parse().ok()).collect();
    let [uid, gid] = ids[..] else { return Err(format!("{line:?} in /etc/passwd has no ids")) };
    chown(directory, Some(uid), Some(gid)).map_err(|e| format!("{}: {e}", directory.display()))?;
    let all = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(directory, all).map_err(|e| format!("{}: {e}", directory.display()))?;
    let words = ["setpriv", &format!("--reuid={uid}"), &format!("--regid={gid}"), "--clear-groups", "--"];
    Ok(words.iter().map(|w| (*w).to_owned()).collect())
}

fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(|e| format!("no free port: {e}"))?;
    Ok(listener.local_addr().map_err(|e| e.to_string())?.port())
}
