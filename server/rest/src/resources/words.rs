//! The model's words as the document lists them.

use model::view::{Feature, MailboxAccess};
use model::{Action, Category, Direction, Disposition};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// A type of the document that lists all words of a type of the model.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident, $text:literal, $model:ty, $word:expr;)*) => { $(
        $(#[$doc])*
        pub struct $name;
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .description(Some($text))
                    .enum_values(Some(<$model>::ALL.iter().copied().map($word)))
                    .into()
            }
        }
        impl ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                stringify!($model).into()
            }
        }
    )* };
}

words! {
    CategoryWord, "What a message was found to be.", Category, Category::code;
    ActionWord, "What is done with a message.", Action, Action::as_str;
    DirectionWord, "Which way a message goes.", Direction, Direction::as_str;
    FeatureWord, "What an account may be licensed for.", Feature, Feature::as_str;
    MailboxAccessWord, "Whether the owner of a mailbox may use the Personal Dashboard and gets digests: default is as its settings say.", MailboxAccess, MailboxAccess::as_str;
    DispositionWord, "What became of a message.", Disposition, Disposition::as_str;
}
