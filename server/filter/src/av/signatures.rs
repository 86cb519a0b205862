//! The embedded engine: digests of known files, and byte signatures. Formats are a part of ClamAV's (docs/signatures.md), so
//! that lists made for it can be used.

use super::pattern::Patterns;
use crate::Error;
use message::Attachment;
use std::{collections::HashMap, path::Path};

/// Signatures that come with the program.
const EMBEDDED: &str = include_str!("../../signatures/embedded.ndb");

/// Lines that were not understood and are told; more are counted only.
const TOLD: usize = 100;

/// What the embedded engine knows. Immutable once loaded.
#[derive(Debug)]
pub struct Signatures {
    /// Name, and size where it counts, by digest in lower-case hexadecimal.
    digests: HashMap<String, (Option<u64>, String)>,
    patterns: Patterns,
    refused: Vec<String>,
}

impl Default for Signatures {
    fn default() -> Self {
        Signatures::embedded()
    }
}

impl Signatures {
    /// Those that come with the program.
    pub fn embedded() -> Signatures {
        let mut out = Signatures { digests: HashMap::new(), patterns: Patterns::default(), refused: Vec::new() };
        out.read("embedded.ndb", EMBEDDED, Self::pattern);
        out.compile();
        out
    }

    /// The embedded ones and those in the files `*.hdb`, `*.hsb` and `*.ndb` of a directory; one that does not exist has
    /// none. A line that is not understood is left out and named in [`Signatures::refused`].
    pub fn load(dir: &Path) -> Result<Signatures, Error> {
        let mut out = Signatures::embedded();
        let cannot = |source| Error::Read { path: dir.to_owned(), source };
        let entries = match std::fs::read_dir(dir) {
            Ok(entries) => entries,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(out),
            Err(e) => return Err(cannot(e)),
        };
        let mut paths: Vec<_> = entries.map(|e| e.map(|e| e.path())).collect::<Result<_, _>>().map_err(cannot)?;
        paths.sort();
        for path in paths {
            let add = match path.extension().and_then(|e| e.to_str()) {
                Some("hdb" | "hsb") => Self::digest,
                Some("ndb") => Self::pattern,
                _ => continue,
            };
            let text = std::fs::read(&path).map_err(|source| Error::Read { path: path.clone(), source })?;
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            out.read(&name, &String::from_utf8_lossy(&text), add);
        }
        out.compile();
        Ok(out)
    }

    /// Digests and byte signatures, how many.
    pub fn counts(&self) -> (usize, usize) {
        (self.digests.len(), self.patterns.len())
    }

    /// Lines that were left out: `local.ndb, line 3: …`.
    pub fn refused(&self) -> &[String] {
        &self.refused
    }

    /// The name under which a file is known by its digest.
    pub fn known(&self, file: &Attachment) -> Option<&str> {
        let fits = |digest: &String| {
            let (size, name) = self.digests.get(digest)?;
            size.is_none_or(|s| s == file.size).then_some(name.as_str())
        };
        [&file.sha256, &file.sha1, &file.md5].into_iter().find_map(fits)
    }

    /// Names of the byte signatures in a file; `kind` as [`Attachment::kind`] has it.
    pub fn search(&self, data: &[u8], kind: &str) -> Vec<&str> {
        self.patterns.search(data, kind)
    }

    fn read(&mut self, file: &str, text: &str, add: fn(&mut Self, &str) -> Result<(), String>) {
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Err(why) = add(self, line)
                && self.refused.len() < TOLD
            {
                self.refused.push(format!("{file}, line {}: {why}", number + 1));
            }
        }
    }

    fn pattern(&mut self, line: &str) -> Result<(), String> {
        self.patterns.add(line)
    }

    /// `digest:size:name`, size `*` for any.
    fn digest(&mut self, line: &str) -> Result<(), String> {
        let mut fields = line.split(':');
        let (Some(digest), Some(size), Some(name)) = (fields.next(), fields.next(), fields.next()) else {
            return Err("expected digest:size:name".to_owned());
        };
        if !matches!(digest.len(), 32 | 40 | 64) || !digest.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(format!("{digest:?} is no MD5, SHA-1 or SHA-256 digest"));
        }
        let size = if size == "*" { None } else { Some(size.parse().map_err(|_| format!("{size:?} is no size"))?) };
        self.digests.insert(digest.to_ascii_lowercase(), (size, name.to_owned()));
        Ok(())
    }

    fn compile(&mut self) {
        if let Err(why) = self.patterns.compile() {
            self.refused.push(format!("byte signatures: {why}"));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn eicar() -> Vec<u8> {
        [r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!$H+H*"].concat().into_bytes()
    }

    #[test]
    fn the_test_file_is_known_without_any_file() {
        let s = Signatures::embedded();
        assert!(s.refused().is_empty(), "{:?}", s.refused());
        assert_eq!(s.search(&[b"see: ".as_slice(), &eicar(), b" !"].concat(), "txt"), ["Eicar-Test-Signature"]);
        assert!(s.search(&eicar()[1..], "txt").is_empty());
    }
    #[test]
    fn files_of_a_directory_are_added_and_bad_lines_named() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("a.hsb"), format!("{}:3:Test.Sha\n# comment\nxx:1:Bad\n", "ab".repeat(32)))
            .unwrap();
        std::fs::write(dir.path().join("b.hdb"), format!("{}:*:Test.Md5\n", "CD".repeat(16))).unwrap();
        std::fs::write(dir.path().join("c.ndb"), "Test.Bytes:0:0:deadbeef01\nTest.Odd:0:*:(aa|bb)\n").unwrap();
        std::fs::write(dir.path().join("readme.txt"), "no signatures").unwrap();
        let s = Signatures::load(dir.path()).unwrap();
        assert_eq!(s.counts(), (2, Signatures::embedded().counts().1 + 1));
        assert_eq!(s.refused().len(), 2);
        assert!(s.refused()[0].starts_with("a.hsb, line 3:") && s.refused()[1].starts_with("c.ndb, line 2:"));
        let file = |sha256: String, md5: String, size| Attachment { sha256, md5, size, ..Attachment::default() };
        assert_eq!(s.known(&file("ab".repeat(32), String::new(), 3)), Some("Test.Sha"));
        assert_eq!(s.known(&file("ab".repeat(32), String::new(), 4)), None);
        assert_eq!(s.known(&file(String::new(), "cd".repeat(16), 9)), Some("Test.Md5"));
        assert_eq!(s.search(b"\xde\xad\xbe\xef\x01", "bin"), ["Test.Bytes"]);
    }
    #[test]
    fn a_directory_that_is_not_there_has_none() {
        let s = Signatures::load(Path::new("/nonexistent/signatures")).unwrap();
        assert_eq!(s.counts(), Signatures::embedded().counts());
    }
}
