//! Vendors who test people with messages that look like phishing (guide chapter 6 "Accept Security Awareness test
//! messages"): by the networks that they send from. A header alone proves nothing.
//!
//! The program knows the networks that a vendor publishes; `<data>/awareness/*.csv` adds others: lines
//! `vendor,network` or `vendor,network,header`, where the message must also have that header.

use crate::Error;
use crate::networks::NetworkMap;
use model::Cidr;
use std::net::IpAddr;
use std::path::Path;

/// Folder of the lists in the data directory.
pub const FOLDER: &str = "awareness";
/// A file above this size in bytes is not one of these lists.
const LARGEST: u64 = 4 << 20;

/// As published by the vendors for mail servers' allow lists.
const KNOWN: &str = "KnowBe4,147.160.167.0/26,X-PHISHTEST
KnowBe4,23.21.109.197/32,X-PHISHTEST
KnowBe4,23.21.109.212/32,X-PHISHTEST
";

/// A vendor, and the header that its messages must have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Vendor {
    name: String,
    header: Option<String>,
}

/// All vendors that are known.
#[derive(Debug)]
pub struct Vendors {
    networks: NetworkMap<Vendor>,
}

impl Default for Vendors {
    fn default() -> Self {
        let mut vendors = Vendors { networks: NetworkMap::default() };
        // A test reads every line.
        let _ = vendors.add(KNOWN);
        vendors
    }
}

impl Vendors {
    /// Those that the program knows and those in the folder.
    ///
    /// # Errors
    /// A file that cannot be read, or a line of it that is none, by name and number.
    pub fn load(folder: &Path) -> Result<Vendors, Error> {
        let mut out = Vendors { networks: NetworkMap::default() };
        let mut files: Vec<_> = match std::fs::read_dir(folder) {
            Ok(entries) => entries.flatten().map(|e| e.path()).collect(),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(source) => return Err(Error::Read { path: folder.to_owned(), source }),
        };
        files.retain(|p| p.extension().is_some_and(|e| e == "csv"));
        files.sort();
        for path in files {
            let read = |source| Error::Read { path: path.clone(), source };
            if std::fs::metadata(&path).map_err(read)?.len() > LARGEST {
                return Err(read(std::io::Error::other("too large for a list of vendors")));
            }
            let text = std::fs::read_to_string(&path).map_err(read)?;
            let wrong = |line| {
                read(std::io::Error::other(format!("line {line} is not vendor,network or vendor,network,header")))
            };
            out.add(&text).map_err(wrong)?;
        }
        // What an operator says of a network goes first.
        let _ = out.add(KNOWN);
        Ok(out)
    }

    /// The number of the first line that is wrong.
    fn add(&mut self, text: &str) -> Result<(), usize> {
        for (at, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let mut fields = line.split(',').map(str::trim);
            let (Some(name), Some(network), header, None) =
                (fields.next(), fields.next(), fields.next(), fields.next())
            else {
                return Err(at + 1);
            };
            let network: Cidr = network.parse().map_err(|_| at + 1)?;
            if name.is_empty() {
                return Err(at + 1);
            }
            let header = header.filter(|h| !h.is_empty()).map(str::to_owned);
            self.networks.insert(network, Vendor { name: name.to_owned(), header });
        }
        Ok(())
    }

    /// The vendor who sent a message from this address; `has` says whether it has a header.
    pub fn find(&self, ip: IpAddr, has: impl Fn(&str) -> bool) -> Option<&str> {
        let (_, vendor) = self.networks.find(ip)?;
        vendor.header.as_deref().is_none_or(has).then_some(vendor.name.as_str())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_vendor_is_told_by_network_and_header() {
        let vendors = Vendors::default();
        let ip = "147.160.167.9".parse().unwrap();
        assert_eq!(vendors.find(ip, |h| h == "X-PHISHTEST"), Some("KnowBe4"));
        assert_eq!(vendors.find(ip, |_| false), None);
        assert_eq!(vendors.find("192.0.2.1".parse().unwrap(), |_| true), None);
        assert_eq!(Vendors::default().add(KNOWN), Ok(()));
    }

    #[test]
    fn files_add_vendors_and_wrong_lines_are_named() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join(FOLDER);
        assert!(Vendors::load(&folder).is_ok());
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("own.csv"), "# ours\nOur trainer, 192.0.2.0/24\n").unwrap();
        let vendors = Vendors::load(&folder).unwrap();
        assert_eq!(vendors.find("192.0.2.1".parse().unwrap(), |_| false), Some("Our trainer"));
        std::fs::write(folder.join("own.csv"), "x\n").unwrap();
        assert!(Vendors::load(&folder).unwrap_err().to_string().contains("own.csv"));
    }
}
