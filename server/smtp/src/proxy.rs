//! The PROXY protocol, version 2: what a trusted proxy says about a connection before the first octet of it.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};
use tokio::io::{AsyncRead, AsyncReadExt};

const SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";
/// Signature, version and command, family, length.
const FIXED: usize = 16;
/// Addresses and the extensions after them, which are read and not used.
const MOST: usize = 4_096;

/// Reads the header. The client's address; none where the proxy speaks for itself (LOCAL), as health checks do, or
/// for something that is no TCP connection.
///
/// # Errors
/// Anything else comes first, or the connection ends.
pub(crate) async fn read<R: AsyncRead + Unpin>(stream: &mut R) -> io::Result<Option<SocketAddr>> {
    let mut fixed = [0; FIXED];
    stream.read_exact(&mut fixed).await?;
    let (command, family, length) = parse_fixed(&fixed)?;
    let mut rest = vec![0; length];
    stream.read_exact(&mut rest).await?;
    match command {
        Command::Local => Ok(None),
        Command::Proxy => addresses(family, &rest),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Command {
    Local,
    Proxy,
}

fn wrong(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("no PROXY header of version 2: {what}"))
}

fn parse_fixed(fixed: &[u8; FIXED]) -> io::Result<(Command, u8, usize)> {
    if fixed[..12] != SIGNATURE {
        return Err(wrong("the signature is missing"));
    }
    let command = match fixed[12] {
        0x20 => Command::Local,
        0x21 => Command::Proxy,
        _ => return Err(wrong("another version or command")),
    };
    let length = usize::from(u16::from_be_bytes([fixed[14], fixed[15]]));
    if length > MOST {
        return Err(wrong("too long"));
    }
    Ok((command, fixed[13], length))
}

fn addresses(family: u8, bytes: &[u8]) -> io::Result<Option<SocketAddr>> {
    let part = |from: usize, to: usize| bytes.get(from..to).ok_or_else(|| wrong("the addresses are cut short"));
    let port = |at: usize| part(at, at + 2).map(|p| u16::from_be_bytes([p[0], p[1]]));
    match family {
        // TCP over IPv4: source, destination, ports.
        0x11 => {
            part(0, 12)?;
            let mut ip = [0; 4];
            ip.copy_from_slice(part(0, 4)?);
            Ok(Some(SocketAddr::new(IpAddr::V4(Ipv4Addr::from(ip)), port(8)?)))
        }
        0x21 => {
            part(0, 36)?;
            let mut ip = [0; 16];
            ip.copy_from_slice(part(0, 16)?);
            Ok(Some(SocketAddr::new(IpAddr::V6(Ipv6Addr::from(ip)).to_canonical(), port(32)?)))
        }
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn header(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
        let mut out = SIGNATURE.to_vec();
        out.extend([command, family]);
        out.extend(u16::try_from(rest.len()).unwrap().to_be_bytes());
        out.extend(rest);
        out
    }

    fn parse(bytes: &[u8]) -> io::Result<Option<SocketAddr>> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(read(&mut &bytes[..]))
    }

    #[test]
    fn both_families_are_read_and_extensions_passed_over() {
        let v4 = [192, 0, 2, 7, 10, 0, 0, 1, 0x30, 0x39, 0, 25, 0x04, 0, 1, 9];
        assert_eq!(parse(&header(0x21, 0x11, &v4)).unwrap(), Some("192.0.2.7:12345".parse().unwrap()));
        let mut v6 = "2001:db8::7".parse::<Ipv6Addr>().unwrap().octets().to_vec();
        v6.extend([0; 16]);
        v6.extend([0, 80, 0, 25]);
        assert_eq!(parse(&header(0x21, 0x21, &v6)).unwrap(), Some("[2001:db8::7]:80".parse().unwrap()));
        assert_eq!(parse(&header(0x20, 0, &[])).unwrap(), None);
        assert_eq!(parse(&header(0x21, 0, &[])).unwrap(), None);
    }

    #[test]
    fn anything_else_is_refused() {
        assert!(parse(b"EHLO client.test\r\n").is_err());
        assert!(parse(b"PROXY TCP4 192.0.2.7 10.0.0.1 12345 25\r\n").is_err());
        assert!(parse(&header(0x22, 0x11, &[0; 12])).is_err());
        assert!(parse(&header(0x21, 0x11, &[0; 11])).is_err());
        assert!(parse(&header(0x21, 0x11, &[0; 5_000])).is_err());
    }

    proptest! {
        #[test]
        fn any_octets_are_answered(command: u8, family: u8, rest in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = parse(&header(command, family, &rest));
            let _ = parse(&rest);
        }
    }
}
