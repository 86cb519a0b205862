//! Traffic by hour and category as stacked bars. The geometry is pure and the same everywhere; the browser
//! only adds what stands under the pointer.

use crate::ui::{Family, Icon, format};
use leptos::prelude::*;
use model::Timestamp;
use model::time::{DAY, HOUR};
use model::view::TrafficHour;

const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 260.0;
const LEFT: f64 = 52.0;
const RIGHT: f64 = 8.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 28.0;
/// Every fourth bar is named below: four hours, or a day.
const LABEL_EVERY: usize = 4;

/// A family's part of a bar, in the units of the drawing.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    pub family: Family,
    pub count: u64,
    pub y: f64,
    pub height: f64,
}

/// What came in one span of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    pub from: Timestamp,
    pub x: f64,
    pub width: f64,
    pub total: u64,
    pub parts: Vec<Part>,
}

/// The drawing: zero based, one scale.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    pub bars: Vec<Bar>,
    pub step: i64,
    /// (value, y) of the lines.
    pub lines: Vec<(u64, f64)>,
    /// Sum of each family that occurs, in the order of [`Family::ALL`].
    pub families: Vec<(Family, u64)>,
    pub total: u64,
}

/// The span of a bar for a range: an hour up to two days, six hours beyond.
pub fn step(from: Timestamp, to: Timestamp) -> i64 {
    if to.since(from) <= 2 * DAY { HOUR } else { 6 * HOUR }
}

/// The smallest of 1, 2 or 5 times a power of ten that is not below `n` divided by four, so that four lines hold it.
fn line_step(n: u64) -> u64 {
    let wanted = n.div_ceil(4).max(1);
    let mut power = 1u64;
    loop {
        for factor in [1, 2, 5] {
            let step = power.saturating_mul(factor);
            if step >= wanted {
                return step;
            }
        }
        match power.checked_mul(10) {
            Some(next) => power = next,
            None => return u64::MAX,
        }
    }
}

/// Lays the bars out. Counts outside `from..to` are left out.
pub fn layout(traffic: &[TrafficHour], from: Timestamp, to: Timestamp) -> Layout {
    let step = step(from, to);
    let start = from.0.div_euclid(step) * step;
    let n = usize::try_from((to.0 - start + step - 1) / step).unwrap_or(0).clamp(1, 1_000);
    let mut counts = vec![vec![0u64; Family::ALL.len()]; n];
    for t in traffic {
        let bar = usize::try_from((t.hour.0 - start).div_euclid(step)).ok().and_then(|i| counts.get_mut(i));
        let family = Family::ALL.iter().position(|f| *f == Family::of(t.category));
        if let (Some(bar), Some(family)) = (bar, family) {
            bar[family] += t.count;
        }
    }
    let most = counts.iter().map(|b| b.iter().sum::<u64>()).max().unwrap_or(0);
    let line = line_step(most);
    let top = line.saturating_mul(most.div_ceil(line).max(1));
    let plot = HEIGHT - TOP - BOTTOM;
    let scale = |count: u64| count as f64 / top as f64 * plot;
    let slot = (WIDTH - LEFT - RIGHT) / n as f64;
    let bars = counts
        .iter()
        .enumerate()
        .map(|(i, counts)| {
            let mut below = 0;
            let parts = Family::ALL
                .iter()
                .zip(counts)
                .filter(|(_, count)| **count > 0)
                .map(|(family, &count)| {
                    below += count;
                    Part { family: *family, count, y: TOP + plot - scale(below), height: scale(count) }
                })
                .collect();
            let from = Timestamp(start + step * i64::try_from(i).unwrap_or(0));
            Bar { from, x: LEFT + slot * i as f64, width: slot, total: below, parts }
        })
        .collect();
    let lines = (0..=top / line).map(|i| (i * line, TOP + plot - scale(i * line))).collect();
    let families: Vec<_> = Family::ALL
        .iter()
        .enumerate()
        .map(|(i, f)| (*f, counts.iter().map(|b| b[i]).sum()))
        .filter(|(_, sum)| *sum > 0)
        .collect();
    let total = families.iter().map(|(_, sum)| sum).sum();
    Layout { bars, step, lines, families, total }
}

/// `2026-11-24 10:00–11:00: 12 messages (10 Clean, 2 Spam)`.
pub fn describe(bar: &Bar, step: i64) -> String {
    let until = format::minute(bar.from.plus(step));
    let span = format!("{}–{} UTC", format::minute(bar.from), &until[11..]);
    if bar.total == 0 {
        return format!("{span}: no messages");
    }
    let parts: Vec<_> =
        bar.parts.iter().rev().map(|p| format!("{} {}", format::thousands(p.count), p.family.label())).collect();
    format!("{span}: {} ({})", format::count(bar.total, "message", "messages"), parts.join(", "))
}

/// One decimal, so that the text is the same on both sides.
fn at(n: f64) -> String {
    format!("{n:.1}")
}

/// The chart with its legend and its table.
#[component]
pub fn TrafficChart(traffic: Vec<TrafficHour>, from: Timestamp, to: Timestamp) -> impl IntoView {
    let chart = layout(&traffic, from, to);
    let step = chart.step;
    let detail = RwSignal::new(String::new());
    let summary = format!(
        "Messages from {} to {} UTC, stacked by category. {} in all.",
        format::minute(from),
        format::minute(to),
        format::count(chart.total, "message", "messages")
    );
    let lines = chart
        .lines
        .iter()
        .map(|(value, y)| {
            view! {
                <line class="grid" x1=at(LEFT) x2=at(WIDTH - RIGHT) y1=at(*y) y2=at(*y) />
                <text x=at(LEFT - 8.0) y=at(*y + 4.0) text-anchor="end">{format::thousands(*value)}</text>
            }
        })
        .collect_view();
    let labels = chart
        .bars
        .iter()
        .enumerate()
        .filter(|(i, _)| i % LABEL_EVERY == 0)
        .map(|(_, bar)| {
            let text = format::minute(bar.from);
            let text = if step == HOUR { text[11..].to_owned() } else { text[5..10].to_owned() };
            view! { <text x=at(bar.x + 1.0) y=at(HEIGHT - 8.0)>{text}</text> }
        })
        .collect_view();
    let bars = chart.bars.iter().map(|bar| {
        let text = describe(bar, step);
        let (hover, focus, label) = (text.clone(), text.clone(), text.clone());
        let gap = (bar.width * 0.12).clamp(0.5, 4.0);
        view! {
            <g class="col" tabindex="0" role="img" aria-label=label
                on:mouseenter=move |_| detail.set(hover.clone()) on:focus=move |_| detail.set(focus.clone())>
                <title>{text}</title>
                <rect class="hit" x=at(bar.x) y=at(TOP) width=at(bar.width) height=at(HEIGHT - TOP - BOTTOM) />
                {bar.parts.iter().map(|p| view! {
                    <rect class=format!("part {}", p.family.class()) x=at(bar.x + gap) y=at(p.y) width=at(bar.width - 2.0 * gap) height=at(p.height) />
                }).collect_view()}
            </g>
        }
    }).collect_view();
    let legend = chart
        .families
        .iter()
        .rev()
        .map(|(family, sum)| {
            view! {
                <li class=family.class()>
                    <span class="swatch"></span><Icon name=family.icon() />{family.label()}
                    <span class="soft">{format::thousands(*sum)}</span>
                </li>
            }
        })
        .collect_view();
    view! {
        <figure>
            <div class="chart-scroll" role="region" aria-label="Chart" tabindex="0">
                <svg class="chart" viewBox=format!("0 0 {WIDTH} {HEIGHT}") role="group" aria-labelledby="chart-title chart-desc">
                    <title id="chart-title">"Traffic by category"</title>
                    <desc id="chart-desc">{summary.clone()}</desc>
                    {lines}
                    {bars}
                    <line class="base" x1=at(LEFT) x2=at(WIDTH - RIGHT) y1=at(HEIGHT - BOTTOM) y2=at(HEIGHT - BOTTOM) />
                    {labels}
                </svg>
            </div>
            <p class="chart-detail">{move || { let d = detail.get(); if d.is_empty() { summary.clone() } else { d } }}</p>
            <figcaption><ul class="legend-list">{legend}</ul></figcaption>
        </figure>
        <ChartTable chart />
    }
}

/// The same figures as a table.
#[component]
fn ChartTable(chart: Layout) -> impl IntoView {
    let families: Vec<Family> = chart.families.iter().map(|(f, _)| *f).collect();
    let rows = chart.bars.iter().filter(|b| b.total > 0).map(|bar| {
        let cells = families.iter().map(|f| {
            let count = bar.parts.iter().find(|p| p.family == *f).map_or(0, |p| p.count);
            view! { <td class="num">{format::thousands(count)}</td> }
        }).collect_view();
        view! { <tr><th scope="row">{format::minute(bar.from)}</th><td class="num">{format::thousands(bar.total)}</td>{cells}</tr> }
    }).collect_view();
    view! {
        <details class="mt-3">
            <summary class="small">"Show as table"</summary>
            <div class="scroll-x mt-2" role="region" aria-label="Traffic as a table" tabindex="0">
                <table class="plain small">
                    <thead><tr>
                        <th scope="col">"From (UTC)"</th><th scope="col" class="num">"All"</th>
                        {families.iter().map(|f| view! { <th scope="col" class="num">{f.label()}</th> }).collect_view()}
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Action, Category, Direction};
    use proptest::prelude::*;

    fn hour(h: i64, category: Category, count: u64) -> TrafficHour {
        TrafficHour { hour: Timestamp(h * HOUR), category, action: Action::Allow, direction: Direction::Inbound, count }
    }

    #[test]
    fn bars_stack_from_zero_and_fit_below_the_top_line() {
        let c = layout(
            &[hour(1, Category::Clean, 30), hour(1, Category::Spam, 10), hour(2, Category::Virus, 5)],
            Timestamp(0),
            Timestamp(DAY),
        );
        assert_eq!((c.bars.len(), c.total), (24, 45));
        let bar = &c.bars[1];
        assert_eq!((bar.total, bar.parts[0].family, bar.parts[1].family), (40, Family::Clean, Family::Spam));
        assert!((bar.parts[0].y + bar.parts[0].height - (HEIGHT - BOTTOM)).abs() < 1e-6);
        assert!((bar.parts[1].y + bar.parts[1].height - bar.parts[0].y).abs() < 1e-6);
        assert_eq!(c.lines.last().map(|l| l.0), Some(40));
        assert_eq!(describe(bar, c.step), "1970-01-01 01:00–02:00 UTC: 40 messages (10 Spam, 30 Clean)");
    }
    #[test]
    fn no_traffic_is_a_drawing_too() {
        let c = layout(&[], Timestamp(0), Timestamp(DAY));
        assert_eq!((c.total, c.lines.len()), (0, 2));
        assert_eq!(describe(&c.bars[0], c.step), "1970-01-01 00:00–01:00 UTC: no messages");
    }
    #[test]
    fn a_week_has_a_bar_for_six_hours() {
        assert_eq!(layout(&[], Timestamp(0), Timestamp(7 * DAY)).bars.len(), 28);
    }
    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_leaves_the_drawing(items in prop::collection::vec((0i64..200, 0usize..28, 0u64..1_000_000), 0..60)) {
            let traffic: Vec<_> = items.iter().map(|(h, c, n)| hour(*h, Category::ALL[*c], *n)).collect();
            let c = layout(&traffic, Timestamp(0), Timestamp(7 * DAY));
            let wanted: u64 = items.iter().filter(|(h, _, _)| *h < 168).map(|(_, _, n)| n).sum();
            prop_assert_eq!(c.total, wanted);
            for part in c.bars.iter().flat_map(|b| &b.parts) {
                prop_assert!(part.y >= TOP - 1e-6 && part.y + part.height <= HEIGHT - BOTTOM + 1e-6 && part.height >= 0.0);
            }
            prop_assert!(c.lines.len() <= 6);
        }
    }
}
