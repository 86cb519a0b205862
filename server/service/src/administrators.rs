//! Administrators: the first one, and more.

use crate::domains::account_within;
use crate::password::Policy;
use crate::{Error, Service, UseCase, secret};
use model::{AccountId, Actor, AdministratorId, EmailAddress, FieldError, Role};
use store::administrator::{self, Administrator};

/// A new administrator as a form or the command line gives it.
#[derive(Debug, Clone)]
pub struct NewAdministrator {
    pub email: String,
    pub role: Role,
    /// For every role but System.
    pub account: Option<AccountId>,
    /// None: a mail with a link lets them choose one, and until then they cannot log in.
    pub password: Option<String>,
}

/// The login that a first start prints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstLogin {
    pub email: String,
    pub password: String,
}

/// Where the configuration names none.
const FIRST_EMAIL: &str = "admin@localhost";

impl Service {
    /// Makes a system administrator where there is no administrator at all, and returns the login; later starts get
    /// None. An empty address or password is chosen here.
    pub async fn ensure_first_administrator(&self, email: &str, password: &str) -> Result<Option<FirstLogin>, Error> {
        {
            let mut c = self.inner.store.read().await?;
            if administrator::any(&mut c).await? {
                return Ok(None);
            }
        }
        let email = if email.trim().is_empty() { FIRST_EMAIL } else { email };
        let password =
            if password.is_empty() { secret::token()?.chars().take(16).collect() } else { password.to_owned() };
        let new = NewAdministrator {
            email: email.to_owned(),
            role: Role::System,
            account: None,
            password: Some(password.clone()),
        };
        match self.add_administrator(&Actor::system("start"), &new).await {
            Ok(_) => Ok(Some(FirstLogin { email: email.trim().to_owned(), password })),
            Err(e) if e.code() == model::ErrorCode::Conflict => Ok(None),
            Err(e) => Err(e),
        }
    }

    pub async fn add_administrator(&self, actor: &Actor, new: &NewAdministrator) -> Result<AdministratorId, Error> {
        let scope = self.permit(actor, UseCase::AddAdministrator)?;
        let policy = {
            let mut c = self.inner.store.read().await?;
            Policy::of_administrators(&mut c, new.account.filter(|a| account_within(scope, *a))).await?
        };
        let mut wrong = Vec::new();
        let mut field = |name: &str, message: String| wrong.push(FieldError { field: name.into(), message });
        let email = EmailAddress::parse(new.email.trim()).map_err(|e| field("email", e.to_string())).ok();
        if let Some(problem) = new.password.as_deref().and_then(|p| policy.problem(p)) {
            field("password", problem);
        }
        match (new.role, new.account) {
            (Role::Owner, _) => field("role", "Owners come with their mailboxes.".into()),
            (Role::System, Some(_)) => field("account", "A system administrator belongs to no account.".into()),
            (Role::System, None) if scope != store::Scope::All => {
                field("role", "Only a system administrator makes another.".into())
            }
            (_, Some(a)) if !account_within(scope, a) => field("account", "There is no such account.".into()),
            (Role::Account | Role::Operator | Role::Dashboard, None) => {
                field("account", "This role needs an account.".into())
            }
            _ => {}
        }
        Error::fields(wrong)?;
        let Some(email) = email else { return Err(Error::field("email", "An address is needed.")) };

        let password_hash = match &new.password {
            Some(p) => Some(self.inner.hasher.hash(p.clone()).await?),
            None => None,
        };
        let mut tx = self.inner.store.begin().await?;
        if let Some(a) = new.account
            && store::account::name(&mut tx, a).await?.is_none()
        {
            return Err(Error::field("account", "There is no such account."));
        }
        let row = Administrator {
            id: AdministratorId(0),
            email,
            role: new.role,
            account: new.account,
            password_hash,
            active: true,
            created: self.now(),
        };
        let id = administrator::insert(&mut tx, &row).await.map_err(|e| match e.is_conflict() {
            true => Error::taken("email", format!("{} is an administrator already.", row.email)),
            false => e.into(),
        })?;
        self.note(&mut tx, actor, "administrator.add", row.email.as_str(), row.role.label(), row.account).await?;
        tx.commit().await?;
        if row.password_hash.is_none() {
            self.invite(id, &row.email).await?;
        }
        Ok(id)
    }
}
