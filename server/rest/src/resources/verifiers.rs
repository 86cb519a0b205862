//! Verifiers: who says whether a recipient exists and whether a password is right (guide chapter 9).

use model::definition::Verifier as Body;

super::definition::definitions!(
    Body,
    "/verifiers",
    "/verifiers/{id}",
    "verifiers",
    "verifiers:read",
    "verifiers:write",
    "list_verifiers",
    "add_verifier",
    "get_verifier",
    "change_verifier",
    "delete_verifier"
);
