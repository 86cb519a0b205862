//! Listing, changing and deleting administrators (guide chapter 4 "Managing Administrators").

use crate::domains::account_within;
use crate::password::Policy;
use crate::{Error, Service, UseCase, audit};
use model::{Actor, AdministratorId, ErrorCode, Role};
use store::Scope;
use store::administrator::{self, Administrator};
use store::session::Who;

/// What to change of an administrator; None leaves it as it is.
#[derive(Debug, Clone, Default)]
pub struct AdministratorChange {
    pub role: Option<Role>,
    pub active: Option<bool>,
    pub password: Option<String>,
    /// Whether the next login must choose another password.
    pub must_change: Option<bool>,
}

pub(crate) async fn administrator_in(
    c: &mut store::Connection,
    scope: Scope,
    id: AdministratorId,
) -> Result<Administrator, Error> {
    let within = |a: &Administrator| match (scope, a.account) {
        (Scope::All, _) => true,
        (scope, Some(account)) => account_within(scope, account),
        _ => false,
    };
    administrator::get(c, id).await?.filter(within).ok_or_else(|| Error::not_found("administrator"))
}

impl Service {
    pub async fn administrator(&self, actor: &Actor, id: AdministratorId) -> Result<Administrator, Error> {
        let scope = self.permit(actor, UseCase::ListAdministrators)?;
        let mut c = self.inner.store.read().await?;
        administrator_in(&mut c, scope, id).await
    }

    pub async fn change_administrator(
        &self,
        actor: &Actor,
        id: AdministratorId,
        change: &AdministratorChange,
    ) -> Result<(), Error> {
        let scope = self.permit(actor, UseCase::EditAdministrator)?;
        let policy = {
            let mut c = self.inner.store.read().await?;
            let account = administrator_in(&mut c, scope, id).await?.account;
            Policy::of_administrators(&mut c, account).await?
        };
        let mut wrong = Vec::new();
        let who = Who::Administrator(id);
        self.check_password(&policy, Some(who), change.password.as_deref(), &mut wrong).await?;
        Error::fields(wrong)?;
        let hash = match &change.password {
            Some(p) => Some(self.inner.hasher.hash(p.clone()).await?),
            None => None,
        };
        let mut tx = self.inner.store.begin().await?;
        let before = administrator_in(&mut tx, scope, id).await?;
        if let Some(role) = change.role
            && (role == Role::Owner || (role == Role::System) != before.account.is_none())
        {
            let message = match before.account {
                None => "A system administrator belongs to no account and has no other role.",
                Some(_) => "An account's administrator is account, operator or dashboard.",
            };
            return Err(Error::field("role", message));
        }
        let mut after = before.clone();
        after.role = change.role.unwrap_or(before.role);
        after.active = change.active.unwrap_or(before.active);
        let age = store::password::age(&mut tx, who).await?.unwrap_or_default();
        let must_change = change.must_change.unwrap_or(age.must_change && hash.is_none());
        if let Some(hash) = hash {
            store::password::set(&mut tx, who, &hash, self.now(), must_change).await?;
            after.password_hash = Some(hash);
        } else if must_change != age.must_change {
            store::password::set_must_change(&mut tx, who, must_change).await?;
        }
        if after == before && must_change == age.must_change {
            return Ok(());
        }
        if !after.active {
            keep_one(&mut tx, &before).await?;
        }
        administrator::update(&mut tx, &after).await?;
        // A role is read with each request; a password or an end of the login ends what runs on the old one.
        if after.password_hash != before.password_hash || !after.active {
            store::session::remove_of(&mut tx, who).await?;
        }
        let mut changed = Vec::new();
        if after.role != before.role {
            changed.push(audit::step("role", before.role.label(), after.role.label()));
        }
        if after.active != before.active {
            let word = |active| if active { "active" } else { "inactive" };
            changed.push(audit::step("state", word(before.active), word(after.active)));
        }
        if after.password_hash != before.password_hash {
            changed.push("password".into());
        }
        if must_change != age.must_change {
            changed.push(if must_change { "must change password" } else { "need not change password" }.into());
        }
        let changed = changed.join("; ");
        self.note(&mut tx, actor, "administrator.edit", before.email.as_str(), &changed, before.account).await?;
        tx.commit().await?;
        self.tell(actor, &before, &format!("What changed: {changed}.")).await;
        Ok(())
    }

    pub async fn delete_administrator(&self, actor: &Actor, id: AdministratorId) -> Result<(), Error> {
        let scope = self.permit(actor, UseCase::DeleteAdministrator)?;
        let mut tx = self.inner.store.begin().await?;
        let gone = administrator_in(&mut tx, scope, id).await?;
        keep_one(&mut tx, &gone).await?;
        administrator::delete(&mut tx, id).await?;
        self.note(&mut tx, actor, "administrator.delete", gone.email.as_str(), gone.role.label(), gone.account).await?;
        tx.commit().await?;
        self.tell(actor, &gone, "The login is gone.").await;
        Ok(())
    }

    /// Notifies an administrator of a change to their login. A mail that cannot be sent undoes nothing.
    async fn tell(&self, actor: &Actor, to: &Administrator, what: &str) {
        let hostname = &self.config().hostname;
        let text = format!(
            "Your administrator login {} at the email security of {hostname} was changed by {}.\n\n{what}\n\n\
             If you do not expect this, ask whoever looks after the system.\n",
            to.email, actor.name
        );
        let about = ["administrator", &to.id.0.to_string(), &self.now().0.to_string(), what];
        if let Err(error) = self.send_note(&to.email, "Your administrator login was changed", &text, &about).await {
            tracing::warn!(email = %to.email, %error, "an administrator was not notified of a change");
        }
    }
}

/// Somebody must be left who can let others in.
async fn keep_one(c: &mut store::Connection, going: &Administrator) -> Result<(), Error> {
    if going.role != Role::System || !going.active {
        return Ok(());
    }
    let others = administrator::all(c, None).await?;
    match others.iter().any(|a| a.id != going.id && a.role == Role::System && a.active) {
        true => Ok(()),
        false => Err(Error::new(ErrorCode::Conflict, "This is the last system administrator.")),
    }
}
