//! How pages look by the host name of the request, and where links in mail lead (guide chapters 2 and 14).

use crate::world::{World, system};
use model::*;
use serde_json::json;
use service::{AccountChange, Picture, SettingsOf};

/// A PNG of one pixel.
const PIXEL: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

async fn house(w: &World) -> i64 {
    let s = &w.service;
    let id = s.add_brand(&system(), "house", "mail.house.test").await.unwrap();
    let changes = [
        ("branding.personal_logo".to_owned(), json!(format!("data:image/png;base64,{PIXEL}"))),
        ("branding.admin_logo_color".into(), json!("#ffee00")),
        ("personal_pages.login_label".into(), json!({"en": "House login"})),
        ("personal_pages.show_forgot_password".into(), json!(false)),
    ];
    s.change_settings(&system(), SettingsOf::Brand(id), &changes).await.unwrap();
    id
}

#[tokio::test]
async fn pages_look_as_the_brand_that_has_the_host_and_no_other_name_changes_anything() {
    let w = World::new().await;
    let s = &w.service;
    house(&w).await;
    let plain = s.look("filter.test", None).await.unwrap();
    assert_eq!(plain, model::view::look::Look::default());
    let look = s.look("MAIL.house.test:8443", None).await.unwrap();
    assert_eq!((look.name.as_str(), look.login_label.as_str(), look.forgot), ("house", "House login", false));
    assert_eq!(look.colors, Some(("#ffee00".into(), "#000000".into())), "white cannot be read on yellow");
    assert!(look.personal_logo.starts_with("/brand/personal-logo?") && look.admin_logo.is_empty());
    for other in ["house.test", "x.mail.house.test", "mail.house.test.evil.test", "mail.house.test/", ""] {
        assert_eq!(s.look(other, None).await.unwrap(), plain, "{other}");
    }
    let (kind, bytes) = s.picture("mail.house.test", None, Picture::PersonalLogo).await.unwrap().unwrap();
    assert!(kind == "image/png" && bytes.starts_with(b"\x89PNG"));
    assert_eq!(s.picture("filter.test", None, Picture::PersonalLogo).await.unwrap(), None);
    assert_eq!(s.picture("mail.house.test", None, Picture::Icon).await.unwrap(), None);
}

#[tokio::test]
async fn whoever_is_logged_in_sees_what_the_account_has_of_its_own() {
    let w = World::new().await;
    let s = &w.service;
    let brand = house(&w).await;
    let bob = w.owner("bob@acme.test").await;
    let change = AccountChange { brand: Some(Some(brand)), ..AccountChange::default() };
    s.change_account(&system(), AccountId(1), &change).await.unwrap();
    assert_eq!(s.look("filter.test", Some(&bob)).await.unwrap().name, "house");
    let joe = w.owner("joe@other.test").await;
    assert_eq!(s.look("filter.test", Some(&joe)).await.unwrap().name, "Postern");
    let own = [("branding.admin_logo_color".to_owned(), json!("#003300"))];
    s.change_settings(&system(), SettingsOf::Account(AccountId(1)), &own).await.unwrap();
    let look = s.look("mail.house.test", Some(&bob)).await.unwrap();
    assert_eq!(look.colors, Some(("#003300".into(), "#ffffff".into())));
    assert_eq!(s.look("mail.house.test", None).await.unwrap().colors.unwrap().0, "#ffee00");
}

#[tokio::test]
async fn links_in_mail_lead_to_the_configured_host_of_the_brand() {
    let w = World::new().await;
    let s = &w.service;
    let brand = house(&w).await;
    let bob = w.mailbox("bob@acme.test").await.id;
    let due =
        async || s.digest_content(&system(), &s.digest_until_now(&system(), bob).await.unwrap()).await.unwrap().url;
    assert_eq!(due().await, "https://filter.test");
    let change = AccountChange { brand: Some(Some(brand)), ..AccountChange::default() };
    s.change_account(&system(), AccountId(1), &change).await.unwrap();
    assert_eq!(due().await, "https://mail.house.test");
    let own = [("branding.dashboard_url".to_owned(), json!("https://post.acme.test/"))];
    s.change_settings(&system(), SettingsOf::Account(AccountId(1)), &own).await.unwrap();
    assert_eq!(due().await, "https://post.acme.test");
}
