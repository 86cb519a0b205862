//! Where the built pages (WebAssembly, script, style) lie.

use std::path::PathBuf;

/// The first of: `LEPTOS_SITE_ROOT`, `site` beside the program's folder or in it, the packaged place.
pub fn root() -> PathBuf {
    if let Some(set) = std::env::var_os("LEPTOS_SITE_ROOT").filter(|s| !s.is_empty()) {
        return set.into();
    }
    let exe = std::env::current_exe().ok();
    let beside = exe.iter().flat_map(|e| e.ancestors().skip(1).take(2)).map(|dir| dir.join("site"));
    let usual = [PathBuf::from("/usr/share/postern/site"), PathBuf::from("target/site")];
    beside.chain(usual).find(|dir| dir.is_dir()).unwrap_or_else(|| PathBuf::from("target/site"))
}
