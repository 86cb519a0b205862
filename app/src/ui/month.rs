//! What came to a mailbox in a month, by category: one bar and its legend, which is also its table.

use crate::text::named;
use crate::ui::{Family, Icon, format};
use leptos::prelude::*;
use model::Category;

const WIDTH: f64 = 1000.0;

/// Sums by family, in the order of [`Family::ALL`]; those that occur.
pub fn families(month: &[(Category, u64)]) -> Vec<(Family, u64)> {
    let sum = |family: Family| month.iter().filter(|(c, _)| Family::of(*c) == family).map(|(_, n)| n).sum::<u64>();
    Family::ALL.iter().map(|f| (*f, sum(*f))).filter(|(_, n)| *n > 0).collect()
}

/// `86 messages: 80 Clean, 6 Spam`.
pub fn sentence(families: &[(Family, u64)]) -> String {
    let total = families.iter().map(|(_, n)| n).sum();
    let parts: Vec<_> =
        families.iter().map(|(f, n)| format!("{} {}", format::thousands(*n), named(f.label()))).collect();
    let all = counted!("{n} message|{n} messages", total);
    if parts.is_empty() { all } else { format!("{all}: {}", parts.join(", ")) }
}

#[component]
pub fn MonthChart(month: Vec<(Category, u64)>) -> impl IntoView {
    let families = families(&month);
    let total: u64 = families.iter().map(|(_, n)| n).sum();
    if total == 0 {
        return view! { <p class="soft">{t!("No mail came in the last 30 days.")}</p> }.into_any();
    }
    let mut before = 0;
    let parts = families
        .iter()
        .map(|(family, n)| {
            let at = |n: u64| n as f64 / total as f64 * WIDTH;
            let x = at(before);
            before += n;
            view! { <rect class=family.class() x=format!("{x:.1}") y="0" width=format!("{:.1}", at(*n)) height="20" /> }
        })
        .collect_view();
    view! {
        <figure>
            <svg class="month" viewBox="0 0 1000 20" preserveAspectRatio="none" role="img" aria-label=sentence(&families)>
                {parts}
            </svg>
            <figcaption>
                <ul class="legend-list">
                    {families.iter().map(|(family, n)| view! {
                        <li class=family.class()>
                            <span class="swatch"></span><Icon name=family.icon() />{named(family.label())}
                            <span class="soft">{format::thousands(*n)}</span>
                        </li>
                    }).collect_view()}
                </ul>
            </figcaption>
        </figure>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_summed_by_family_and_said_in_words() {
        let list = families(&[(Category::Rbl, 2), (Category::Clean, 1_200), (Category::Spam, 3), (Category::Virus, 0)]);
        assert_eq!(list, [(Family::Clean, 1_200), (Family::Spam, 5)]);
        assert_eq!(sentence(&list), "1,205 messages: 1,200 Clean, 5 Spam");
        assert_eq!(sentence(&[]), "0 messages");
    }
}
