//! What is particular about notifications (guide chapter 11).

use super::Defined;
use crate::{Error, UseCase};
use model::FieldError;
use model::definition::Notification;
use store::Connection;
use store::definition::{Definition, Kind};

impl Defined for Notification {
    const KIND: Kind = Kind::Notification;
    const WHAT: &'static str = "notification";
    const OF_SYSTEM: bool = true;
    const LIST: UseCase = UseCase::ListNotifications;
    const ADD: UseCase = UseCase::AddNotification;
    const EDIT: UseCase = UseCase::EditNotification;
    const DELETE: UseCase = UseCase::DeleteNotification;

    fn detail(&self) -> String {
        self.event_type.label().to_owned()
    }

    /// Some events are the system's, and conditions name what is the account's.
    async fn misfits(c: &mut Connection, d: &Definition<Self>) -> Result<Vec<FieldError>, Error> {
        let Some(account) = d.account else { return Ok(Vec::new()) };
        let mut wrong = Vec::new();
        if d.body.event_type.of_system() {
            let message = format!("{} is about the whole system, not about an account", d.body.event_type.label());
            wrong.push(FieldError { field: "event_type".into(), message });
        }
        if let Some(feature) = d.body.event_type.needs()
            && crate::layers::off(c, Some(account)).await?.contains(feature)
        {
            let message = format!("the account does not have {}", feature.label());
            wrong.push(FieldError { field: "event_type".into(), message });
        }
        for (i, name) in d.body.conditions.domain_name.iter().enumerate() {
            if store::domain::by_name(c, name).await?.is_none_or(|found| found.account != account) {
                let message = format!("the account has no domain {name}");
                wrong.push(FieldError { field: format!("conditions.domain_name[{i}]"), message });
            }
        }
        Ok(wrong)
    }

    /// Account and event stay; a new notification takes another's place (guide chapter 11 "Editing a Notification").
    fn change_problem(&self, after: &Self) -> Option<FieldError> {
        (self.event_type != after.event_type).then(|| FieldError {
            field: "event_type".into(),
            message: "the event of a notification stays: add another notification, and delete this one".into(),
        })
    }
}
