//! Renaming and deleting accounts (guide chapter 4 "Managing Account Information").

use crate::accounts::name_problem;
use crate::domains::account_within;
use crate::{Error, Service, UseCase, audit};
use model::{AccountId, Actor, ErrorCode};
use store::account::Account;
use store::change::Touched;

impl Service {
    pub async fn rename_account(&self, actor: &Actor, id: AccountId, name: &str) -> Result<(), Error> {
        let scope = self.permit(actor, UseCase::EditAccount)?;
        let name = name.trim();
        if let Some(problem) = name_problem(name) {
            return Err(Error::field("name", problem));
        }
        let mut tx = self.inner.store.begin().await?;
        let found: Option<Account<serde_json::Value>> = store::account::get(&mut tx, id).await?;
        let account = found.filter(|_| account_within(scope, id)).ok_or_else(|| Error::not_found("account"))?;
        let before = account.name.clone();
        if before == name {
            return Ok(());
        }
        let after = Account { name: name.to_owned(), ..account };
        store::account::update(&mut tx, &after).await.map_err(|e| match e.is_conflict() {
            true => Error::taken("name", format!("There is an account {name} already.")),
            false => e.into(),
        })?;
        self.note(&mut tx, actor, "account.rename", name, &audit::step("name", &before, name), Some(id)).await?;
        store::change::touch(&mut tx, &[Touched::Levels]).await?;
        Ok(tx.commit().await?)
    }

    /// Deletes an account without domains and outbound addresses; its administrators and tokens go with it.
    pub async fn delete_account(&self, actor: &Actor, id: AccountId) -> Result<(), Error> {
        let scope = self.permit(actor, UseCase::DeleteAccount)?;
        let mut tx = self.inner.store.begin().await?;
        let found: Option<Account<serde_json::Value>> = store::account::get(&mut tx, id).await?;
        let account = found.filter(|_| account_within(scope, id)).ok_or_else(|| Error::not_found("account"))?;
        let name = account.name;
        if account.is_default {
            let message = format!("{name} is the default account: make another the default first.");
            return Err(Error::new(ErrorCode::Conflict, message));
        }
        let (_, domains, _) = store::account::totals(&mut tx, store::Scope::Account(id)).await?;
        let networks = store::outbound::all(&mut tx, Some(id)).await?.len();
        if domains > 0 || networks > 0 {
            let has = format!("{domains} domains and {networks} outbound addresses");
            let message = format!("The account {name} still has {has}: delete or move them first.");
            return Err(Error::new(ErrorCode::Conflict, message));
        }
        store::account::delete(&mut tx, id).await?;
        self.note(&mut tx, actor, "account.delete", &name, "", Some(id)).await?;
        store::change::touch(&mut tx, &[Touched::Levels]).await?;
        Ok(tx.commit().await?)
    }
}
