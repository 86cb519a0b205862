//! The rows of each list: from the service to cells.

use super::{Act, Cell, Choice, ListAsk, ListKind, ListRow, ListView};
use model::definition::{ContentFilter, Notification, Verifier};
use model::view::{AccountRow, AuditRow, DomainRow, ListQuery, MailboxRow, MailboxState, Page};
use model::{Actor, Role, Settings};
use service::{
    AdministratorRow, AdministratorsOf, Brand, DefinitionRow, Error, GroupRow, MailboxesOf, OutboundRow, Service,
    UseCase, permits,
};

const STATES: [(&str, &str, MailboxState); 3] = [
    ("active", "Active", MailboxState::Active),
    ("inactive", "Inactive", MailboxState::Inactive),
    ("unprotected", "Unprotected", MailboxState::Unprotected),
];
const ROLES: [(&str, Role); 4] = [
    ("system", Role::System),
    ("account", Role::Account),
    ("operator", Role::Operator),
    ("dashboard", Role::Dashboard),
];
/// Accounts and domains that a choice names.
const NAMED: u32 = 500;

fn text(t: impl ToString) -> Cell {
    Cell::Text(t.to_string())
}

fn page<T>(page: Page<T>, row: impl Fn(T) -> ListRow) -> ListView {
    let Page { rows, total, page, per_page } = page;
    ListView {
        rows: rows.into_iter().map(row).collect(),
        total,
        page,
        per_page,
        choices: Vec::new(),
        may_add: false,
        acts: Vec::new(),
        may_bulk: false,
    }
}

pub(crate) fn account(r: AccountRow) -> ListRow {
    let id = r.id;
    ListRow {
        id: id.0,
        name: r.name.clone(),
        cells: vec![
            Cell::Name(r.name, format!("/admin/accounts/{id}")),
            text(r.email),
            Cell::Counted(r.domains, format!("/admin/domains?account={id}")),
            Cell::Counted(r.mailboxes, format!("/admin/mailboxes?account={id}")),
            Cell::Time(r.created),
        ],
    }
}

fn administrator(r: AdministratorRow) -> ListRow {
    let state = match (r.active, r.activated) {
        (false, _) => Cell::State("Inactive".into(), false),
        (true, false) => Cell::State("Waits for activation".into(), false),
        (true, true) => Cell::State("Active".into(), true),
    };
    ListRow {
        id: r.id.0,
        name: r.email.clone(),
        cells: vec![
            Cell::Name(r.email, format!("/admin/administrators/{}", r.id.0)),
            text(r.role.label()),
            text(r.account_name.unwrap_or_else(|| "Whole system".into())),
            state,
            Cell::Time(r.created),
        ],
    }
}

pub(crate) fn domain(r: DomainRow) -> ListRow {
    let gateways: Vec<_> = r.gateways.iter().map(ToString::to_string).collect();
    ListRow {
        id: r.id.0,
        name: r.name.clone(),
        cells: vec![
            Cell::Name(r.name, format!("/admin/domains/{}", r.id)),
            Cell::Link(r.account_name, format!("/admin/accounts/{}", r.account)),
            Cell::Code(gateways.join(", ")),
            Cell::Counted(r.mailboxes, format!("/admin/mailboxes?domain={}", r.id)),
            Cell::Time(r.created),
        ],
    }
}

fn group(r: GroupRow) -> ListRow {
    ListRow {
        id: r.id,
        name: r.name.clone(),
        cells: vec![
            Cell::Name(r.name, format!("/admin/groups/{}", r.id)),
            Cell::Link(r.domain_name, format!("/admin/domains/{}", r.domain)),
            text(r.position + 1),
            Cell::Number(r.members),
            text(r.ldap_group.unwrap_or_default()),
            Cell::Time(r.created),
        ],
    }
}

pub(crate) fn mailbox(r: MailboxRow) -> ListRow {
    let state = STATES.iter().find(|(_, _, s)| *s == r.state).map_or("", |(_, label, _)| label);
    ListRow {
        id: r.id.0,
        name: r.address.clone(),
        cells: vec![
            Cell::Name(r.address, format!("/admin/mailboxes/{}", r.id)),
            text(r.aliases.join(", ")),
            Cell::State(state.into(), r.state == MailboxState::Active),
            text(if r.has_password { "Set" } else { "None, digest links only" }),
            Cell::Counted(r.quarantined, format!("/admin/quarantine?mailbox={}", r.id)),
            Cell::Time(r.created),
        ],
    }
}

fn outbound(r: OutboundRow) -> ListRow {
    ListRow {
        id: r.id,
        name: r.range.clone(),
        cells: vec![
            Cell::Name(r.range, format!("/admin/outbound-ips/{}", r.id)),
            text(r.nickname),
            Cell::Link(r.account_name, format!("/admin/accounts/{}", r.account)),
            Cell::Number(r.domains),
        ],
    }
}

fn content_filter(r: DefinitionRow<ContentFilter>) -> ListRow {
    let d = r.definition;
    let expressions: usize = d.body.rules.iter().map(|r| r.expressions.len()).sum();
    ListRow {
        id: d.id,
        name: d.name.clone(),
        cells: vec![
            Cell::Name(d.name, format!("/admin/content-filters/{}", d.id)),
            text(r.account_name.unwrap_or_default()),
            text(d.body.rules.len()),
            text(expressions),
            Cell::Time(d.created),
        ],
    }
}

/// Whose a definition is.
fn whose(account: Option<String>) -> Cell {
    text(account.unwrap_or_else(|| "Whole system".into()))
}

fn verifier(r: DefinitionRow<Verifier>) -> ListRow {
    let d = r.definition;
    ListRow {
        id: d.id,
        name: d.name.clone(),
        cells: vec![
            Cell::Name(d.name, format!("/admin/verifiers/{}", d.id)),
            whose(r.account_name),
            text(d.body.method.label()),
            Cell::Time(d.created),
        ],
    }
}

fn notification(r: DefinitionRow<Notification>) -> ListRow {
    let d = r.definition;
    let to: Vec<_> = d.body.recipients.iter().map(ToString::to_string).collect();
    ListRow {
        id: d.id,
        name: d.name.clone(),
        cells: vec![
            Cell::Name(d.name, format!("/admin/notifications/{}", d.id)),
            whose(r.account_name),
            text(d.body.event_type.label()),
            text(to.join(", ")),
            text(d.body.frequency),
            Cell::Time(d.created),
        ],
    }
}

fn brand(b: Brand<Settings>) -> ListRow {
    ListRow {
        id: b.id,
        name: b.name.clone(),
        cells: vec![
            Cell::Name(b.name, format!("/admin/brands/{}", b.id)),
            Cell::Code(b.host.unwrap_or_default()),
            Cell::Time(b.created),
        ],
    }
}

/// Brands are few: found, sorted and cut here.
fn brands(all: Vec<Brand<Settings>>, q: &ListQuery) -> Page<Brand<Settings>> {
    let words: Vec<String> = q.q.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let has = |b: &Brand<Settings>| {
        let text = format!("{} {}", b.name, b.host.as_deref().unwrap_or_default()).to_lowercase();
        words.iter().all(|w| text.contains(w))
    };
    let mut found: Vec<_> = all.into_iter().filter(has).collect();
    match q.sort.as_str() {
        "host" => found.sort_by(|a, b| a.host.cmp(&b.host).then(a.id.cmp(&b.id))),
        "created" => found.sort_by_key(|b| (b.created, b.id)),
        _ => found.sort_by_key(|b| b.name.to_lowercase()),
    }
    if q.desc {
        found.reverse();
    }
    let (page, per_page) = (q.page.max(1), if q.per_page == 0 { 50 } else { q.per_page.min(500) });
    let total = found.len() as u64;
    let skip = (page as usize - 1).saturating_mul(per_page as usize);
    let rows = found.into_iter().skip(skip).take(per_page as usize).collect();
    Page { rows, total, page, per_page }
}

pub(crate) fn audit(r: AuditRow) -> ListRow {
    ListRow {
        id: 0,
        name: String::new(),
        cells: vec![
            Cell::Time(r.at),
            text(r.actor),
            Cell::Code(r.act),
            text(r.object),
            text(r.detail),
            Cell::Code(r.origin),
        ],
    }
}

pub(crate) fn mailboxes_of(ask: &ListAsk) -> MailboxesOf {
    let state = STATES.iter().find(|(word, _, _)| *word == ask.state).map(|(_, _, s)| *s);
    MailboxesOf { domain: ask.domain, state }
}

/// A page of the list.
pub(crate) async fn rows(service: &Service, actor: &Actor, kind: ListKind, ask: &ListAsk) -> Result<ListView, Error> {
    let (s, q) = (service, &ask.query);
    Ok(match kind {
        ListKind::Accounts => page(s.accounts(actor, q).await?, account),
        ListKind::Administrators => {
            let active = match ask.state.as_str() {
                "active" => Some(true),
                "inactive" => Some(false),
                _ => None,
            };
            let role = ROLES.iter().find(|(word, _)| *word == ask.role).map(|(_, r)| *r);
            page(s.administrators(actor, ask.account, AdministratorsOf { role, active }, q).await?, administrator)
        }
        ListKind::Domains => page(s.domains_of(actor, ask.account, q).await?, domain),
        ListKind::Groups => page(s.groups(actor, ask.account, ask.domain, q).await?, group),
        ListKind::Mailboxes => page(s.mailboxes_of(actor, ask.account, mailboxes_of(ask), q).await?, mailbox),
        ListKind::OutboundIps => page(s.outbound_ips(actor, ask.account, q).await?, outbound),
        ListKind::ContentFilters => page(s.definitions::<ContentFilter>(actor, ask.account, q).await?, content_filter),
        ListKind::Verifiers => page(s.definitions::<Verifier>(actor, ask.account, q).await?, verifier),
        ListKind::Notifications => page(s.definitions::<Notification>(actor, ask.account, q).await?, notification),
        ListKind::Brands => page(brands(s.brands(actor).await?, q), brand),
        ListKind::Audit => page(s.audit(actor, q).await?, audit),
    })
}

/// A page with what it may be narrowed by, and what the one who asks may do.
pub(crate) async fn view(service: &Service, actor: &Actor, kind: ListKind, ask: &ListAsk) -> Result<ListView, Error> {
    let mut view = rows(service, actor, kind, ask).await?;
    let may = |what| permits(actor.role, what);
    let (add, edit, delete) = use_cases(kind);
    view.may_add = add.is_some_and(may);
    let acts: &[Act] = match kind {
        ListKind::Administrators => &[Act::Activate, Act::Deactivate, Act::Invite],
        ListKind::Mailboxes => &[Act::Activate, Act::Deactivate, Act::Unprotect],
        _ => &[],
    };
    if edit.is_some_and(may) {
        view.acts.extend(acts);
    }
    if delete.is_some_and(may) {
        view.acts.push(Act::Delete);
    }
    let bulk = matches!(kind, ListKind::Domains | ListKind::Mailboxes | ListKind::OutboundIps);
    view.may_bulk = bulk && may(UseCase::StartBulk);
    for name in kind.spec().filters {
        if let Some(choice) = choice(service, actor, kind, name).await? {
            view.choices.push(choice);
        }
    }
    Ok(view)
}

/// Who may add, change and delete what the list shows.
pub(crate) fn use_cases(kind: ListKind) -> (Option<UseCase>, Option<UseCase>, Option<UseCase>) {
    use UseCase::*;
    match kind {
        ListKind::Accounts => (Some(AddAccount), None, Some(DeleteAccount)),
        ListKind::Administrators => (Some(AddAdministrator), Some(EditAdministrator), Some(DeleteAdministrator)),
        ListKind::Domains => (Some(AddDomain), None, Some(DeleteDomain)),
        ListKind::Groups => (Some(AddGroup), None, Some(DeleteGroup)),
        ListKind::Mailboxes => (Some(AddMailbox), Some(EditMailbox), Some(DeleteMailbox)),
        ListKind::OutboundIps => (Some(AddOutbound), None, Some(DeleteOutbound)),
        ListKind::ContentFilters => (Some(AddContentFilter), None, Some(DeleteContentFilter)),
        ListKind::Verifiers => (Some(AddVerifier), None, Some(DeleteVerifier)),
        ListKind::Notifications => (Some(AddNotification), None, Some(DeleteNotification)),
        ListKind::Brands => (Some(AddBrand), None, Some(DeleteBrand)),
        ListKind::Audit => (None, None, None),
    }
}

async fn choice(service: &Service, actor: &Actor, kind: ListKind, name: &str) -> Result<Option<Choice>, Error> {
    let named =
        |label: &str, options, more| Some(Choice { name: name.to_owned(), label: label.to_owned(), options, more });
    let first = ListQuery { sort: "name".into(), per_page: NAMED, ..ListQuery::default() };
    Ok(match (name, kind) {
        ("role", _) => {
            let options = ROLES.iter().map(|(word, role)| ((*word).to_owned(), role.label().to_owned())).collect();
            named("Role", options, false)
        }
        ("state", ListKind::Administrators) => {
            let options =
                STATES.iter().take(2).map(|(word, label, _)| ((*word).to_owned(), (*label).to_owned())).collect();
            named("State", options, false)
        }
        ("state", _) => {
            let options = STATES.iter().map(|(word, label, _)| ((*word).to_owned(), (*label).to_owned())).collect();
            named("State", options, false)
        }
        // Who belongs to one account has nothing to choose.
        ("account", _) if actor.role == Role::System => {
            let found = service.accounts(actor, &first).await?;
            let more = found.total > found.rows.len() as u64;
            named("Account", found.rows.into_iter().map(|a| (a.id.to_string(), a.name)).collect(), more)
        }
        ("domain", _) => {
            let found = service.domains(actor, &first).await?;
            let more = found.total > found.rows.len() as u64;
            named("Domain", found.rows.into_iter().map(|d| (d.id.to_string(), d.name)).collect(), more)
        }
        _ => None,
    })
}
