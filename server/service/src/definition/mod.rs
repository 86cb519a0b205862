//! Verifiers, content filters and notifications (guide chapters 9 to 11): the same use cases for each kind.
//!
//! Those of the whole system have no account: accounts see them, and the system's administrators change them. Secrets
//! are taken out of whatever is shown, and a change that does not name one keeps it.

mod content_filter;
mod difference;
mod notification;
mod place;
pub(crate) mod reference;
pub(crate) mod verifier;

pub(crate) use place::names_in_order;
pub use place::{FilterPlace, FilterUse};

use crate::domains::account_within;
use crate::slices::{After, checked};
use crate::{Error, Service, UseCase};
use model::definition::Body;
use model::{AccountId, Actor, ErrorCode, FieldError, Timestamp};
use serde::{Serialize, de::DeserializeOwned};
use std::future::Future;
use store::change::Touched;
use store::definition::{Definition, Kind};
use store::{Connection, Scope, Slice};

/// A kind of definition, and what is particular about it.
pub trait Defined: Body + Serialize + DeserializeOwned + Send + Sync + 'static {
    const KIND: Kind;
    /// What people call it.
    const WHAT: &'static str;
    /// Whether there are some for the whole system.
    const OF_SYSTEM: bool;
    const LIST: UseCase;
    const ADD: UseCase;
    const EDIT: UseCase;
    const DELETE: UseCase;

    /// What the trail says of it besides its name.
    fn detail(&self) -> String;

    /// Slow work on a checked body, outside of any transaction. `before`: what it replaces.
    fn prepare(
        &mut self,
        service: &Service,
        before: Option<&Self>,
    ) -> impl Future<Output = Result<Vec<FieldError>, Error>> + Send {
        let _ = (service, before);
        async { Ok(Vec::new()) }
    }

    /// What does not fit what there is besides it.
    fn misfits(
        c: &mut Connection,
        d: &Definition<Self>,
    ) -> impl Future<Output = Result<Vec<FieldError>, Error>> + Send {
        let _ = (c, d);
        async { Ok(Vec::new()) }
    }

    /// Where it is in use, in words.
    fn uses(c: &mut Connection, d: &Definition<Self>) -> impl Future<Output = Result<Vec<String>, Error>> + Send {
        let _ = (c, d);
        async { Ok(Vec::new()) }
    }

    /// It is called otherwise from now on: takes what names it along, and tells what that touches, or says where it is
    /// in use and refuses.
    fn rename(
        c: &mut Connection,
        before: &Definition<Self>,
        name: &str,
    ) -> impl Future<Output = Result<Vec<Touched>, Error>> + Send {
        let _ = (c, before, name);
        async { Ok(Vec::new()) }
    }

    /// What may not become of it.
    fn change_problem(&self, after: &Self) -> Option<FieldError> {
        let _ = after;
        None
    }
}

/// A definition as it may be shown.
#[derive(Debug, Clone, PartialEq)]
pub struct DefinitionView<D> {
    pub id: i64,
    /// None: of the whole system.
    pub account: Option<AccountId>,
    pub name: String,
    /// Without its secrets.
    pub body: D,
    /// Paths of the secrets that are set.
    pub secrets: Vec<String>,
    pub created: Timestamp,
}

impl<D: Body> From<Definition<D>> for DefinitionView<D> {
    fn from(d: Definition<D>) -> Self {
        let (body, secrets) = (d.body.shown(), d.body.set_secrets());
        DefinitionView { id: d.id, account: d.account, name: d.name, body, secrets, created: d.created }
    }
}

/// What to change; None leaves it as it is.
#[derive(Debug, Clone)]
pub struct DefinitionChange<D> {
    pub name: Option<String>,
    /// All of it, but for the secrets that it does not name.
    pub body: Option<D>,
}

/// The field that holds the body, in requests and documents.
pub(crate) const BODY: &str = "definition";

fn of_body(problems: Vec<FieldError>) -> Vec<FieldError> {
    let path = |p: &str| if p.is_empty() { BODY.to_owned() } else { format!("{BODY}.{p}") };
    problems.into_iter().map(|p| FieldError { field: path(&p.field), ..p }).collect()
}

/// Everything that is wrong with name and body by themselves. Compiling many expressions takes a moment.
pub(crate) async fn problems<D: Defined>(name: &str, body: &D) -> Result<Vec<FieldError>, Error> {
    let mut wrong = Vec::new();
    if let Some(problem) = crate::accounts::name_problem(name) {
        wrong.push(FieldError { field: "name".into(), message: problem.into() });
    }
    let body = body.clone();
    let found = tokio::task::spawn_blocking(move || body.problems()).await;
    wrong.extend(of_body(found.map_err(|e| Error::Internal(format!("checking a definition: {e}")))?));
    Ok(wrong)
}

pub(crate) fn misfit_fields(problems: Vec<FieldError>) -> Result<(), Error> {
    Error::fields(of_body(problems))
}

/// Some(a): sees and changes what is of account a; None: everything.
fn may_see(scope: Scope, account: Option<AccountId>) -> bool {
    account.is_none_or(|a| account_within(scope, a))
}
fn may_change(scope: Scope, account: Option<AccountId>) -> bool {
    account.map_or(scope == Scope::All, |a| account_within(scope, a))
}

/// The definition, where the actor may change it; what belongs to other accounts does not exist.
async fn changeable<D: Defined>(c: &mut Connection, scope: Scope, id: i64) -> Result<Definition<D>, Error> {
    let found = store::definition::get::<D>(c, D::KIND, id).await?.filter(|d| may_see(scope, d.account));
    let found = found.ok_or_else(|| Error::not_found(D::WHAT))?;
    if may_change(scope, found.account) {
        return Ok(found);
    }
    let message = format!("This {} is of the whole system: only system administrators change it.", D::WHAT);
    Err(Error::new(ErrorCode::Forbidden, message))
}

pub(crate) fn in_use(what: &str, name: &str, uses: &[String], then: &str) -> Error {
    const NAMED: usize = 20;
    let mut places = uses.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    if uses.len() > NAMED {
        places.push_str(&format!(" and {} more", uses.len() - NAMED));
    }
    Error::new(ErrorCode::Conflict, format!("The {what} {name} is in use ({places}): {then}."))
}

impl Service {
    /// By name; an account sees those of the whole system too.
    pub async fn definitions_after<D: Defined>(
        &self,
        actor: &Actor,
        q: &str,
        after: &After,
    ) -> Result<Slice<DefinitionView<D>>, Error> {
        let scope = self.permit(actor, D::LIST)?;
        let mut c = self.inner.store.read().await?;
        let found = store::definition::slice(&mut c, D::KIND, scope, q, after.cursor.as_ref(), after.limit).await;
        let Slice { rows, next } = checked(found)?;
        Ok(Slice { rows: rows.into_iter().map(DefinitionView::from).collect(), next })
    }

    pub async fn definition<D: Defined>(&self, actor: &Actor, id: i64) -> Result<DefinitionView<D>, Error> {
        let scope = self.permit(actor, D::LIST)?;
        let mut c = self.inner.store.read().await?;
        let found = store::definition::get::<D>(&mut c, D::KIND, id).await?.filter(|d| may_see(scope, d.account));
        found.map(DefinitionView::from).ok_or_else(|| Error::not_found(D::WHAT))
    }

    /// `account`: None for the whole system, which only the system's administrators may.
    pub async fn add_definition<D: Defined>(
        &self,
        actor: &Actor,
        account: Option<AccountId>,
        name: &str,
        mut body: D,
    ) -> Result<i64, Error> {
        let scope = self.permit(actor, D::ADD)?;
        let name = name.trim();
        let mut wrong = problems(name, &body).await?;
        if !may_change(scope, account) || (account.is_none() && !D::OF_SYSTEM) {
            let message = match account {
                Some(_) => "There is no such account.".to_owned(),
                None => format!("Name the account that the {} belongs to.", D::WHAT),
            };
            wrong.push(FieldError { field: "account".into(), message });
        }
        Error::fields(wrong)?;
        misfit_fields(body.prepare(self, None).await?)?;
        let mut tx = self.inner.store.begin().await?;
        if let Some(a) = account
            && store::account::name(&mut tx, a).await?.is_none()
        {
            return Err(Error::field("account", "There is no such account."));
        }
        let new = Definition { id: 0, account, name: name.to_owned(), body, created: self.now() };
        misfit_fields(D::misfits(&mut tx, &new).await?)?;
        let id = insert(&mut tx, &new).await?;
        self.note(&mut tx, actor, &act::<D>("add"), name, &new.body.detail(), account).await?;
        store::change::touch(&mut tx, &[Touched::Definitions]).await?;
        tx.commit().await?;
        Ok(id)
    }

    pub async fn change_definition<D: Defined>(
        &self,
        actor: &Actor,
        id: i64,
        change: DefinitionChange<D>,
    ) -> Result<(), Error> {
        let scope = self.permit(actor, D::EDIT)?;
        let seen = {
            let mut c = self.inner.store.read().await?;
            changeable::<D>(&mut c, scope, id).await?
        };
        let mut after = seen.clone();
        if let Some(name) = &change.name {
            after.name = name.trim().to_owned();
        }
        if let Some(body) = change.body {
            after.body = body;
            after.body.keep_secrets(&seen.body);
        }
        let mut wrong = problems(&after.name, &after.body).await?;
        wrong.extend(of_body(seen.body.change_problem(&after.body).into_iter().collect()));
        Error::fields(wrong)?;
        misfit_fields(after.body.prepare(self, Some(&seen.body)).await?)?;

        let mut tx = self.inner.store.begin().await?;
        let before = changeable::<D>(&mut tx, scope, id).await?;
        if before != seen {
            return Err(Error::new(ErrorCode::Conflict, format!("Somebody else has changed {} meanwhile.", seen.name)));
        }
        if before == after {
            return Ok(());
        }
        misfit_fields(D::misfits(&mut tx, &after).await?)?;
        let mut touched = vec![Touched::Definitions];
        if before.name != after.name {
            touched.extend(D::rename(&mut tx, &before, &after.name).await?);
        }
        let detail = update(&mut tx, &before, &after).await?;
        self.note(&mut tx, actor, &act::<D>("edit"), &before.name, &detail, after.account).await?;
        store::change::touch(&mut tx, &touched).await?;
        Ok(tx.commit().await?)
    }

    /// Deletes it, unless it is in use.
    pub async fn delete_definition<D: Defined>(&self, actor: &Actor, id: i64) -> Result<(), Error> {
        let scope = self.permit(actor, D::DELETE)?;
        let mut tx = self.inner.store.begin().await?;
        let gone = changeable::<D>(&mut tx, scope, id).await?;
        let uses = D::uses(&mut tx, &gone).await?;
        if !uses.is_empty() {
            return Err(in_use(D::WHAT, &gone.name, &uses, "take it out there first"));
        }
        store::definition::delete(&mut tx, D::KIND, id).await?;
        self.note(&mut tx, actor, &act::<D>("delete"), &gone.name, &gone.body.detail(), gone.account).await?;
        store::change::touch(&mut tx, &[Touched::Definitions]).await?;
        Ok(tx.commit().await?)
    }
}

/// `verifier.add`.
fn act<D: Defined>(verb: &str) -> String {
    format!("{}.{verb}", D::WHAT.replace(' ', "_"))
}

fn taken<D: Defined>(name: &str, e: store::Error) -> Error {
    match e.is_conflict() {
        true => Error::taken("name", format!("There is a {} {name} already.", D::WHAT)),
        false => e.into(),
    }
}

pub(crate) async fn insert<D: Defined>(tx: &mut store::Tx, new: &Definition<D>) -> Result<i64, Error> {
    store::definition::insert(tx, D::KIND, new).await.map_err(|e| taken::<D>(&new.name, e))
}

/// Writes it and says in words what has changed, without secrets.
pub(crate) async fn update<D: Defined>(
    tx: &mut store::Tx,
    before: &Definition<D>,
    after: &Definition<D>,
) -> Result<String, Error> {
    store::definition::update(tx, D::KIND, after).await.map_err(|e| taken::<D>(&after.name, e))?;
    let mut steps = Vec::new();
    if before.name != after.name {
        steps.push(crate::audit::step("name", &before.name, &after.name));
    }
    steps.extend(difference::between(&before.body, &after.body));
    Ok(steps.join("; "))
}
