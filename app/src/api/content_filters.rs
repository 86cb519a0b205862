//! Content filters (guide chapter 10).

use super::{ApiError, Notice};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use serde::{Deserialize, Serialize};

/// A rule as a form has it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RuleForm {
    /// One a line.
    #[serde(default)]
    pub expressions: String,
    /// `1` or empty, these three.
    #[serde(default)]
    pub text: String,
    #[serde(default)]
    pub headers: String,
    #[serde(default)]
    pub remove: String,
    /// Separated by commas; empty: all.
    #[serde(default)]
    pub names: String,
}

/// A content filter as its form has it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct FilterForm {
    pub id: i64,
    pub account: Option<i64>,
    pub name: String,
    pub blank_headers: String,
    pub outbound_attachments: bool,
    pub rules: Vec<RuleForm>,
    pub may_edit: bool,
}

#[server(name = GetContentFilter, prefix = "/fn", endpoint = "content_filter", input = GetUrl)]
pub async fn content_filter(id: i64) -> Result<FilterForm, ApiError> {
    use super::context::{fail, reader};
    use model::definition::ContentFilter;
    let (service, actor) = reader()?;
    let found = service.definition::<ContentFilter>(&actor, id).await.map_err(fail)?;
    let mark = |on: bool| if on { "1".to_owned() } else { String::new() };
    let rules = found.body.rules.into_iter().map(|r| RuleForm {
        expressions: r.expressions.join("\n"),
        text: mark(r.apply_to_text),
        headers: mark(r.apply_to_headers),
        remove: mark(r.remove_subject_keyword),
        names: r.headers.join(", "),
    });
    Ok(FilterForm {
        id,
        account: found.account.map(|a| a.0),
        name: found.name,
        blank_headers: found.body.match_blank_headers.join(", "),
        outbound_attachments: found.body.scan_outbound_attachments,
        rules: rules.collect(),
        may_edit: service::permits(actor.role, service::UseCase::EditContentFilter),
    })
}

#[cfg(feature = "ssr")]
fn names(text: &str) -> Vec<String> {
    text.split([',', '\n']).map(str::trim).filter(|n| !n.is_empty()).map(str::to_owned).collect()
}

/// What is wrong, by the fields of the form: `definition.rules[0].expressions[3]` is the first rule's text.
#[cfg(feature = "ssr")]
fn in_form(mut error: model::UserError) -> model::UserError {
    for f in &mut error.fields {
        let Some(path) = f.field.strip_prefix("definition.") else { continue };
        let rule = path.strip_prefix("rules[").and_then(|r| r.split(']').next()).and_then(|n| n.parse::<usize>().ok());
        f.field = match rule {
            Some(n) => {
                f.message = format!("Rule {}: {}", n + 1, f.message);
                format!("rules[{n}][expressions]")
            }
            None if path.starts_with("match_blank_headers") => "blank_headers".into(),
            None => "name".into(),
        };
    }
    error
}

/// `id`: 0 for a new one. Rules without expressions and headers are left out: a form has an empty one at its end.
#[server(name = SaveContentFilter, prefix = "/fn", endpoint = "content_filter_save")]
pub async fn save_content_filter(
    form_token: String,
    #[server(default)] id: i64,
    #[server(default)] account: String,
    name: String,
    #[server(default)] blank_headers: String,
    #[server(default)] outbound_attachments: String,
    #[server(default)] rules: Vec<RuleForm>,
) -> Result<Notice, ApiError> {
    use super::context::{fail, writer};
    use model::definition::{ContentFilter, ContentFilterRule as Rule};
    let (service, actor) = writer(&form_token)?;
    let lines = |text: &str| -> Vec<String> {
        text.lines().map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned).collect()
    };
    let rules = rules.iter().filter(|r| !r.expressions.trim().is_empty() || !r.names.trim().is_empty());
    let body = ContentFilter {
        scan_outbound_attachments: outbound_attachments == "1",
        match_blank_headers: names(&blank_headers),
        rules: rules
            .map(|r| Rule {
                expressions: lines(&r.expressions),
                apply_to_text: r.text == "1",
                apply_to_headers: r.headers == "1",
                headers: names(&r.names),
                remove_subject_keyword: r.remove == "1",
            })
            .collect(),
    };
    let name = name.trim().to_owned();
    if id == 0 {
        let account = account.parse().ok().map(model::AccountId);
        let added = service.add_definition(&actor, account, &name, body).await;
        let id = added.map_err(|e| fail(in_form(e.into())))?;
        return Ok(Notice::new(format!("Content filter {name} added")).to(format!("/admin/content-filters/{id}")));
    }
    let change = service::DefinitionChange { name: Some(name.clone()), body: Some(body) };
    service.change_definition(&actor, id, change).await.map_err(|e| fail(in_form(e.into())))?;
    Ok(Notice::new(format!("Content filter {name} saved")).to(format!("/admin/content-filters/{id}")))
}
