//! Accounts (guide chapter 4).

use crate::domains::account_within;
use crate::{Error, Service, UseCase};
use model::view::{AccountRow, ListQuery, Page};
use model::{AccountId, Actor, Settings};
use store::Scope;
use store::account::Account;
use store::change::Touched;

/// What is wrong with the name of an account.
pub(crate) fn name_problem(name: &str) -> Option<&'static str> {
    let n = name.chars().count();
    if !(1..=100).contains(&n) {
        return Some("A name has 1 to 100 characters.");
    }
    name.chars().any(char::is_control).then_some("A name has no control characters.")
}

/// Gives a new account what the default account has (guide chapter 4); the name of that.
pub(crate) async fn begin_as_default(c: &mut store::Connection, id: AccountId) -> Result<Option<String>, Error> {
    let Some(model) = store::account::default_one::<Settings>(c).await?.filter(|m| m.id != id) else { return Ok(None) };
    let Some(new) = store::account::get::<Settings>(c, id).await? else { return Ok(None) };
    let (from, name) = (model.id, model.name.clone());
    let Account { time_zone, brand, features, settings, .. } = model;
    let settings = without_what_is_not_there(c, id, settings).await?;
    store::account::update(c, &Account { time_zone, brand, features, settings, ..new }).await?;
    for (level, of, settings) in store::defaults::of::<Settings>(c, Some(from)).await? {
        if of == Some(from) {
            let settings = without_what_is_not_there(c, id, settings).await?;
            store::defaults::set(c, level, Some(id), &settings).await?;
        }
    }
    Ok(Some(name))
}

/// Settings that name a verifier or content filter of the other account are not taken over.
async fn without_what_is_not_there(
    c: &mut store::Connection,
    account: AccountId,
    mut settings: Settings,
) -> Result<Settings, Error> {
    for problem in crate::definition::reference::problems(c, Some(account), &settings).await? {
        settings.set(&problem.field, serde_json::Value::Null).map_err(Error::of_field)?;
    }
    Ok(settings)
}

impl Service {
    pub async fn accounts(&self, actor: &Actor, query: &ListQuery) -> Result<Page<AccountRow>, Error> {
        let scope = self.permit(actor, UseCase::ListAccounts)?;
        let mut c = self.inner.store.read().await?;
        Ok(store::account::list(&mut c, scope, query).await?)
    }

    pub async fn account(&self, actor: &Actor, id: AccountId) -> Result<AccountRow, Error> {
        let scope = self.permit(actor, UseCase::ListAccounts)?;
        let mut c = self.inner.store.read().await?;
        let found = match account_within(scope, id) {
            true => store::account::list(&mut c, Scope::Account(id), &ListQuery::default()).await?.rows.pop(),
            false => None,
        };
        found.ok_or_else(|| Error::not_found("account"))
    }

    /// Adds an account, with the settings, features, brand and time zone of the default account where there is one.
    pub async fn add_account(&self, actor: &Actor, name: &str) -> Result<AccountId, Error> {
        self.permit(actor, UseCase::AddAccount)?;
        let name = name.trim();
        if let Some(problem) = name_problem(name) {
            return Err(Error::field("name", problem));
        }
        let mut tx = self.inner.store.begin().await?;
        let id = store::account::insert(&mut tx, name, self.now()).await.map_err(|e| match e.is_conflict() {
            true => Error::taken("name", format!("There is an account {name} already.")),
            false => e.into(),
        })?;
        let model = begin_as_default(&mut tx, id).await?;
        let detail = model.map(|m| format!("as {m}")).unwrap_or_default();
        self.note(&mut tx, actor, "account.add", name, &detail, Some(id)).await?;
        store::change::touch(&mut tx, &[Touched::Levels]).await?;
        tx.commit().await?;
        Ok(id)
    }
}
