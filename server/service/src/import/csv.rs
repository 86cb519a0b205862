//! Mailboxes from a table of comma-separated values (RFC 4180).

use super::gathered::{At, Gathered};
use super::{Import, Into, Source};
use model::view::MailboxState;
use model::{DomainName, EmailAddress};

/// The columns, in this order where the file has no line of names.
const COLUMNS: [&str; 4] = ["address", "aliases", "state", "password"];
/// Other names that exports use.
const ALSO: [(&str, &str); 6] = [
    ("mailbox", "address"),
    ("email", "address"),
    ("mail", "address"),
    ("name", "address"),
    ("alias", "aliases"),
    ("status", "state"),
];

/// Reads mailboxes. `domain`: the domain of names without @. Aliases are parted by spaces, semicolons or, in quotes,
/// commas. A line that is wrong is left out; what cannot be read as CSV at all is an error with its line.
pub fn csv(source: Source<'_>, domain: Option<&DomainName>, into: &Into<'_>) -> Result<Import, String> {
    let mut gathered = Gathered::new();
    let mut reader = csv_reader(source.text);
    let mut columns: Option<Vec<Option<&str>>> = None;
    let mut record = ::csv::StringRecord::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => return Err(format!("{}: {error}", source.name)),
        }
        let at = source.at(record.position().map_or(0, ::csv::Position::line));
        let columns = match &columns {
            Some(columns) => columns,
            None => {
                let names = header(&record).map_err(|why| format!("{}:{}: {why}", source.name, at.line))?;
                let is_header = names.is_some();
                let found = columns.insert(names.unwrap_or_else(|| COLUMNS.map(Some).to_vec()));
                if is_header {
                    continue;
                }
                found
            }
        };
        let cell = |name: &str| {
            columns.iter().position(|c| *c == Some(name)).and_then(|n| record.get(n)).map_or("", str::trim)
        };
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if record.len() > columns.len() {
            gathered.leave_out(
                at,
                cell("address"),
                format!("it has {} columns, {} are known", record.len(), columns.len()),
            );
            continue;
        }
        row(&mut gathered, at, domain, &cell);
    }
    Ok(gathered.finish(into))
}

fn csv_reader(text: &str) -> ::csv::Reader<&[u8]> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // Spreadsheets of many countries write semicolons.
    let first = text.lines().next().unwrap_or_default();
    let delimiter = if first.contains(';') && !first.contains(',') { b';' } else { b',' };
    ::csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .comment(Some(b'#'))
        .delimiter(delimiter)
        .from_reader(text.as_bytes())
}

/// What each column is, where the line is one of names. A column of another name is an error: it may be one that
/// somebody relies on.
fn header(record: &::csv::StringRecord) -> Result<Option<Vec<Option<&'static str>>>, String> {
    let known = |cell: &str| {
        let cell = cell.trim().to_ascii_lowercase();
        let own = COLUMNS.iter().find(|c| **c == cell).copied();
        own.or_else(|| ALSO.iter().find(|(other, _)| *other == cell).map(|(_, own)| *own))
    };
    if record.iter().all(|cell| known(cell) != Some("address")) {
        return Ok(None);
    }
    let columns: Vec<_> = record.iter().map(known).collect();
    match record.iter().zip(&columns).find(|(_, known)| known.is_none()) {
        Some((cell, _)) => Err(format!("the column {cell:?} is not known; expected {}", COLUMNS.join(", "))),
        None => Ok(Some(columns)),
    }
}

fn address(text: &str, domain: Option<&DomainName>) -> Result<EmailAddress, String> {
    match (text.contains('@'), domain) {
        (true, _) => EmailAddress::parse(text).map_err(|e| e.to_string()),
        (false, Some(domain)) => EmailAddress::parse(&format!("{text}@{domain}")).map_err(|e| e.to_string()),
        (false, None) => Err("it has no domain, and none was given with --domain".into()),
    }
}

fn row<'c>(gathered: &mut Gathered, at: At<'_>, domain: Option<&DomainName>, cell: &impl Fn(&str) -> &'c str) {
    let primary = match address(cell("address"), domain) {
        Ok(address) => address,
        Err(why) => return gathered.leave_out(at, cell("address"), why),
    };
    let state = match cell("state").to_ascii_lowercase().as_str() {
        "" => None,
        word => match serde_json::from_value::<MailboxState>(word.into()) {
            Ok(state) => Some(state),
            Err(_) => {
                let why = format!("the state {word:?} is none; expected active, inactive or unprotected");
                return gathered.leave_out(at, primary.as_str(), why);
            }
        },
    };
    let Some(mailbox) = gathered.mailbox(at, &primary) else { return };
    mailbox.state = state.or(mailbox.state);
    let password = cell("password");
    if crate::password::is_hash(password) {
        mailbox.password_hash = Some(password.to_owned());
    } else if !password.is_empty() {
        mailbox.password = Some(password.to_owned());
    }
    for alias in cell("aliases").split([' ', ',', ';']).filter(|a| !a.is_empty()) {
        match address(alias, Some(&primary.domain())) {
            Ok(alias) => gathered.alias(at, &alias, &primary),
            Err(why) => gathered.leave_out(at, alias, why),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(text: &str) -> (Vec<String>, Vec<String>) {
        let domain: DomainName = "acme.test".parse().unwrap();
        let into = Into { account: "acme", ..Into::default() };
        let import = csv(Source { name: "m.csv", text }, Some(&domain), &into).unwrap();
        let mailboxes = import.document.accounts.iter().flat_map(|a| &a.domains).flat_map(|d| &d.mailboxes);
        let line = |m: &crate::apply::MailboxDoc| {
            format!("{} {:?} {:?} {:?}", m.name, m.aliases.clone().unwrap_or_default(), m.state, m.password)
        };
        (mailboxes.map(line).collect(), import.left_out.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn columns_come_in_order_or_by_name_and_quotes_hold_commas() {
        let expected = [
            r#"bob@acme.test ["robert@acme.test", "rob@acme.test"] Some(Inactive) None"#,
            "carol@acme.test [] None Some(\"s, ecret\")",
        ];
        for text in [
            "bob,\"robert,rob@acme.test\",inactive\ncarol,,,\"s, ecret\"\n",
            "# people\nstate,Email,password,aliases\ninactive,bob,,robert rob\n\n,carol@acme.test,\"s, ecret\",\n",
            "\u{feff}email;aliases;state;password\r\nbob;robert rob;Inactive;\r\ncarol;;;s, ecret\r\n",
        ] {
            assert_eq!(read(text), (expected.map(str::to_owned).to_vec(), Vec::new()), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_left_out_with_its_line() {
        let (mailboxes, left_out) = read(
            "bob,robert\nb ob,\nanna,bob\nrobert,\nx@other.test,y@acme.test\ncarol,,gone\nbob,rob\np+t,\na,b,c,d,e\n",
        );
        assert_eq!(mailboxes.len(), 3, "{mailboxes:?}");
        assert!(mailboxes[0].starts_with(r#"bob@acme.test ["robert@acme.test", "rob@acme.test"]"#), "{mailboxes:?}");
        for (n, words) in [
            "m.csv:2: b ob: ",
            "m.csv:3: bob@acme.test: it is a mailbox already (m.csv:1)",
            "m.csv:4: robert@acme.test: it is an alias of bob@acme.test already (m.csv:1)",
            "m.csv:5: y@acme.test: it stands for x@other.test in another domain",
            "m.csv:6: carol@acme.test: the state \"gone\" is none; expected active",
            "m.csv:8: p+t@acme.test: ",
            "m.csv:9: a: it has 5 columns, 4 are known",
        ]
        .into_iter()
        .enumerate()
        {
            assert!(left_out[n].starts_with(words), "{words}: {left_out:?}");
        }
        assert_eq!(left_out.len(), 7);
    }

    #[test]
    fn an_unknown_column_is_an_error_with_what_is_known() {
        let into = Into::default();
        let error = csv(Source { name: "m.csv", text: "address,quota\n" }, None, &into).unwrap_err();
        assert!(error.contains("m.csv:1") && error.contains("quota") && error.contains("aliases"), "{error}");
    }
}
