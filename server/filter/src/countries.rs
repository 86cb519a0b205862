//! Which country an address is in, by the tables in `<data>/countries/`: CSV files of lines `first,last,code`, the
//! addresses of IPv4 or IPv6, as [ip-location-db](https://github.com/sapics/ip-location-db) publishes them.

use crate::Error;
use model::CountryCode;
use std::net::IpAddr;
use std::path::Path;

/// Folder of the tables in the data directory.
pub const FOLDER: &str = "countries";
/// A file above this size in bytes is not one of these tables.
const LARGEST: u64 = 256 << 20;

/// Ranges of addresses, none within another. A lookup is a binary search.
#[derive(Debug, Default)]
pub struct Countries {
    v4: Vec<(u32, u32, CountryCode)>,
    v6: Vec<(u128, u128, CountryCode)>,
}

impl Countries {
    /// Reads all files that end with `.csv`; no folder is no table.
    ///
    /// # Errors
    /// A file that cannot be read, or a line of it that is none, by name and number.
    pub fn load(folder: &Path) -> Result<Countries, Error> {
        let mut out = Countries::default();
        let mut files: Vec<_> = match std::fs::read_dir(folder) {
            Ok(entries) => entries.flatten().map(|e| e.path()).collect(),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(out),
            Err(source) => return Err(Error::Read { path: folder.to_owned(), source }),
        };
        files.retain(|p| p.extension().is_some_and(|e| e == "csv"));
        files.sort();
        for path in files {
            let read = |source| Error::Read { path: path.clone(), source };
            if std::fs::metadata(&path).map_err(read)?.len() > LARGEST {
                return Err(read(std::io::Error::other("too large for a table of countries")));
            }
            let text = std::fs::read_to_string(&path).map_err(read)?;
            out.add(&text).map_err(|line| {
                read(std::io::Error::other(format!("line {line} is not first,last,code with addresses of one kind")))
            })?;
        }
        out.sort();
        Ok(out)
    }

    /// How many ranges there are.
    pub fn len(&self) -> usize {
        self.v4.len() + self.v6.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of the first line that is wrong.
    fn add(&mut self, text: &str) -> Result<(), usize> {
        for (at, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            self.add_line(line).ok_or(at + 1)?;
        }
        Ok(())
    }

    fn add_line(&mut self, line: &str) -> Option<()> {
        let mut parts = line.split(',').map(|p| p.trim().trim_matches('"'));
        let (first, last) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        let code = parts.next()?;
        // Ranges that belong to no country.
        if code.is_empty() || code == "-" || code.eq_ignore_ascii_case("ZZ") {
            return Some(());
        }
        let code = code.parse().ok()?;
        match (first, last) {
            (IpAddr::V4(a), IpAddr::V4(b)) if a <= b => self.v4.push((a.into(), b.into(), code)),
            (IpAddr::V6(a), IpAddr::V6(b)) if a <= b => self.v6.push((a.into(), b.into(), code)),
            _ => return None,
        }
        Some(())
    }

    fn sort(&mut self) {
        self.v4.sort_unstable();
        self.v4.shrink_to_fit();
        self.v6.sort_unstable();
        self.v6.shrink_to_fit();
    }

    pub fn find(&self, ip: IpAddr) -> Option<CountryCode> {
        match ip.to_canonical() {
            IpAddr::V4(ip) => find(&self.v4, ip.into()),
            IpAddr::V6(ip) => find(&self.v6, ip.into()),
        }
    }
}

fn find<N: Ord + Copy>(ranges: &[(N, N, CountryCode)], at: N) -> Option<CountryCode> {
    let after = ranges.partition_point(|(first, _, _)| *first <= at);
    let (_, last, code) = ranges.get(after.checked_sub(1)?)?;
    (at <= *last).then_some(*code)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn addresses_are_found_in_the_tables_of_both_kinds() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("a.csv"), "192.0.2.0,192.0.2.255,DE\n\n198.51.100.0,198.51.100.7,fr\n").unwrap();
        std::fs::write(
            dir.path().join("b.csv"),
            "\"2001:db8::\",\"2001:db8::ffff\",\"US\"\n203.0.113.0,203.0.113.9,ZZ\n",
        )
        .unwrap();
        std::fs::write(dir.path().join("notes.txt"), "no table").unwrap();
        let c = Countries::load(dir.path()).unwrap();
        let find = |ip: &str| c.find(ip.parse().unwrap()).map(|c| c.to_string());
        for (ip, code) in [("192.0.2.0", "DE"), ("192.0.2.255", "DE"), ("198.51.100.7", "FR"), ("2001:db8::1", "US")] {
            assert_eq!(find(ip).as_deref(), Some(code), "{ip}");
        }
        for ip in ["192.0.1.255", "192.0.3.0", "198.51.100.8", "203.0.113.1", "2001:db8::1:0", "::1"] {
            assert_eq!(find(ip), None, "{ip}");
        }
        assert_eq!(find("::ffff:192.0.2.9").as_deref(), Some("DE"));
        assert_eq!(c.len(), 3);
    }

    #[test]
    fn a_wrong_line_is_named_and_no_folder_is_no_table() {
        let dir = tempfile::tempdir().unwrap();
        assert!(Countries::load(&dir.path().join("none")).unwrap().is_empty());
        for bad in ["192.0.2.0", "192.0.2.9,192.0.2.1,DE", "192.0.2.0,::1,DE", "192.0.2.0,192.0.2.1,DEU", "a,b,DE"] {
            std::fs::write(dir.path().join("a.csv"), format!("192.0.2.0,192.0.2.1,DE\n{bad}\n")).unwrap();
            let error = Countries::load(dir.path()).unwrap_err().to_string();
            assert!(error.contains("a.csv"), "{error}");
        }
    }
}
