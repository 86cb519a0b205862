//! Users of the Outbound Authenticated Relay: senders who log in from wherever they are (guide chapter 7).

use crate::domains::account_within;
use crate::password::Policy;
use crate::slices::{After, checked};
use crate::{Error, Service, UseCase, audit};
use model::{AccountId, Actor, FieldError};
use store::change::Touched;
use store::relay::RelayUser;
use store::{Connection, Scope, Slice};

/// What to change; None leaves it as it is.
#[derive(Debug, Clone, Default)]
pub struct RelayUserChange {
    pub password: Option<String>,
    pub active: Option<bool>,
}

/// What is wrong with the name of a relay user.
pub(crate) fn name_problem(name: &str) -> Option<&'static str> {
    let fits = (1..=100).contains(&name.chars().count()) && !name.chars().any(|c| c.is_control() || c.is_whitespace());
    (!fits).then_some("A relay user's name has 1 to 100 characters and no spaces; often it is an address.")
}

async fn relay_user_in(c: &mut Connection, scope: Scope, id: i64) -> Result<RelayUser, Error> {
    let found = store::relay::get(c, id).await?.filter(|u| account_within(scope, u.account));
    found.ok_or_else(|| Error::not_found("relay user"))
}

impl Service {
    /// By name.
    pub async fn relay_users_after(&self, actor: &Actor, q: &str, after: &After) -> Result<Slice<RelayUser>, Error> {
        let scope = self.permit(actor, UseCase::ListRelayUsers)?;
        let mut c = self.inner.store.read().await?;
        checked(store::relay::slice(&mut c, scope, q, after.cursor.as_ref(), after.limit).await)
    }

    pub async fn relay_user(&self, actor: &Actor, id: i64) -> Result<RelayUser, Error> {
        let scope = self.permit(actor, UseCase::ListRelayUsers)?;
        let mut c = self.inner.store.read().await?;
        relay_user_in(&mut c, scope, id).await
    }

    pub async fn add_relay_user(
        &self,
        actor: &Actor,
        account: AccountId,
        name: &str,
        password: &str,
    ) -> Result<i64, Error> {
        let scope = self.permit(actor, UseCase::AddRelayUser)?;
        let name = name.trim();
        let mut wrong = Vec::new();
        let mut field = |name: &str, message: String| wrong.push(FieldError { field: name.into(), message });
        if let Some(problem) = name_problem(name) {
            field("name", problem.into());
        }
        let mut c = self.inner.store.read().await?;
        if account_within(scope, account) && store::account::name(&mut c, account).await?.is_some() {
            if let Some(problem) = Policy::of_administrators(&mut c, Some(account)).await?.problem(password) {
                field("password", problem);
            }
        } else {
            field("account", "There is no such account.".into());
        }
        drop(c);
        Error::fields(wrong)?;
        let password_hash = self.inner.hasher.hash(password.to_owned()).await?;
        let mut tx = self.inner.store.begin().await?;
        let new = RelayUser { id: 0, account, name: name.to_owned(), password_hash, active: true, created: self.now() };
        let id = store::relay::insert(&mut tx, &new).await.map_err(|e| match e.is_conflict() {
            true => Error::taken("name", format!("There is a relay user {name} already.")),
            false => e.into(),
        })?;
        self.note(&mut tx, actor, "relay_user.add", name, "", Some(account)).await?;
        store::change::touch(&mut tx, &[Touched::Outbound]).await?;
        tx.commit().await?;
        Ok(id)
    }

    pub async fn change_relay_user(&self, actor: &Actor, id: i64, change: &RelayUserChange) -> Result<(), Error> {
        let scope = self.permit(actor, UseCase::EditRelayUser)?;
        let hash = match &change.password {
            None => None,
            Some(password) => {
                let mut c = self.inner.store.read().await?;
                let user = relay_user_in(&mut c, scope, id).await?;
                if let Some(problem) = Policy::of_administrators(&mut c, Some(user.account)).await?.problem(password) {
                    return Err(Error::field("password", problem));
                }
                drop(c);
                Some(self.inner.hasher.hash(password.clone()).await?)
            }
        };
        let mut tx = self.inner.store.begin().await?;
        let before = relay_user_in(&mut tx, scope, id).await?;
        let mut after = before.clone();
        let mut steps = Vec::new();
        if let Some(active) = change.active.filter(|a| *a != before.active) {
            after.active = active;
            steps.push(audit::step("active", &before.active.to_string(), &active.to_string()));
        }
        if let Some(hash) = hash {
            after.password_hash = hash;
            steps.push("password".to_owned());
        }
        if steps.is_empty() {
            return Ok(());
        }
        store::relay::update(&mut tx, &after).await?;
        self.note(&mut tx, actor, "relay_user.edit", &before.name, &steps.join("; "), Some(before.account)).await?;
        store::change::touch(&mut tx, &[Touched::Outbound]).await?;
        Ok(tx.commit().await?)
    }

    pub async fn delete_relay_user(&self, actor: &Actor, id: i64) -> Result<(), Error> {
        let scope = self.permit(actor, UseCase::DeleteRelayUser)?;
        let mut tx = self.inner.store.begin().await?;
        let gone = relay_user_in(&mut tx, scope, id).await?;
        store::relay::delete(&mut tx, id).await?;
        self.note(&mut tx, actor, "relay_user.delete", &gone.name, "", Some(gone.account)).await?;
        store::change::touch(&mut tx, &[Touched::Outbound]).await?;
        Ok(tx.commit().await?)
    }
}
