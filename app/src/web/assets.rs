//! Names of the built files: plain in development, with a hash where the build made one.

use leptos::prelude::LeptosOptions;
use std::path::Path;

/// URLs of the style sheet, the script and the WebAssembly module.
#[derive(Debug, Clone, PartialEq)]
pub struct Assets {
    pub css: String,
    pub js: String,
    pub wasm: String,
    /// The names change with their contents, so that browsers may keep them for good.
    pub hashed: bool,
}

impl Assets {
    /// Reads what the build left: the hash file beside the program, the files below the site root.
    pub fn find(options: &LeptosOptions) -> Assets {
        let hashes = options.hash_files.then(|| {
            let beside = std::env::current_exe()
                .ok()
                .and_then(|exe| exe.parent().map(|dir| dir.join(options.hash_file.as_ref())));
            beside.and_then(|path| std::fs::read_to_string(path).ok()).unwrap_or_default()
        });
        let pkg = Path::new(options.site_root.as_ref()).join(options.site_pkg_dir.as_ref());
        // cargo-leptos names the module like the script; wasm-bindgen alone appends `_bg`.
        let plain_wasm = pkg.join(format!("{}.wasm", options.output_name)).exists();
        Assets::named(options, hashes.as_deref(), plain_wasm)
    }

    fn named(options: &LeptosOptions, hashes: Option<&str>, plain_wasm: bool) -> Assets {
        let hash = |kind: &str| {
            hashes?.lines().find_map(|line| {
                line.split_once(':').filter(|(k, _)| k.trim() == kind).map(|(_, h)| format!(".{}", h.trim()))
            })
        };
        let (pkg, name) = (&options.site_pkg_dir, &options.output_name);
        let file = |kind: &str, suffix: &str| format!("/{pkg}/{name}{}{suffix}.{kind}", hash(kind).unwrap_or_default());
        Assets {
            css: file("css", ""),
            js: file("js", ""),
            wasm: file("wasm", if plain_wasm || hash("wasm").is_some() { "" } else { "_bg" }),
            hashed: hash("wasm").is_some() && hash("css").is_some(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options() -> LeptosOptions {
        LeptosOptions::builder().output_name("postern").site_pkg_dir("pkg").build()
    }
    #[test]
    fn files_with_a_hash_are_named_by_it() {
        let a = Assets::named(&options(), Some("js: abc\nwasm: def\ncss: 012\n"), false);
        assert_eq!(
            (a.js.as_str(), a.wasm.as_str(), a.css.as_str(), a.hashed),
            ("/pkg/postern.abc.js", "/pkg/postern.def.wasm", "/pkg/postern.012.css", true)
        );
    }
    #[test]
    fn files_without_a_hash_keep_their_names() {
        let a = Assets::named(&options(), None, false);
        assert_eq!((a.wasm.as_str(), a.hashed), ("/pkg/postern_bg.wasm", false));
        assert_eq!(Assets::named(&options(), None, true).wasm, "/pkg/postern.wasm");
    }
}
