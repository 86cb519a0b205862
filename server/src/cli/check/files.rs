//! The data directory: room on its disk, and secrets that only their owner can read.

use super::finding::Finding;
use crate::config::Config;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

pub fn check(config: &Config, configuration: Option<&Path>) -> Vec<Finding> {
    if !config.data.is_dir() {
        let what = format!("{} is not there yet", config.data.display());
        return vec![Finding::warn("data", what, "it is made when the server first starts")];
    }
    vec![room(config), secrets(config, configuration), temporary(config)]
}

/// Below the spool's limit no mail is accepted; below four times that it is time to look.
fn room(config: &Config) -> Finding {
    const NAME: &str = "disk";
    let disk = match rustix::fs::statvfs(&config.data) {
        Ok(disk) => disk,
        Err(error) => return Finding::fail(NAME, format!("{}: {error}", config.data.display()), "check the disk"),
    };
    let free = disk.f_bavail.saturating_mul(disk.f_frsize) >> 20;
    let limit = config.spool.min_free_mb.unwrap_or(256);
    let inodes = (disk.f_files > 0).then_some(disk.f_favail);
    let said = format!("{free} MB are free, mail is refused below {limit} MB");
    let advice = "make room, or move the data directory to a larger disk";
    match (free, inodes) {
        (free, _) if free < limit => Finding::fail(NAME, said, advice),
        (_, Some(files)) if files < 1_000 => {
            Finding::fail(NAME, format!("only {files} more files fit on the disk"), advice)
        }
        (free, _) if free < limit.saturating_mul(4) => Finding::warn(NAME, said, advice),
        _ => Finding::ok(NAME, said),
    }
}

fn secrets(config: &Config, configuration: Option<&Path>) -> Finding {
    const NAME: &str = "permissions";
    let mut private: Vec<PathBuf> =
        ["vault/vault.key", store::FILE, "tls/smtp-key.pem"].map(|f| config.data.join(f)).into();
    let holds_password = !config.admin.password.is_empty() || config.database.contains('@');
    private.extend(configuration.filter(|_| holds_password).map(Path::to_owned));
    // A file in a directory that nobody else may enter is as private as that.
    let closed = |path: &Path| path.ancestors().skip(1).any(|d| mode(d).is_some_and(|m| m & 0o077 == 0));
    let open: Vec<String> = private
        .iter()
        .filter(|path| mode(path).is_some_and(|m| m & 0o077 != 0) && !closed(&whole(path)))
        .map(|path| path.display().to_string())
        .collect();
    match open.is_empty() {
        true => Finding::ok(NAME, "keys, database and passwords are readable by their owner only"),
        false => Finding::warn(
            NAME,
            format!("others on this machine may read {}", open.join(", ")),
            format!("chmod 600 {}", open.join(" ")),
        ),
    }
}

fn whole(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

fn mode(path: &Path) -> Option<u32> {
    std::fs::metadata(path).ok().map(|m| m.permissions().mode())
}

/// What commands that were stopped left behind.
fn temporary(config: &Config) -> Finding {
    const NAME: &str = "left behind";
    let left: Vec<String> = std::fs::read_dir(&config.data)
        .into_iter()
        .flatten()
        .flatten()
        .map(|e| e.file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with("replaced-") || name.ends_with(".partial") || name == "migrating")
        .collect();
    match left.is_empty() {
        true => Finding::ok(NAME, "nothing"),
        false => Finding::warn(NAME, left.join(", "), "delete it when you are sure that it is not needed"),
    }
}
