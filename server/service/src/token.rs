//! API tokens: shown once, stored as their SHA-256.

use crate::domains::account_within;
use crate::{Error, Service, UseCase, secret};
use model::{AccountId, Actor, Principal, Role};
use store::token::ApiToken;

/// Tells our tokens from others in logs and secret scanners.
const PREFIX: &str = "postern_";
/// A token with this scope may do whatever its role may.
const EVERYTHING: &str = "*";

impl Service {
    /// Makes a token and returns it, this one time. `scopes` are words of the API (`quarantine:read`); none: all.
    pub async fn create_token(
        &self,
        actor: &Actor,
        name: &str,
        scopes: &[String],
        account: Option<AccountId>,
    ) -> Result<String, Error> {
        let scope = self.permit(actor, UseCase::CreateToken)?;
        let name = name.trim();
        if let Some(problem) = crate::accounts::name_problem(name) {
            return Err(Error::field("name", problem));
        }
        let allowed = account.map_or(scope == store::Scope::All, |a| account_within(scope, a));
        if !allowed {
            return Err(Error::field("account", "There is no such account."));
        }
        let scopes = if scopes.is_empty() { vec![EVERYTHING.to_owned()] } else { scopes.to_vec() };
        let token = format!("{PREFIX}{}", secret::token()?);
        let mut tx = self.inner.store.begin().await?;
        if let Some(a) = account
            && store::account::name(&mut tx, a).await?.is_none()
        {
            return Err(Error::field("account", "There is no such account."));
        }
        let row = ApiToken {
            id: 0,
            name: name.to_owned(),
            scopes,
            account,
            created: self.now(),
            last_used: None,
            revoked: None,
        };
        store::token::insert(&mut tx, &secret::fingerprint(&token), &row).await?;
        self.note(&mut tx, actor, "token.create", name, &row.scopes.join(" "), account).await?;
        tx.commit().await?;
        Ok(token)
    }

    /// Who the token stands for, where it is ours and has the scope.
    pub async fn check_token(&self, token: &str, scope: &str, origin: &str) -> Result<Option<Actor>, Error> {
        if !token.starts_with(PREFIX) {
            return Ok(None);
        }
        let mut c = self.inner.store.read().await?;
        let found = store::token::get(&mut c, &secret::fingerprint(token)).await?;
        Ok(found.filter(|t| t.scopes.iter().any(|s| s == EVERYTHING || s == scope)).map(|t| Actor {
            role: if t.account.is_some() { Role::Account } else { Role::System },
            principal: Principal::Token { id: t.id, account: t.account },
            name: format!("token {}", t.name),
            origin: origin.to_owned(),
        }))
    }
}
