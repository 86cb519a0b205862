//! What is particular about content filters (guide chapter 10).

use super::{Defined, reference};
use crate::{Error, UseCase};
use model::definition::ContentFilter;
use model::{Action, FieldError};
use serde_json::Value as Json;
use store::Connection;
use store::change::Touched;
use store::definition::{Definition, Kind, Place};

/// Why a filter cannot be used with an action: taking a keyword out of the subject needs Special Routing or Attach
/// Encrypted. `action` in the form of settings.
pub(super) fn action_problem(name: &str, filter: &ContentFilter, action: &Json, field: &str) -> Option<FieldError> {
    let word = action.as_str().or_else(|| action.get("action")?.as_str()).unwrap_or_default();
    let fits = matches!(word.parse(), Ok(Action::SpecialRouting | Action::AttachEncrypted));
    (filter.removes_subject_keyword() && !fits).then(|| FieldError {
        field: field.to_owned(),
        message: format!(
            "{name} takes a keyword out of the subject, so its action is special_routing or attach_encrypted"
        ),
    })
}

impl Defined for ContentFilter {
    const KIND: Kind = Kind::ContentFilter;
    const WHAT: &'static str = "content filter";
    const OF_SYSTEM: bool = false;
    const LIST: UseCase = UseCase::ListContentFilters;
    const ADD: UseCase = UseCase::AddContentFilter;
    const EDIT: UseCase = UseCase::EditContentFilter;
    const DELETE: UseCase = UseCase::DeleteContentFilter;

    fn detail(&self) -> String {
        let expressions: usize = self.rules.iter().map(|r| r.expressions.len()).sum();
        format!("{} rules, {expressions} expressions", self.rules.len())
    }

    /// An action that the filter has somewhere must still fit it.
    async fn misfits(c: &mut Connection, d: &Definition<Self>) -> Result<Vec<FieldError>, Error> {
        if d.id == 0 || !d.body.removes_subject_keyword() {
            return Ok(Vec::new());
        }
        let key = d.name.to_lowercase();
        for p in store::reference::setting(c, d.account, "content_filters").await? {
            for path in reference::FILTERS {
                let Some(Json::Object(map)) = p.settings.get(path) else { continue };
                let action = map.iter().find(|(name, _)| name.to_lowercase() == key).map(|(_, action)| action);
                if let Some(mut wrong) = action.and_then(|a| action_problem(&d.name, &d.body, a, "rules")) {
                    wrong.message = format!("{}; at {} it is another", wrong.message, p.place);
                    return Ok(vec![wrong]);
                }
            }
        }
        Ok(Vec::new())
    }

    async fn uses(c: &mut Connection, d: &Definition<Self>) -> Result<Vec<String>, Error> {
        reference::of_filter(c, d).await
    }

    /// The places where it is active call it by its new name.
    async fn rename(c: &mut Connection, before: &Definition<Self>, name: &str) -> Result<Vec<Touched>, Error> {
        let mut touched = Vec::new();
        for place in store::definition::places(c, before.id).await? {
            match place {
                Place::Domain(id) => {
                    if let Some(mut d) = store::domain::get(c, id).await?
                        && reference::rename_filter(&mut d.settings, &before.name, name)?
                    {
                        store::domain::update(c, &d).await?;
                        touched.push(Touched::Domain(d.id));
                    }
                }
                Place::Outbound(id) => {
                    if let Some(mut o) = store::outbound::get(c, id).await?
                        && reference::rename_filter(&mut o.settings, &before.name, name)?
                    {
                        store::outbound::put(c, &o).await?;
                        touched.push(Touched::Outbound);
                    }
                }
            }
        }
        // Elsewhere only settings name it, and those are others' to change.
        let key = before.name.to_lowercase();
        let mut still = Vec::new();
        for p in store::reference::setting(c, before.account, "content_filters").await? {
            let names = |path: &&str| match p.settings.get(path) {
                Some(Json::Object(map)) => map.keys().any(|n| n.to_lowercase() == key),
                _ => false,
            };
            if key != name.to_lowercase() && reference::FILTERS.iter().any(names) {
                still.push(p.place.clone());
            }
        }
        if still.is_empty() {
            return Ok(touched);
        }
        Err(super::in_use(Self::WHAT, &before.name, &still, "settings there name it; it keeps its name as long"))
    }
}
