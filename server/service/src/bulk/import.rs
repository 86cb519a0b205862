//! Adding many mailboxes from pasted text (guide chapter 8): a mailbox a line, its name and then its aliases, with
//! commas between them.

use super::Work;
use super::change::{Effects, Ground};
use crate::aliases::alias_address;
use crate::domains::account_within;
use crate::mailboxes::address_in;
use crate::{Error, Service, UseCase};
use model::view::MailboxState;
use model::{Actor, DomainId, DomainName, EmailAddress, MailboxId, Settings};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use store::bulk::Failure;
use store::change::Touched;
use store::domain::Domain;
use store::mailbox::Mailbox;
use store::{Connection, Scope};

/// Lines and bytes of one paste.
pub const IMPORT_LINES: usize = 100_000;
pub const IMPORT_BYTES: usize = 32 * 1024 * 1024;
/// Lines of one piece, which is one transaction.
const PIECE: usize = 500;
/// Aliases of one mailbox.
const ALIASES: usize = 500;
/// Failures that a look before says one by one.
const SHOWN: usize = 1_000;

/// What a paste would come to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportCheck {
    /// Mailboxes that are named.
    pub lines: u64,
    /// Lines that cannot be added.
    pub failed: u64,
    /// The first thousand of those: `line 7`, and why.
    pub failures: Vec<Failure>,
}

/// A line that is one.
#[derive(Debug, PartialEq)]
struct Entry {
    address: EmailAddress,
    aliases: Vec<EmailAddress>,
}

/// Some lines of a paste, as they are stored until they are worked off.
#[derive(Serialize, Deserialize)]
pub(super) struct Piece {
    /// Number and text of each, the first line of a paste is 1.
    lines: Vec<(u64, String)>,
}

impl Piece {
    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }
    /// Something of each line, by its name.
    pub(super) fn all<T>(&self, each: impl Fn(String) -> T) -> Vec<T> {
        self.lines.iter().map(|(number, _)| each(format!("line {number}"))).collect()
    }
}

/// Lines with something in them, by their number.
fn lines(text: &str) -> impl Iterator<Item = (u64, &str)> {
    // A file from a spreadsheet may begin with a byte order mark.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    (1..).zip(text.lines()).map(|(n, line)| (n, line.trim())).filter(|(_, line)| !line.is_empty())
}

fn read(domain: &DomainName, line: &str) -> Result<Entry, String> {
    let mut names = line.split(',').map(|name| name.trim().trim_matches('"').trim()).filter(|name| !name.is_empty());
    let name = names.next().ok_or("a name is needed")?;
    let address = address_in(domain, name).map_err(|e| format!("{name}: {e}"))?;
    let mut aliases: Vec<EmailAddress> = Vec::new();
    let mut seen = HashSet::from([address.key()]);
    for name in names {
        let alias = alias_address(domain, name).map_err(|e| format!("{name}: {e}"))?;
        if seen.insert(alias.key()) {
            aliases.push(alias);
        }
        if aliases.len() > ALIASES {
            return Err(format!("a mailbox has at most {ALIASES} aliases"));
        }
    }
    Ok(Entry { address, aliases })
}

/// Which lines can be added, given the addresses that are taken; those of earlier lines are taken too.
fn sort(
    domain: &DomainName,
    ours: &HashSet<DomainName>,
    lines: &[(u64, String)],
    is_taken: &mut HashSet<String>,
    failures: &mut Vec<Failure>,
) -> Vec<Entry> {
    let mut good = Vec::new();
    for (number, line) in lines {
        let fits = read(domain, line).and_then(|entry| {
            let all = || std::iter::once(&entry.address).chain(&entry.aliases);
            if let Some(foreign) = entry.aliases.iter().find(|a| a.domain() != *domain && !ours.contains(&a.domain())) {
                return Err(format!("{foreign}: {} is no domain of this account", foreign.domain()));
            }
            if let Some(taken) = all().find(|a| is_taken.contains(&a.key())) {
                return Err(format!("{taken} belongs to a mailbox already"));
            }
            is_taken.extend(all().map(EmailAddress::key));
            Ok(entry)
        });
        match fits {
            Ok(entry) => good.push(entry),
            Err(reason) => failures.push(Failure { object: format!("line {number}"), reason }),
        }
    }
    good
}

/// Keys of all addresses that the lines name, as far as they can be read.
fn keys(domain: &DomainName, lines: &[(u64, String)]) -> Vec<String> {
    let entries = lines.iter().filter_map(|(_, line)| read(domain, line).ok());
    entries
        .flat_map(|e| {
            std::iter::once(e.address.key()).chain(e.aliases.iter().map(EmailAddress::key)).collect::<Vec<_>>()
        })
        .collect()
}

/// Other domains of the account in which the lines name aliases (guide chapter 8).
async fn ours(c: &mut Connection, domain: &Domain, lines: &[(u64, String)]) -> Result<HashSet<DomainName>, Error> {
    let entries = lines.iter().filter_map(|(_, line)| read(&domain.name, line).ok());
    let named: HashSet<DomainName> = entries.flat_map(|e| e.aliases).map(|a| a.domain()).collect();
    let mut found = HashSet::new();
    for name in named.into_iter().filter(|n| *n != domain.name) {
        if store::domain::by_name(c, &name).await?.is_some_and(|d| d.account == domain.account) {
            found.insert(name);
        }
    }
    Ok(found)
}

/// Adds the mailboxes of a piece; how many lines it was, and what failed.
pub(super) async fn add(
    tx: &mut Connection,
    ground: &Ground<'_>,
    domain: &Domain,
    piece: &Piece,
    effects: &mut Effects,
) -> Result<Vec<Failure>, Error> {
    let mut failures = Vec::new();
    let mut taken = store::mailbox::taken(tx, &keys(&domain.name, &piece.lines)).await?;
    let ours = ours(tx, domain, &piece.lines).await?;
    let entries = sort(&domain.name, &ours, &piece.lines, &mut taken, &mut failures);
    let row = |e: &Entry| Mailbox {
        id: MailboxId(0),
        domain: domain.id,
        account: domain.account,
        address: e.address.clone(),
        state: MailboxState::Active,
        password_hash: None,
        settings: Settings::default(),
        link_generation: 0,
        created: ground.now,
    };
    let rows: Vec<Mailbox> = entries.iter().map(row).collect();
    let ids = store::mailbox::insert_many(tx, &rows).await?;
    let mut aliases = Vec::new();
    for (entry, id) in entries.into_iter().zip(ids) {
        // Nobody else writes meanwhile: an address that was free still is.
        let id = id.ok_or_else(|| Error::Internal(format!("{} was taken meanwhile", entry.address)))?;
        let detail = entry.aliases.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        effects.audit.push(ground.note("mailbox.add", entry.address.as_str(), detail, domain.account));
        effects.touched.push(Touched::Mailbox(id));
        aliases.extend(entry.aliases.into_iter().map(|alias| (id, alias)));
    }
    match store::mailbox::add_aliases(tx, &aliases).await? {
        None => Ok(failures),
        Some((_, taken)) => Err(Error::Internal(format!("{taken} was taken meanwhile"))),
    }
}

/// The domain, where the actor may add mailboxes to it.
pub(super) async fn domain_of(c: &mut Connection, scope: Scope, id: DomainId) -> Result<Domain, Error> {
    let found = store::domain::get(c, id).await?.filter(|d| account_within(scope, d.account));
    found.ok_or_else(|| Error::field("domain", "There is no such domain."))
}

fn whole(text: &str) -> Result<Vec<(u64, String)>, Error> {
    if text.len() > IMPORT_BYTES {
        return Err(Error::field("body", format!("At most {IMPORT_BYTES} bytes are taken at a time.")));
    }
    let all: Vec<(u64, String)> = lines(text).take(IMPORT_LINES + 1).map(|(n, line)| (n, line.to_owned())).collect();
    match all.len() {
        0 => Err(Error::field("body", "Name at least one mailbox: a line each, its aliases after commas.")),
        n if n > IMPORT_LINES => {
            Err(Error::field("body", format!("At most {IMPORT_LINES} lines are taken at a time.")))
        }
        _ => Ok(all),
    }
}

impl Service {
    /// Starts adding the mailboxes that the text names to the domain; the operation's id. A line that is wrong is named
    /// by its number and holds up no other.
    pub async fn import_mailboxes(&self, actor: &Actor, domain: DomainId, text: &str) -> Result<i64, Error> {
        let scope = self.permit(actor, UseCase::AddMailbox)?;
        let all = whole(text)?;
        let total = all.len() as u64;
        let mut pieces = Vec::new();
        let mut rest = all.into_iter().peekable();
        while rest.peek().is_some() {
            let piece = Piece { lines: rest.by_ref().take(PIECE).collect() };
            let body = serde_json::to_string(&piece).map_err(|e| Error::Internal(format!("writing lines: {e}")))?;
            pieces.push(body);
        }
        let mut tx = self.inner.store.begin().await?;
        domain_of(&mut tx, scope, domain).await?;
        let work = Work::Import { domain };
        let id = self.insert_job(&mut tx, actor, scope, "import_mailboxes", work, total, &pieces).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// What [`Service::import_mailboxes`] would come to; changes nothing.
    pub async fn check_import(&self, actor: &Actor, domain: DomainId, text: &str) -> Result<ImportCheck, Error> {
        let scope = self.permit(actor, UseCase::AddMailbox)?;
        let all = whole(text)?;
        let mut c = self.inner.store.read().await?;
        let domain = domain_of(&mut c, scope, domain).await?;
        let mut check = ImportCheck { lines: all.len() as u64, ..ImportCheck::default() };
        let mut taken = HashSet::new();
        for lines in all.chunks(PIECE) {
            taken.extend(store::mailbox::taken(&mut c, &keys(&domain.name, lines)).await?);
            let mut failures = Vec::new();
            let ours = ours(&mut c, &domain, lines).await?;
            sort(&domain.name, &ours, lines, &mut taken, &mut failures);
            check.failed += failures.len() as u64;
            let room = SHOWN - check.failures.len().min(SHOWN);
            check.failures.extend(failures.into_iter().take(room));
        }
        Ok(check)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn acme() -> DomainName {
        DomainName::parse("acme.test").unwrap()
    }

    #[test]
    fn a_line_is_a_name_and_its_aliases_with_commas_between_them() {
        let entry = read(&acme(), " bob , robert,,\"bobby\", bob@ACME.test, robert ").unwrap();
        let aliases: Vec<&str> = entry.aliases.iter().map(EmailAddress::as_str).collect();
        assert_eq!((entry.address.as_str(), aliases), ("bob@acme.test", vec!["robert@acme.test", "bobby@acme.test"]));
        for (line, said) in [(",,", "a name is needed"), ("bob@other.test", "not in acme.test"), ("bob, b c", "b c")] {
            let e = read(&acme(), line).unwrap_err();
            assert!(e.contains(said), "{e}");
        }
    }

    #[test]
    fn lines_keep_their_number_and_blank_ones_do_not_count() {
        let found: Vec<_> = lines("\u{feff}bob\r\n\n  \nann\n").collect();
        assert_eq!(found, [(1, "bob"), (4, "ann")]);
    }

    #[test]
    fn an_address_that_an_earlier_line_has_is_taken() {
        let mut failures = Vec::new();
        let lines = [(1, "bob, robert".into()), (2, "robert".into()), (3, "ann, bob".into()), (4, "eve".into())];
        let good = sort(&acme(), &HashSet::new(), &lines, &mut HashSet::new(), &mut failures);
        assert_eq!(good.len(), 2);
        assert_eq!(failures.iter().map(|f| f.object.as_str()).collect::<Vec<_>>(), ["line 2", "line 3"]);
        assert!(failures[1].reason.contains("bob@acme.test belongs to a mailbox already"));
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(?s).{0,200}") {
            for (_, line) in lines(&text) { let _ = read(&acme(), line); }
        }
    }
}
