//! Brands (guide chapters 2 and 14): the system's administrators'.

use super::{ApiError, Notice};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use model::view::detail::BrandDetail;

#[server(name = GetBrand, prefix = "/fn", endpoint = "brand", input = GetUrl)]
pub async fn brand(id: i64) -> Result<BrandDetail, ApiError> {
    use super::context::{fail, reader};
    use super::settings::place;
    use model::view::detail::May;
    use service::{SettingsOf, UseCase, permits};
    let (service, actor) = reader()?;
    let found = service.brand(&actor, id).await.map_err(fail)?;
    Ok(BrandDetail {
        id,
        name: found.name,
        host: found.host.unwrap_or_default(),
        created: found.created,
        may: May {
            edit: permits(actor.role, UseCase::EditBrand),
            delete: permits(actor.role, UseCase::DeleteBrand),
            move_it: false,
        },
        settings: place::read(&service, &actor, SettingsOf::Brand(id)).await.map_err(fail)?,
    })
}

#[server(name = AddBrand, prefix = "/fn", endpoint = "brand_add")]
pub async fn add_brand(form_token: String, name: String, #[server(default)] host: String) -> Result<Notice, ApiError> {
    use super::context::{fail, writer};
    let (service, actor) = writer(&form_token)?;
    let id = service.add_brand(&actor, &name, &host).await.map_err(fail)?;
    Ok(Notice::new(format!("Brand {} added", name.trim())).to(format!("/admin/brands/{id}")))
}

#[server(name = ChangeBrand, prefix = "/fn", endpoint = "brand_change")]
pub async fn change_brand(form_token: String, id: i64, #[server(default)] host: String) -> Result<Notice, ApiError> {
    use super::context::{fail, writer};
    let (service, actor) = writer(&form_token)?;
    service.change_brand(&actor, id, &host).await.map_err(fail)?;
    Ok(Notice::new("Brand saved."))
}
