//! Signing keys of a domain (guide chapter 6 "DKIM Options").

use super::{ApiError, Notice};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use model::DomainId;
use model::view::status::DkimPage;

/// The domain's keys, with what the DNS has of each now.
#[server(name = GetDkimKeys, prefix = "/fn", endpoint = "dkim_keys", input = GetUrl)]
pub async fn dkim_keys(domain: DomainId) -> Result<DkimPage, ApiError> {
    use super::context::{fail, reader};
    let (service, actor) = reader()?;
    service.dkim_page(&actor, domain).await.map_err(fail)
}

/// `selector`: empty for one of the settings or of the day.
#[server(name = AddDkimKey, prefix = "/fn", endpoint = "dkim_add")]
pub async fn add_dkim_key(
    form_token: String,
    domain: DomainId,
    algorithm: String,
    #[server(default)] selector: String,
) -> Result<Notice, ApiError> {
    use super::context::{fail, writer};
    use model::UserError;
    let (service, actor) = writer(&form_token)?;
    let algorithm = algorithm.parse().map_err(|_| fail(UserError::field("algorithm", "Choose RSA or Ed25519.")))?;
    service.add_dkim_key(&actor, domain, algorithm, Some(&selector)).await.map_err(fail)?;
    Ok(Notice::new("The key is there. Publish its record now; it does not sign until you let it."))
}

/// `act`: `switch` (signs in the place of the others of its kind), `retire`, `delete`. The
/// last two need `sure`; `unchecked` lets a key sign whose record is not found.
#[server(name = ActOnDkimKey, prefix = "/fn", endpoint = "dkim_act")]
pub async fn act_on_dkim_key(
    form_token: String,
    id: i64,
    #[server(default)] act: String,
    #[server(default)] sure: String,
    #[server(default)] unchecked: String,
) -> Result<Notice, ApiError> {
    use super::context::{fail, writer};
    use model::{ErrorCode, UserError};
    let (service, actor) = writer(&form_token)?;
    if matches!(act.as_str(), "retire" | "delete") && sure != "on" {
        return Err(fail(UserError::field("sure", "Tick the box that says what will happen.")));
    }
    Ok(Notice::new(match act.as_str() {
        "switch" => match service.switch_dkim_key(&actor, id, unchecked == "on").await.map_err(fail)? {
            0 => "The key signs.".to_owned(),
            1 => "The key signs; the one before it is retired.".to_owned(),
            n => format!("The key signs; {n} before it are retired."),
        },
        "retire" => {
            service.set_dkim_key_active(&actor, id, false).await.map_err(fail)?;
            "The key signs no longer. Keep its record for a week.".to_owned()
        }
        "delete" => {
            service.delete_dkim_key(&actor, id).await.map_err(fail)?;
            "The key is deleted. Its record can be taken out of the zone.".to_owned()
        }
        _ => return Err(fail(UserError::new(ErrorCode::Invalid, "Choose what to do with the key."))),
    }))
}
