//! Notifications: mail to administrators when something happens (guide chapter 11).

use model::definition::Notification as Body;

super::definition::definitions!(
    Body,
    "/notifications",
    "/notifications/{id}",
    "notifications",
    "notifications:read",
    "notifications:write",
    "list_notifications",
    "add_notification",
    "get_notification",
    "change_notification",
    "delete_notification"
);
