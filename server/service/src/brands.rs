//! Brands: how the dashboards and mails of some accounts look (guide chapters 2 and 14); the system's administrators'.

use crate::{Error, Service, UseCase, audit};
use model::{Actor, DomainName, FieldError, Settings};
use store::brand::Brand;
use store::change::Touched;

/// What is wrong with a brand's name: a single word (guide chapter 2 "Adding a Brand").
pub(crate) fn name_problem(name: &str) -> Option<&'static str> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-';
    match (1..=63).contains(&name.len()) && name.chars().all(fits) {
        true => None,
        false => Some("A brand's name is one word of 1 to 63 letters, digits and hyphens."),
    }
}

/// A host name in lower case; empty text is none.
pub(crate) fn read_host(text: &str) -> Result<Option<String>, String> {
    match text.trim() {
        "" => Ok(None),
        host => DomainName::parse(host).map(|h| Some(h.to_string())).map_err(|e| format!("{host}: {e}")),
    }
}

fn taken(field: &str, what: &str) -> Error {
    Error::taken(field, format!("There is a brand with {what} already."))
}

async fn brand_of(c: &mut store::Connection, id: i64) -> Result<Brand<Settings>, Error> {
    store::brand::get(c, id).await?.ok_or_else(|| Error::not_found("brand"))
}

impl Service {
    /// All, by name.
    pub async fn brands(&self, actor: &Actor) -> Result<Vec<Brand<Settings>>, Error> {
        self.permit(actor, UseCase::ListBrands)?;
        let mut c = self.inner.store.read().await?;
        Ok(store::brand::all(&mut c).await?)
    }

    pub async fn brand(&self, actor: &Actor, id: i64) -> Result<Brand<Settings>, Error> {
        self.permit(actor, UseCase::ListBrands)?;
        brand_of(&mut *self.inner.store.begin_read().await?, id).await
    }

    /// The name stays what it is; `host` is the host name under which its dashboards are reached, empty for none.
    pub async fn add_brand(&self, actor: &Actor, name: &str, host: &str) -> Result<i64, Error> {
        self.permit(actor, UseCase::AddBrand)?;
        let name = name.trim();
        let mut wrong = Vec::new();
        let mut field = |name: &str, message: String| wrong.push(FieldError { field: name.into(), message });
        if let Some(problem) = name_problem(name) {
            field("name", problem.into());
        }
        let host = read_host(host).map_err(|e| field("host", e)).unwrap_or_default();
        Error::fields(wrong)?;
        let mut tx = self.inner.store.begin().await?;
        if store::brand::by_name::<Settings>(&mut tx, name).await?.is_some() {
            return Err(taken("name", &format!("the name {name}")));
        }
        self.free_host(&mut tx, host.as_deref(), None).await?;
        let brand = Brand { id: 0, name: name.into(), host, settings: Settings::default(), created: self.now() };
        let id = store::brand::insert(&mut tx, &brand).await?;
        self.note(&mut tx, actor, "brand.add", name, brand.host.as_deref().unwrap_or_default(), None).await?;
        store::change::touch(&mut tx, &[Touched::Levels]).await?;
        tx.commit().await?;
        Ok(id)
    }

    async fn free_host(&self, tx: &mut store::Tx, host: Option<&str>, own: Option<i64>) -> Result<(), Error> {
        let Some(host) = host else { return Ok(()) };
        match store::brand::by_host::<Settings>(tx, host).await? {
            Some(other) if Some(other.id) != own => Err(taken("host", &format!("the host {host}"))),
            _ => Ok(()),
        }
    }

    /// Gives the brand another host name; an empty one is none.
    pub async fn change_brand(&self, actor: &Actor, id: i64, host: &str) -> Result<(), Error> {
        self.permit(actor, UseCase::EditBrand)?;
        let host = read_host(host).map_err(|e| Error::field("host", e))?;
        let mut tx = self.inner.store.begin().await?;
        let before = brand_of(&mut tx, id).await?;
        if before.host == host {
            return Ok(());
        }
        self.free_host(&mut tx, host.as_deref(), Some(id)).await?;
        let word = |h: &Option<String>| h.clone().unwrap_or_else(|| "none".into());
        let detail = audit::step("host", &word(&before.host), &word(&host));
        let after = Brand { host, ..before };
        store::brand::update(&mut tx, &after).await?;
        self.note(&mut tx, actor, "brand.edit", &after.name, &detail, None).await?;
        store::change::touch(&mut tx, &[Touched::Levels]).await?;
        Ok(tx.commit().await?)
    }

    /// Deletes a brand; its accounts have none afterwards.
    pub async fn delete_brand(&self, actor: &Actor, id: i64) -> Result<(), Error> {
        self.permit(actor, UseCase::DeleteBrand)?;
        let mut tx = self.inner.store.begin().await?;
        let gone = brand_of(&mut tx, id).await?;
        store::brand::delete(&mut tx, id).await?;
        self.note(&mut tx, actor, "brand.delete", &gone.name, gone.host.as_deref().unwrap_or_default(), None).await?;
        store::change::touch(&mut tx, &[Touched::Levels]).await?;
        Ok(tx.commit().await?)
    }
}
