//! The six tiles of the home page: what each shows, moving them, choosing them (guide chapter 3 "Customizing the
//! Dashboard Tiles").

use super::home::{Deferred, Recent};
use crate::api::overview::{ChooseTiles, MoveTile, tiles};
use crate::ui::chart::TrafficChart;
use crate::ui::{ActForm, Family, FormErrors, Icon, PageHead, Time, format, load, me, use_act};
use leptos::ev::DragEvent;
use leptos::prelude::*;
use model::view::{HomeData, TrafficHour};
use model::{TILES, Tile};
use std::collections::BTreeMap;

/// The tiles in their order. With script they are dragged by their titles; the buttons work always.
pub(super) fn grid(home: HomeData) -> AnyView {
    let order = StoredValue::new(home.tiles.clone());
    let dragged = RwSignal::new(None::<Tile>);
    let choose = ServerAction::<ChooseTiles>::new();
    let (token, refresh) = (me().map(|m| m.form_token).unwrap_or_default(), crate::ui::use_refresh());
    Effect::new(move |_| {
        if matches!(choose.value().get(), Some(Ok(_))) {
            refresh.update(|n| *n += 1);
        }
    });
    let token = StoredValue::new(token);
    let drop_on = move |target: Tile| {
        let Some(moved) = dragged.get_untracked().filter(|t| *t != target) else { return };
        let mut tiles = order.get_value();
        if let (Some(from), Some(to)) =
            (tiles.iter().position(|t| *t == moved), tiles.iter().position(|t| *t == target))
        {
            let tile = tiles.remove(from);
            tiles.insert(to, tile);
            let tiles = tiles.iter().map(|t| t.as_str().to_owned()).collect();
            choose.dispatch(ChooseTiles { form_token: token.get_value(), tiles });
        }
    };
    let count = home.tiles.len();
    let cards = home.tiles.clone().into_iter().enumerate().map(|(at, tile)| {
        let over = RwSignal::new(false);
        let class = if tile == Tile::Traffic { "card across" } else { "card" };
        let id = format!("tile-{}", tile.as_str());
        let heading = id.clone();
        view! {
            <section class=class class:over=move || over.get() aria-labelledby=id data-tile=tile.as_str()
                on:dragover=move |e: DragEvent| if dragged.get_untracked().is_some() { e.prevent_default(); over.set(true) }
                on:dragleave=move |_| over.set(false)
                on:drop=move |e: DragEvent| { e.prevent_default(); over.set(false); drop_on(tile) }>
                <div class="board-head" draggable="true"
                    on:dragstart=move |_| dragged.set(Some(tile)) on:dragend=move |_| dragged.set(None)>
                    <h2 id=heading>{title(tile, &home)}</h2>
                    <Move tile first=at == 0 last=at + 1 == count />
                </div>
                {content(tile, &home)}
            </section>
        }
        .into_any()
    });
    view! { <div class="board">{cards.collect::<Vec<_>>()}</div> }.into_any()
}

#[component]
fn Move(tile: Tile, first: bool, last: bool) -> impl IntoView {
    let act = use_act::<MoveTile>();
    let button = move |way: &'static str, icon: &'static str, word: &'static str, off: bool| {
        let label = format!("Move {} {word}", tile.label());
        view! { <button class="btn quiet icon-only" type="submit" name="way" value=way aria-label=label disabled=off><Icon name=icon /></button> }.into_any()
    };
    view! {
        <ActForm act class="">
            <input type="hidden" name="tile" value=tile.as_str() />
            {button("back", "up", "back", first)}
            {button("on", "down", "on", last)}
        </ActForm>
    }
    .into_any()
}

/// Lists are headed with how many there are in all.
fn title(tile: Tile, home: &HomeData) -> String {
    match tile {
        Tile::Domains => format!("{} ({})", tile.label(), format::thousands(home.overview.domains)),
        Tile::Quarantine => format!("{} ({})", tile.label(), format::thousands(home.overview.quarantined)),
        _ => tile.label().to_owned(),
    }
}

fn content(tile: Tile, home: &HomeData) -> AnyView {
    let o = &home.overview;
    match tile {
        Tile::Traffic => view! { <TrafficChart traffic=o.traffic.clone() from=o.from to=o.to /> }.into_any(),
        Tile::Categories => categories(&o.traffic),
        Tile::Queue => view! { <Deferred rows=o.deferred.clone() /> }.into_any(),
        Tile::Quarantine => view! { <Recent rows=o.recent.clone() /> }.into_any(),
        Tile::TopSenders => counted(&home.top_senders, "No held mail in this time."),
        Tile::Mailboxes => counted(&home.top_recipients, "No held mail in this time."),
        Tile::Domains => domains(home),
        Tile::Alerts if o.alerts.is_empty() => view! { <p class="soft">"Nothing needs attention."</p> }.into_any(),
        Tile::Alerts => {
            let lines = o
                .alerts
                .iter()
                .map(|a| view! { <li class="flex gap-2"><Icon name="alert" /><span>{a.clone()}</span></li> });
            view! { <ul class="grid gap-2">{lines.collect::<Vec<_>>()}</ul> }.into_any()
        }
        Tile::Audit => audit(home),
        Tile::System => {
            let facts =
                home.system.iter().map(|(name, value)| view! { <dt>{name.clone()}</dt><dd>{value.clone()}</dd> });
            view! { <dl class="facts">{facts.collect::<Vec<_>>()}</dl> }.into_any()
        }
    }
}

/// Messages by family, most first, with their part of all.
fn categories(traffic: &[TrafficHour]) -> AnyView {
    let mut sums: BTreeMap<Family, u64> = BTreeMap::new();
    for hour in traffic {
        *sums.entry(Family::of(hour.category)).or_default() += hour.count;
    }
    let total: u64 = sums.values().sum();
    if total == 0 {
        return view! { <p class="soft">"No mail in this time."</p> }.into_any();
    }
    let mut sums: Vec<_> = sums.into_iter().collect();
    sums.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    let rows = sums.into_iter().map(|(family, n)| {
        view! {
            <tr class=family.class()>
                <th scope="row"><span class="flex items-center gap-2"><span class="swatch"></span><Icon name=family.icon() />{family.label()}</span></th>
                <td class="num">{format::thousands(n)}</td>
                <td class="num">{format!("{} %", (n * 100 + total / 2) / total)}</td>
            </tr>
        }
    });
    view! { <table class="plain"><thead class="sr-only"><tr><th scope="col">"Category"</th><th scope="col">"Messages"</th><th scope="col">"Part"</th></tr></thead><tbody>{rows.collect::<Vec<_>>()}</tbody></table> }.into_any()
}

fn counted(rows: &[(String, u64)], none: &'static str) -> AnyView {
    if rows.is_empty() {
        return view! { <p class="soft">{none}</p> }.into_any();
    }
    let rows = rows.iter().map(|(name, n)| {
        let to = format!("/admin/quarantine?q={}", crate::query::encode(name));
        view! { <tr><th scope="row"><a href=to>{name.clone()}</a></th><td class="num">{format::thousands(*n)}</td></tr> }
    });
    view! { <table class="plain"><thead class="sr-only"><tr><th scope="col">"Address"</th><th scope="col">"Held"</th></tr></thead><tbody>{rows.collect::<Vec<_>>()}</tbody></table> }.into_any()
}

fn domains(home: &HomeData) -> AnyView {
    if home.domains.is_empty() {
        return view! { <p class="soft">"No domains yet."</p> }.into_any();
    }
    let rows = home.domains.iter().map(|d| {
        let mailboxes = format::count(d.mailboxes, "mailbox", "mailboxes");
        view! { <tr><th scope="row"><a href=format!("/admin/domains/{}", d.id)>{d.name.clone()}</a></th><td class="num">{mailboxes}</td></tr> }
    });
    view! {
        <table class="plain"><thead class="sr-only"><tr><th scope="col">"Domain"</th><th scope="col">"Mailboxes"</th></tr></thead><tbody>{rows.collect::<Vec<_>>()}</tbody></table>
        <p class="mt-4"><a href="/admin/domains">"All domains"</a></p>
    }
    .into_any()
}

fn audit(home: &HomeData) -> AnyView {
    let rows = home.audit.iter().map(|a| {
        view! { <li class="flex flex-wrap gap-x-3"><code>{a.act.clone()}</code><span class="min-w-0 flex-1">{a.object.clone()}</span><span class="soft small">{a.actor.clone()}" "<Time at=a.at /></span></li> }
    });
    view! {
        <ul class="grid gap-2">{rows.collect::<Vec<_>>()}</ul>
        <p class="mt-4"><a href="/admin/audit">"The whole trail"</a></p>
    }
    .into_any()
}

/// Chooses all six on one page, which needs no script.
#[component]
pub fn Choose() -> impl IntoView {
    let data = Resource::new_blocking(|| (), |()| tiles());
    view! {
        <PageHead title="Choose tiles" up=vec![("/admin".into(), "Home".into())] />
        {load(data, |(chosen, allowed)| choose(&chosen, &allowed))}
    }
    .into_any()
}

fn choose(chosen: &[Tile], allowed: &[Tile]) -> AnyView {
    let act = use_act::<ChooseTiles>();
    let places = (0..TILES.min(allowed.len())).map(|n| {
        let id = format!("f-tile-{n}");
        let options = allowed.iter().map(|t| {
            let on = chosen.get(n) == Some(t);
            view! { <option value=t.as_str() selected=on>{t.label()}</option> }
        });
        view! {
            <div class="field">
                <label for=id.clone()>{format!("Tile {}", n + 1)}</label>
                <select class="input" id=id name="tiles[]">{options.collect::<Vec<_>>()}</select>
            </div>
        }
        .into_any()
    });
    let places: Vec<AnyView> = places.collect();
    view! {
        <ActForm act>
            <FormErrors />
            {places}
            <div class="form-acts">
                <button class="btn primary" type="submit">"Save"</button>
                <a class="btn quiet" href="/admin">"Cancel"</a>
            </div>
        </ActForm>
    }
    .into_any()
}
