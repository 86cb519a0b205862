//! RBL: the source is on a list in the DNS that the operator named (guide chapter 6 "RBL").

use crate::{Context, finding::decisive};
use model::{Category, Direction, Finding};

pub fn run(context: &Context<'_>, out: &mut Vec<Finding>) {
    let lists = &context.evidence.block_lists;
    if context.session.direction == Direction::Inbound && !lists.is_empty() {
        let ip = context.session.client_ip;
        out.push(decisive("rbl", Category::Rbl, format!("{ip} is listed by {}", lists.join(", "))));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysers::case::Case;

    #[test]
    fn a_listed_source_is_told_with_its_lists() {
        let mut case = Case::of("Subject: x\n\nx\n");
        let mut list = Vec::new();
        run(&case.context(), &mut list);
        assert!(list.is_empty());
        case.evidence.block_lists = vec!["bl.test".into()];
        run(&case.context(), &mut list);
        assert_eq!((list[0].category, list[0].info.contains("is listed by bl.test")), (Category::Rbl, true));
    }
}
