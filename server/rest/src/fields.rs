//! What serde says is wrong, as field and sentence.

use crate::error::FieldProblem;

/// `path`: where in the document; `message`: serde's words, with or without the position.
pub fn problem(path: &str, message: &str) -> FieldProblem {
    let message = message.rsplit_once(" at line ").map_or(message, |(text, _)| text);
    let path = if path == "." { "" } else { path };
    if let Some((name, rest)) = quoted(message, "unknown field ") {
        let known: Vec<&str> = rest.split('`').skip(1).step_by(2).collect();
        let message = match known.as_slice() {
            [] => "There is no such field; there are none here.".to_owned(),
            known => format!("There is no such field; known are {}.", known.join(", ")),
        };
        return FieldProblem { field: join(path, name), message };
    }
    if let Some((name, _)) = quoted(message, "missing field ") {
        return FieldProblem { field: join(path, name), message: "This field is needed.".into() };
    }
    if let Some((name, _)) = quoted(message, "duplicate field ") {
        return FieldProblem { field: join(path, name), message: "This field is there twice.".into() };
    }
    FieldProblem { field: path.to_owned(), message: message.to_owned() }
}

/// The name between back quotes that follows `start`, and what comes after it.
fn quoted<'a>(message: &'a str, start: &str) -> Option<(&'a str, &'a str)> {
    message.strip_prefix(start)?.strip_prefix('`')?.split_once('`')
}

fn join(path: &str, name: &str) -> String {
    match path {
        "" => name.to_owned(),
        p if p == name || p.ends_with(&format!(".{name}")) => p.to_owned(),
        p => format!("{p}.{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_field_is_named_and_what_would_be_accepted() {
        let of = |path, message| {
            let p = problem(path, message);
            (p.field, p.message)
        };
        assert_eq!(
            of(".", "unknown field `nam`, expected one of `name`, `account` at line 1 column 7"),
            ("nam".into(), "There is no such field; known are name, account.".into())
        );
        assert_eq!(of("a[0]", "missing field `name`"), ("a[0].name".into(), "This field is needed.".into()));
        assert_eq!(of("limit", "invalid digit found in string").0, "limit");
    }
}
