//! The file of a backup: writing its members, and reading them with every doubt.

use crate::Error;
use crate::manifest::{FORMAT, Manifest, Member};
use crate::name;
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

const LEVEL: i32 = 3;
/// Most that the manifest may have: a line each of some ten million members.
const MANIFEST_MAX: u64 = 2 << 30;
/// Most that a member may have that is read at once: rows, and messages of the spool.
pub const AT_ONCE_MAX: u64 = 1 << 30;
const BLOCK: u64 = 512;

/// A backup that is being written, under a name of its own until it is whole.
pub struct Writer {
    path: PathBuf,
    partial: PathBuf,
    tar: tar::Builder<zstd::Encoder<'static, BufWriter<File>>>,
    members: Vec<Member>,
    now: u64,
}

impl Writer {
    /// Begins `path`, readable by its owner only. What is there already stays until [`Writer::finish`].
    pub fn create(path: &Path, now: u64) -> Result<Writer, Error> {
        let file_name = path.file_name().ok_or_else(|| Error::Refused(format!("{} is not a file", path.display())))?;
        let partial = path.with_file_name(format!(".{}.{}.partial", file_name.to_string_lossy(), std::process::id()));
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&partial)
            .map_err(Error::io("create", &partial))?;
        let mut zstd =
            zstd::Encoder::new(BufWriter::with_capacity(1 << 20, file), LEVEL).map_err(Error::io("write", &partial))?;
        zstd.include_checksum(true).map_err(Error::io("write", &partial))?;
        Ok(Writer { path: path.to_owned(), partial, tar: tar::Builder::new(zstd), members: Vec::new(), now })
    }

    /// Where it is written now.
    pub fn partial(&self) -> &Path {
        &self.partial
    }

    pub fn add(&mut self, name: &str, mode: u32, bytes: &[u8]) -> Result<(), Error> {
        self.member(name, mode, bytes.len() as u64, bytes)
    }

    /// Adds a file as long as it is now; one that shrinks meanwhile is an error.
    pub fn add_file(&mut self, name: &str, mode: u32, path: &Path, file: File) -> Result<(), Error> {
        let size = file.metadata().map_err(Error::io("read", path))?.len();
        self.member(name, mode, size, file)
    }

    fn member(&mut self, name: &str, mode: u32, size: u64, from: impl Read) -> Result<(), Error> {
        let mut digest = Digesting { from: from.take(size), digest: Sha256::new(), read: 0 };
        let mut header = tar::Header::new_ustar();
        header.set_size(size);
        header.set_mode(mode);
        header.set_mtime(self.now);
        header.set_path(name).map_err(Error::io("name a member for", Path::new(name)))?;
        header.set_cksum();
        self.tar.append(&header, &mut digest).map_err(Error::io("write", &self.partial))?;
        if digest.read != size {
            let short = io::Error::new(io::ErrorKind::UnexpectedEof, "it has become shorter while it was read");
            return Err(Error::io("read", Path::new(name))(short));
        }
        let sha256 = hex::encode(digest.digest.finalize());
        self.members.push(Member { name: name.to_owned(), size, sha256 });
        Ok(())
    }

    /// Adds the manifest, completed with the members; the file then gets its name, and is on stable storage.
    pub fn finish(mut self, mut manifest: Manifest) -> Result<(Manifest, u64), Error> {
        manifest.members = std::mem::take(&mut self.members);
        let failed = |e: serde_json::Error| io::Error::other(e);
        let text = serde_json::to_vec(&manifest).map_err(failed).map_err(Error::io("write", &self.partial))?;
        self.member(name::MANIFEST, 0o600, text.len() as u64, text.as_slice())?;
        let write = |e| Error::io("write", &self.partial)(e);
        let zstd = self.tar.into_inner().map_err(write)?;
        let file = zstd.finish().map_err(write)?.into_inner().map_err(|e| write(e.into_error()))?;
        let size = file.metadata().map_err(write)?.len();
        file.sync_all().map_err(write)?;
        std::fs::rename(&self.partial, &self.path).map_err(Error::io("rename", &self.partial))?;
        let directory = self.path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(directory).and_then(|d| d.sync_all()).map_err(Error::io("sync", directory))?;
        Ok((manifest, size))
    }
}

/// Passes bytes on and digests them.
struct Digesting<R> {
    from: R,
    digest: Sha256,
    read: u64,
}

impl<R: Read> Read for Digesting<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.from.read(into)?;
        self.digest.update(&into[..n]);
        self.read += n as u64;
        Ok(n)
    }
}

/// A member that is being read.
pub struct Part<'a> {
    pub name: String,
    pub size: u64,
    pub mode: u32,
    pub content: &'a mut dyn Read,
}

impl Part<'_> {
    /// All of it. The caller has checked that the manifest names it, so that its size is known to be true.
    pub fn bytes(&mut self) -> io::Result<Vec<u8>> {
        if self.size > AT_ONCE_MAX {
            return Err(io::Error::other(format!("the member {} is too large", self.name)));
        }
        let mut out = Vec::with_capacity(self.size.min(64 << 20) as usize);
        self.content.read_to_end(&mut out)?;
        Ok(out)
    }
}

/// Reads the members of `path` in order. Only plain files with plain names are members.
pub fn read(path: &Path, mut each: impl FnMut(&mut Part) -> Result<(), Error>) -> Result<(), Error> {
    let file = File::open(path).map_err(Error::io("open", path))?;
    let zstd = zstd::Decoder::new(BufReader::with_capacity(1 << 20, file)).map_err(Error::io("read", path))?;
    let mut tar = tar::Archive::new(zstd);
    let unreadable = |e: io::Error| Error::broken(path, format!("it is cut short, damaged, or no backup ({e})"));
    // Raw: no extensions, whose names could be of any length, are followed; a backup has none.
    for entry in tar.entries().map_err(unreadable)?.raw(true) {
        let mut entry = entry.map_err(unreadable)?;
        let header = entry.header();
        let name = header.path_bytes();
        let name = std::str::from_utf8(&name).map_err(|_| Error::broken(path, "a member's name is not text"))?;
        if header.entry_type() != tar::EntryType::Regular {
            return Err(Error::broken(path, format!("the member {name:?} is not a plain file")));
        }
        let (name, mode) = (name.to_owned(), header.mode().unwrap_or(0o600));
        let mut part = Part { name, size: entry.size(), mode, content: &mut entry };
        each(&mut part)?;
    }
    // What follows the last member: the checksum of the frame is behind it.
    let mut rest = tar.into_inner();
    io::copy(&mut rest, &mut io::sink()).map_err(unreadable)?;
    Ok(())
}

/// Reads all of `path` and compares it with its manifest. Nothing is believed of the file before.
pub fn verify(path: &Path) -> Result<Manifest, Error> {
    let broken = |why: String| Error::broken(path, why);
    let mut found: Vec<Member> = Vec::new();
    let mut manifest = None;
    read(path, |part| {
        if manifest.is_some() {
            return Err(broken(format!("the member {:?} follows the manifest", part.name)));
        }
        if part.name == name::MANIFEST {
            let mut text = Vec::new();
            let taken = (&mut *part.content).take(MANIFEST_MAX).read_to_end(&mut text);
            taken.map_err(|e| broken(format!("it is cut short or damaged ({e})")))?;
            manifest = Some(text);
            return Ok(());
        }
        let mut digest = Digesting { from: &mut *part.content, digest: Sha256::new(), read: 0 };
        io::copy(&mut digest, &mut io::sink())
            .map_err(|e| broken(format!("it is cut short or damaged at {:?} ({e})", part.name)))?;
        let sha256 = hex::encode(digest.digest.finalize());
        found.push(Member { name: part.name.clone(), size: digest.read, sha256 });
        Ok(())
    })?;
    let text = manifest.ok_or_else(|| broken("it has no manifest: it is cut short or no backup of Postern".into()))?;
    let manifest = manifest_of(path, &text)?;
    compare(path, &manifest.members, &found)?;
    Ok(manifest)
}

fn manifest_of(path: &Path, text: &[u8]) -> Result<Manifest, Error> {
    #[derive(serde::Deserialize)]
    struct Format {
        format: u32,
    }
    let broken = |e: serde_json::Error| Error::broken(path, format!("its manifest cannot be read: {e}"));
    let Format { format } = serde_json::from_slice(text).map_err(broken)?;
    if format > FORMAT {
        let why = format!("it has format {format}, this version of Postern knows {FORMAT}: use a newer one");
        return Err(Error::broken(path, why));
    }
    serde_json::from_slice(text).map_err(broken)
}

fn compare(path: &Path, said: &[Member], found: &[Member]) -> Result<(), Error> {
    let broken = |why: String| Err(Error::broken(path, why));
    let mut names = HashSet::with_capacity(found.len());
    for (n, member) in found.iter().enumerate() {
        if !names.insert(&member.name) {
            return broken(format!("the member {:?} is there twice", member.name));
        }
        match said.get(n) {
            Some(wanted) if wanted == member => {}
            Some(wanted) if wanted.name == member.name => {
                return broken(format!("the member {:?} is not what the manifest says: it was changed", member.name));
            }
            _ => return broken(format!("the member {:?} is not in its place by the manifest", member.name)),
        }
        let known = [name::DATABASE, name::SPOOL].iter().any(|prefix| member.name.starts_with(prefix));
        if known && member.size > AT_ONCE_MAX {
            return broken(format!("the member {:?} is larger than any that Postern writes", member.name));
        }
        if !known && member.name != name::CONFIGURATION && name::place(&member.name).is_none() {
            return broken(format!("the member {:?} has no place in an installation", member.name));
        }
    }
    match said.get(found.len()) {
        Some(missing) => broken(format!("the member {:?} is missing", missing.name)),
        None => Ok(()),
    }
}

/// Bytes that the members take on a disk, about.
pub fn size_on_disk(manifest: &Manifest) -> u64 {
    manifest.members.iter().map(|m| m.size.next_multiple_of(8 * BLOCK)).sum()
}
