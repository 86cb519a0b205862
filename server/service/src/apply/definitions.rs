//! Verifiers, content filters and notifications in the document, and the content filters of a place.

use super::write::Writer;
use super::{AccountDoc, Document, diff, invalid};
use crate::definition::{self, Defined};
use crate::{Error, Service};
use model::definition::{ContentFilter, Verifier};
use model::{AccountId, FieldError, Settings};
use serde::{Deserialize, Serialize};
use store::definition::{Definition, Kind, Place};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DefinitionDoc<D> {
    pub name: String,
    /// Secrets that it does not name stay as they are.
    pub definition: D,
}

/// The first problem, with what it is about.
fn first(what: &str, problems: Vec<FieldError>) -> Result<(), Error> {
    match problems.into_iter().next() {
        Some(p) => Err(invalid(format!("{what}: {}: {}", p.field, p.message))),
        None => Ok(()),
    }
}

impl Service {
    /// Hashes what the document has as passwords of static verifiers, before any transaction.
    pub(super) async fn prepare_verifiers(&self, document: &mut Document) -> Result<(), Error> {
        self.prepare_these(None, &mut document.verifiers).await?;
        for AccountDoc { name, verifiers, .. } in &mut document.accounts {
            if verifiers.is_empty() {
                continue;
            }
            let mut c = self.inner.store.read().await?;
            let account = store::account::by_name(&mut c, name.trim()).await?;
            drop(c);
            // An account that is not there yet has nothing to compare with; 0 is nobody's.
            self.prepare_these(Some(account.unwrap_or(AccountId(0))), verifiers).await?;
        }
        Ok(())
    }

    async fn prepare_these(
        &self,
        account: Option<AccountId>,
        docs: &mut [DefinitionDoc<Verifier>],
    ) -> Result<(), Error> {
        for doc in docs {
            let mut c = self.inner.store.read().await?;
            let before = store::definition::by_name::<Verifier>(&mut c, Kind::Verifier, account, &doc.name).await?;
            drop(c);
            let before = before.map(|b| b.body);
            first(&format!("verifier {}", doc.name), doc.definition.prepare(self, before.as_ref()).await?)?;
        }
        Ok(())
    }
}

impl Writer<'_> {
    /// Composites come last: what they name must be there.
    pub(super) async fn verifiers(
        &mut self,
        account: Option<AccountId>,
        docs: &[DefinitionDoc<Verifier>],
    ) -> Result<(), Error> {
        let (composite, plain): (Vec<_>, Vec<_>) = docs.iter().partition(|d| d.definition.members().next().is_some());
        for doc in plain.into_iter().chain(composite) {
            self.definition(account, doc).await?;
        }
        Ok(())
    }

    pub(super) async fn definitions<D: Defined>(
        &mut self,
        account: Option<AccountId>,
        docs: &[DefinitionDoc<D>],
    ) -> Result<(), Error> {
        for doc in docs {
            self.definition(account, doc).await?;
        }
        Ok(())
    }

    async fn definition<D: Defined>(
        &mut self,
        account: Option<AccountId>,
        doc: &DefinitionDoc<D>,
    ) -> Result<(), Error> {
        let name = doc.name.trim();
        let what = format!("{} {name}", D::WHAT);
        let before = store::definition::by_name::<D>(&mut self.tx, D::KIND, account, name).await?;
        let mut body = doc.definition.clone();
        if let Some(before) = &before {
            body.keep_secrets(&before.body);
            if before.body == body && before.name == name {
                return Ok(());
            }
            first(&what, before.body.change_problem(&body).into_iter().collect())?;
        }
        first(&what, definition::problems(name, &body).await?)?;
        let (id, created) = before.as_ref().map_or((0, self.service.now()), |b| (b.id, b.created));
        let after = Definition { id, account, name: name.to_owned(), body, created };
        first(&what, D::misfits(&mut self.tx, &after).await?)?;
        match before {
            Some(before) => {
                let detail = definition::update(&mut self.tx, &before, &after).await?;
                self.change(format!("{what}: {detail}"));
            }
            None => {
                self.add(format!("{what}: {}", after.body.detail()));
                definition::insert(&mut self.tx, &after).await?;
            }
        }
        Ok(())
    }

    /// What settings of the document name must be there.
    pub(super) async fn named(
        &mut self,
        what: &str,
        account: Option<AccountId>,
        settings: Option<&Settings>,
    ) -> Result<(), Error> {
        let Some(settings) = settings else { return Ok(()) };
        first(&format!("{what}: settings"), definition::reference::problems(&mut self.tx, account, settings).await?)
    }

    /// The order of the content filters of a place.
    pub(super) async fn filter_order(
        &mut self,
        what: &str,
        account: AccountId,
        place: Place,
        names: Option<&[String]>,
    ) -> Result<(), Error> {
        let Some(names) = names else { return Ok(()) };
        let mut wanted: Vec<(i64, String)> = Vec::new();
        for name in names {
            let kind = Kind::ContentFilter;
            let found = store::definition::by_name::<ContentFilter>(&mut self.tx, kind, Some(account), name).await?;
            let found = found.ok_or_else(|| invalid(format!("{what}: the account has no content filter {name}")))?;
            if !wanted.iter().any(|(id, _)| *id == found.id) {
                wanted.push((found.id, found.name));
            }
        }
        let before = definition::names_in_order(&mut self.tx, place).await?;
        if before == wanted {
            return Ok(());
        }
        let only_names = |list: &[(i64, String)]| list.iter().map(|(_, name)| name.clone()).collect::<Vec<_>>();
        diff::list(&format!("{what}: content filter"), &only_names(&before), &only_names(&wanted), &mut self.changes);
        let ids: Vec<i64> = wanted.iter().map(|(id, _)| *id).collect();
        Ok(store::definition::use_filters(&mut self.tx, place, &ids).await?)
    }
}
