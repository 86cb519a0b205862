//! Accounts (guide chapter 4).

use crate::domains::account_within;
use crate::{Error, Service, UseCase};
use model::view::{AccountRow, ListQuery, Page};
use model::{AccountId, Actor};
use store::Scope;
use store::change::Touched;

/// What is wrong with the name of an account.
pub(crate) fn name_problem(name: &str) -> Option<&'static str> {
    let n = name.chars().count();
    if !(1..=100).contains(&n) {
        return Some("A name has 1 to 100 characters.");
    }
    name.chars().any(char::is_control).then_some("A name has no control characters.")
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
        self.note(&mut tx, actor, "account.add", name, "", Some(id)).await?;
        store::change::touch(&mut tx, &[Touched::Levels]).await?;
        tx.commit().await?;
        Ok(id)
    }
}
