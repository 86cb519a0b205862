//! Verifiers (guide chapter 9).
// A form has as many arguments as fields; what the macro makes of it has them too.
#![allow(clippy::too_many_arguments)]

use super::{ApiError, Notice};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A verifier as its form has it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct VerifierForm {
    pub id: i64,
    /// Whose it is, for people.
    pub whose: String,
    pub name: String,
    pub notes: String,
    /// The type's word.
    pub kind: String,
    pub kind_label: String,
    /// By the paths of the type's parts; secrets are empty.
    pub options: BTreeMap<String, String>,
    /// Paths of secrets that are set.
    pub secrets: Vec<String>,
    pub may_edit: bool,
}

#[server(name = GetVerifier, prefix = "/fn", endpoint = "verifier", input = GetUrl)]
pub async fn verifier(id: i64) -> Result<VerifierForm, ApiError> {
    use super::context::{fail, reader};
    use crate::admin::verifier_parts::fields;
    use model::definition::Verifier;
    use model::{ErrorCode, UserError};
    use service::{UseCase, permits};
    let (service, actor) = reader()?;
    let found = service.definition::<Verifier>(&actor, id).await.map_err(fail)?;
    let broken = |_| fail(UserError::new(ErrorCode::Internal, "The verifier cannot be shown."));
    let json = serde_json::to_value(&found.body).map_err(broken)?;
    let whose = match found.account {
        Some(a) => service.account(&actor, a).await.map(|a| a.name).unwrap_or_default(),
        None => "Whole system".into(),
    };
    let kind = found.body.method.as_str();
    Ok(VerifierForm {
        id,
        whose,
        name: found.name,
        notes: found.body.notes.clone(),
        kind: kind.into(),
        kind_label: found.body.method.label().into(),
        options: fields(kind, &json),
        secrets: found
            .secrets
            .iter()
            .filter_map(|s| Some(s.strip_prefix(kind)?.trim_start_matches('.').to_owned()))
            .collect(),
        may_edit: permits(actor.role, UseCase::EditVerifier)
            && (found.account.is_some() || actor.role == model::Role::System),
    })
}

/// What is wrong, by the fields of the form.
#[cfg(feature = "ssr")]
fn in_form(kind: &str, mut error: model::UserError) -> model::UserError {
    for f in &mut error.fields {
        match crate::admin::verifier_parts::part_of(kind, &f.field) {
            Some(part) => {
                f.message = format!("{}: {}", part.label, f.message);
                f.field = format!("options[{}]", part.path);
            }
            None if f.field.starts_with("definition") => f.field = "name".into(),
            None => {}
        }
    }
    error
}

/// `id`: 0 for a new one; `account`: empty for one of the whole system. Secrets that are empty stay as they are.
#[server(name = SaveVerifier, prefix = "/fn", endpoint = "verifier_save")]
pub async fn save_verifier(
    form_token: String,
    #[server(default)] id: i64,
    #[server(default)] account: String,
    name: String,
    #[server(default)] notes: String,
    kind: String,
    #[server(default)] options: BTreeMap<String, String>,
) -> Result<Notice, ApiError> {
    use super::context::{fail, writer};
    use crate::admin::verifier_parts::{definition, parts};
    use model::definition::Verifier;
    use model::{AccountId, UserError};
    let (service, actor) = writer(&form_token)?;
    if parts(&kind).is_none() {
        return Err(fail(UserError::field("kind", "Choose the type of the verifier.")));
    }
    let read: Result<Verifier, _> = serde_json::from_value(definition(&kind, notes.trim(), &options));
    let body = read.map_err(|e| fail(UserError::field("name", format!("This is not accepted: {e}."))))?;
    let name = name.trim().to_owned();
    let to = |id: i64| format!("/admin/verifiers/{id}");
    if id == 0 {
        let account = account.parse().ok().map(AccountId);
        let id = service.add_definition(&actor, account, &name, body).await;
        let id = id.map_err(|e| fail(in_form(&kind, e.into())))?;
        return Ok(Notice::new(format!("Verifier {name} added")).to(to(id)));
    }
    let change = service::DefinitionChange { name: Some(name.clone()), body: Some(body) };
    service.change_definition(&actor, id, change).await.map_err(|e| fail(in_form(&kind, e.into())))?;
    Ok(Notice::new(format!("Verifier {name} saved")).to(to(id)))
}
