//! API tokens: shown once, stored as their SHA-256.

use crate::domains::account_within;
use crate::permission::EVERYTHING;
use crate::{Error, Service, TOKEN_SCOPES, UseCase, secret};
use model::{AccountId, Actor, Principal, Role};
use store::token::ApiToken;

/// Tells our tokens from others in logs and secret scanners.
const PREFIX: &str = "postern_";

/// Scopes that are none, or that the actor, itself a token, does not have.
fn scope_problem(actor: &Actor, scopes: &[String]) -> Option<String> {
    let known = |s: &String| TOKEN_SCOPES.iter().any(|(word, _)| word == s);
    if let Some(unknown) = scopes.iter().find(|s| !known(s)) {
        let words: Vec<&str> = TOKEN_SCOPES.iter().map(|(word, _)| *word).collect();
        return Some(format!("{unknown:?} is no scope; known are {}.", words.join(", ")));
    }
    let Principal::Token { scopes: own, .. } = &actor.principal else { return None };
    // Write holds read of the same area, and `read` holds the reading of each.
    let area = |s: &str| s.strip_suffix(":read").map(str::to_owned);
    let holds = |o: &str, s: &str| {
        o == EVERYTHING || o == s || area(s).is_some_and(|a| o == "read" || o.strip_suffix(":write") == Some(&a))
    };
    let has = |s: &String| own.iter().any(|o| holds(o, s));
    scopes.iter().find(|s| !has(s)).map(|s| format!("A token cannot give {s}, which it does not have itself."))
}

impl Service {
    /// Makes a token and returns it, this one time. `scopes` are words of [`TOKEN_SCOPES`]; none: all.
    pub async fn create_token(
        &self,
        actor: &Actor,
        name: &str,
        scopes: &[String],
        account: Option<AccountId>,
    ) -> Result<String, Error> {
        Ok(self.make_token(actor, name, scopes, account).await?.1)
    }

    /// The same, with what is stored of it.
    pub async fn make_token(
        &self,
        actor: &Actor,
        name: &str,
        scopes: &[String],
        account: Option<AccountId>,
    ) -> Result<(ApiToken, String), Error> {
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
        if let Some(problem) = scope_problem(actor, &scopes) {
            return Err(Error::field("scopes", problem));
        }
        let token = format!("{PREFIX}{}", secret::token()?);
        let mut tx = self.inner.store.begin().await?;
        if let Some(a) = account
            && store::account::name(&mut tx, a).await?.is_none()
        {
            return Err(Error::field("account", "There is no such account."));
        }
        let mut row = ApiToken {
            id: 0,
            name: name.to_owned(),
            scopes,
            account,
            created: self.now(),
            last_used: None,
            revoked: None,
        };
        row.id = store::token::insert(&mut tx, &secret::fingerprint(&token), &row).await?;
        self.note(&mut tx, actor, "token.create", name, &row.scopes.join(" "), account).await?;
        tx.commit().await?;
        Ok((row, token))
    }

    /// Takes a token back: it is no longer accepted from now on.
    pub async fn revoke_token(&self, actor: &Actor, id: i64) -> Result<(), Error> {
        let scope = self.permit(actor, UseCase::RevokeToken)?;
        let mut tx = self.inner.store.begin().await?;
        let within = |t: &ApiToken| t.account.map_or(scope == store::Scope::All, |a| account_within(scope, a));
        let token = store::token::by_id(&mut tx, id).await?.filter(within);
        let token = token.ok_or_else(|| Error::not_found("token"))?;
        if store::token::revoke(&mut tx, id, self.now()).await? {
            self.note(&mut tx, actor, "token.revoke", &token.name, "", token.account).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Who the token stands for, where it is ours. What it may do is checked by each use case.
    pub async fn check_token(&self, token: &str, origin: &str) -> Result<Option<Actor>, Error> {
        if !token.starts_with(PREFIX) {
            return Ok(None);
        }
        let mut c = self.inner.store.read().await?;
        let found = store::token::get(&mut c, &secret::fingerprint(token)).await?;
        Ok(found.map(|t| Actor {
            role: if t.account.is_some() { Role::Account } else { Role::System },
            name: format!("token {}", t.name),
            principal: Principal::Token { id: t.id, account: t.account, scopes: t.scopes },
            origin: origin.to_owned(),
        }))
    }
}
