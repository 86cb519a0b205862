//! A PostgreSQL server for tests: started by the first test that wants one, shared by all processes of a test run,
//! ended when none has used it for a while.
//!
//! Nothing outlives a run: the server's files are in a temporary directory that its watcher removes. Tests that use it
//! hold a shared lock; the watcher (a shell) ends the server once it gets that lock for itself. Only for tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod server;

use std::fs::File;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// An empty database of its own for one test.
#[derive(Debug, Clone)]
pub struct Database {
    /// As configuration's `database`; over the server's socket, without a password.
    pub url: String,
    /// The same over TCP, where the server asks for the password.
    pub tcp_url: String,
    pub name: String,
}

/// The password of [`Database::tcp_url`].
pub const PASSWORD: &str = "only for tests";

/// The server, used by this process until it ends.
struct Server {
    state: server::State,
    /// Locked for sharing as long as this process lives.
    _in_use: File,
}

/// A new, empty database. None where this machine has no PostgreSQL, with a word on standard error: the test is to
/// skip what needs it. In CI (`CI=true`) that is a panic.
pub fn postgres() -> Option<Database> {
    static SERVER: OnceLock<Result<Server, String>> = OnceLock::new();
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let server = match SERVER.get_or_init(|| server::get(&directory()).map(|(state, f)| Server { state, _in_use: f })) {
        Ok(server) => server,
        Err(why) if std::env::var("CI").is_ok_and(|ci| ci == "true") => panic!("no PostgreSQL to test with: {why}"),
        Err(why) => {
            eprintln!("skipped what needs PostgreSQL: {why}");
            return None;
        }
    };
    let name = format!("t{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
    sql(&server.state, &format!("CREATE DATABASE {name}")).unwrap();
    let server::State { directory, port, .. } = &server.state;
    let socket = directory.display().to_string().replace('/', "%2F");
    Some(Database {
        url: format!("postgres://postgres@{socket}:{port}/{name}"),
        tcp_url: format!("postgres://postgres:{}@127.0.0.1:{port}/{name}", PASSWORD.replace(' ', "%20")),
        name,
    })
}

fn sql(state: &server::State, text: &str) -> Result<(), String> {
    let out = Command::new(state.binaries.join("psql"))
        .args(["-qX", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-d", "postgres", "-c", text, "-p"])
        .arg(state.port.to_string())
        .arg("-h")
        .arg(&state.directory)
        .env_remove("PGPASSWORD")
        .output()
        .map_err(|e| format!("psql: {e}"))?;
    if out.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&out.stderr).into_owned()) }
}

/// Where the processes of a test run find each other: beside what was built.
fn directory() -> PathBuf {
    let built = std::env::current_exe().expect("a test is a file");
    // Cargo marks a target directory only where it made it itself.
    let deps = built.ancestors().find(|p| p.ends_with("deps")).and_then(|p| p.parent());
    deps.expect("tests are built into a folder deps").join("postgres-for-tests")
}
