//! Messages and archives built for the tests.

#![allow(dead_code, clippy::unwrap_used)]

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use message::{Limits, Parsed};
use std::{
    io::{Cursor, Write as _},
    sync::OnceLock,
    time::{Duration, Instant},
};

/// The EICAR test file, in two halves so that this source is not taken for it.
pub fn eicar() -> Vec<u8> {
    [r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!$H+H*"].concat().into_bytes()
}

/// Something with the marks of a Windows program.
pub fn program() -> Vec<u8> {
    let mut data = b"MZ\x90\0".to_vec();
    data.resize(0x80, 0);
    data[60] = 0x80;
    data.extend_from_slice(b"PE\0\0\x4c\x01");
    data.resize(512, 0);
    data
}

pub fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    for (name, data) in members {
        writer.start_file(*name, options).unwrap();
        writer.write_all(data).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

pub fn gzip(data: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(data).unwrap();
    writer.finish().unwrap()
}

pub fn base64(data: &[u8]) -> String {
    let text = STANDARD.encode(data);
    text.as_bytes().chunks(76).map(|l| String::from_utf8_lossy(l).into_owned() + "\r\n").collect()
}

/// A message with a text and one file in base64.
pub fn with_file(name: &str, data: &[u8]) -> Vec<u8> {
    format!(
        "From: Bob <bob@acme.test>\r\nTo: eve@x.test\r\nSubject: file\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=\"b1\"\r\n\r\n--b1\r\nContent-Type: text/plain\r\n\r\nSee the file.\r\n\
         --b1\r\nContent-Type: application/octet-stream; name=\"{name}\"\r\nContent-Disposition: attachment; filename=\"{name}\"\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{}--b1--\r\n",
        base64(data)
    )
    .into_bytes()
}

pub fn parse(raw: impl Into<Vec<u8>>) -> Parsed {
    Parsed::parse(Bytes::from(raw.into()), &Limits::default())
}

/// Processor time of this thread, which does not depend on what else the machine does; elsewhere than on Linux the clock.
pub fn spent() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    let start = START.get_or_init(Instant::now);
    let nanos =
        std::fs::read_to_string("/proc/thread-self/schedstat").ok().and_then(|s| s.split(' ').next()?.parse().ok());
    nanos.map_or_else(|| start.elapsed(), Duration::from_nanos)
}

/// Kind and path of each attachment.
pub fn kinds(p: &Parsed) -> Vec<(String, String)> {
    p.attachments.iter().map(|a| (a.kind.clone(), a.path.join(" / "))).collect()
}
