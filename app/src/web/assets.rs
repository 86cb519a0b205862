//! The built files: style sheet, script, and the WebAssembly module in its parts. Their path carries the version of the
//! build, so that a page that stands open over an upgrade never loads a part of another module: it is told instead.

use axum::extract::{Request, State};
use axum::http::{StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use leptos::prelude::LeptosOptions;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::sync::Arc;

/// URLs of the style sheet, the script and the WebAssembly module.
#[derive(Debug, Clone, PartialEq)]
pub struct Assets {
    pub css: String,
    pub js: String,
    pub wasm: String,
    /// Of this build; a segment of the paths above.
    pub version: Arc<str>,
}

impl Assets {
    /// Looks at what the build left below the site root.
    pub fn find(options: &LeptosOptions) -> Assets {
        let pkg = Path::new(options.site_root.as_ref()).join(options.site_pkg_dir.as_ref());
        // cargo-leptos names the module like the script; wasm-bindgen alone appends `_bg`.
        let plain_wasm = pkg.join(format!("{}.wasm", options.output_name)).exists();
        Assets::named(options, &version_of(&pkg), plain_wasm)
    }

    fn named(options: &LeptosOptions, version: &str, plain_wasm: bool) -> Assets {
        let (pkg, name) = (&options.site_pkg_dir, &options.output_name);
        let file = |end: &str| format!("/{pkg}/{version}/{name}{end}");
        Assets {
            css: file(".css"),
            js: file(".js"),
            wasm: file(if plain_wasm { ".wasm" } else { "_bg.wasm" }),
            version: version.into(),
        }
    }
}

/// The same for the same files on every node. The scripts are read whole: the one that loads the parts of the module has a
/// mark that differs from build to build.
fn version_of(pkg: &Path) -> String {
    let mut files: Vec<_> = std::fs::read_dir(pkg).into_iter().flatten().flatten().collect();
    files.sort_by_key(std::fs::DirEntry::file_name);
    let mut hash = DefaultHasher::new();
    for file in files {
        let name = file.file_name();
        name.hash(&mut hash);
        file.metadata().map(|m| m.len()).unwrap_or_default().hash(&mut hash);
        if Path::new(&name).extension().is_some_and(|e| e == "js" || e == "css") {
            std::fs::read(file.path()).unwrap_or_default().hash(&mut hash);
        }
    }
    format!("{:016x}", hash.finish())
}

/// Middleware: files of this build by their version; those of another are gone (410), which the page's script makes into a
/// sentence ([`super::shell`]).
pub async fn of_version(State(version): State<Arc<str>>, mut request: Request, next: Next) -> Response {
    let Some(rest) = request.uri().path().strip_prefix("/pkg/") else { return next.run(request).await };
    let file = rest.split_once('/').filter(|(v, _)| **v == *version).map(|(_, file)| format!("/pkg/{file}"));
    match file.and_then(|path| path.parse::<Uri>().ok()) {
        Some(uri) => {
            *request.uri_mut() = uri;
            next.run(request).await
        }
        None => (StatusCode::GONE, "This file is of another version. Load the page again.").into_response(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn options() -> LeptosOptions {
        LeptosOptions::builder().output_name("postern").site_pkg_dir("pkg").build()
    }
    #[test]
    fn files_are_named_by_their_version() {
        let a = Assets::named(&options(), "abc", true);
        assert_eq!((a.css.as_str(), a.wasm.as_str()), ("/pkg/abc/postern.css", "/pkg/abc/postern.wasm"));
        assert_eq!(Assets::named(&options(), "abc", false).wasm, "/pkg/abc/postern_bg.wasm");
    }
    #[test]
    fn another_build_has_another_version_and_the_same_files_the_same() {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).unwrap();
        write("postern.js", "one");
        write("chunk_1.wasm", "12345");
        let first = version_of(dir.path());
        assert_eq!(version_of(dir.path()), first);
        write("postern.js", "two");
        let second = version_of(dir.path());
        assert_ne!(second, first);
        write("chunk_1.wasm", "123456");
        assert_ne!(version_of(dir.path()), second);
        assert_eq!(version_of(&dir.path().join("nothing")).len(), 16);
    }
}
