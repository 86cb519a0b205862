//! A control for every kind of value. Not generic and drawn from the fields alone, so that a form that failed is drawn
//! from what was posted in the same way.

use super::fields::{BLANK_ROWS, DEFAULT, Fields, OWN, has_default_rows, is_select};
use super::words::short;
use leptos::prelude::*;
use model::action::{Action, SUBJECT_TAG_MAX};
use model::settings::{Entry, Kind};
use serde_json::Value as Json;

/// What the controls of one setting have in common.
pub struct Draw<'a> {
    pub fields: &'a Fields,
    /// The setting's, for the names of its parts.
    pub label: &'static str,
    /// Id of the form that the controls are of.
    pub form: &'static str,
    /// What holds below, by key of a map.
    pub below: &'a Json,
    /// Keys of a map that are blocked below.
    pub held: &'a [String],
    /// Nothing is offered that the Encryption Service must do.
    pub in_clear: bool,
    /// For many objects: one may keep what each has.
    pub keep: bool,
}

/// Value and label.
type Choices = Vec<(String, String)>;

fn pair(value: &str, label: impl Into<String>) -> (String, String) {
    (value.to_owned(), label.into())
}

/// What a field is called in the form.
fn posted(name: &str) -> String {
    format!("values[{name}]")
}

impl Draw<'_> {
    fn text(&self, name: &str) -> String {
        self.fields.get(name).cloned().unwrap_or_default()
    }

    /// The control of a setting; its first field has the id `f-path`.
    pub fn setting(&self, kind: &'static Kind, path: &str) -> AnyView {
        let mut first = Vec::new();
        if self.keep {
            first.push(pair("", "Keep as it is"));
        }
        let default = if self.keep {
            "Default: what is below".to_owned()
        } else {
            format!("Default: {}", short(kind, self.below))
        };
        first.push(pair(DEFAULT, default));
        if is_select(kind) {
            return self.value(kind, path, None, first);
        }
        let how = format!("{path}.how");
        if let Kind::Optional { word, label, inner } = kind {
            first.push(pair(word, *label));
            first.push(pair(OWN, "Set to"));
            let own = self.value(inner, path, Some("value".into()), Vec::new());
            return view! { {self.select(&how, path, None, first)}<div class="own">{own}</div> }.into_any();
        }
        first.push(pair(
            OWN,
            if matches!(kind, Kind::Map { .. } | Kind::List { .. }) { "Own entries" } else { "Own value" },
        ));
        let own = self.value(kind, path, Some("own value".into()), Vec::new());
        view! { {self.select(&how, path, None, first)}<div class="own">{own}</div> }.into_any()
    }

    /// `part`: how it is called beside the setting's label; none for the control that the label stands at.
    fn value(&self, kind: &'static Kind, name: &str, part: Option<String>, first: Choices) -> AnyView {
        match kind {
            Kind::Bool => {
                self.words(name, part, first, [("true", "On"), ("false", "Off")].into_iter().map(|(v, l)| pair(v, l)))
            }
            Kind::Choice(choices) => {
                let choices = choices.iter().filter(|(v, _)| self.is_offered(v)).map(|(v, l)| pair(v, *l));
                self.words(name, part, first, choices)
            }
            Kind::OneOf { numbers, unit } => {
                let numbers = numbers.iter().map(|n| pair(&n.to_string(), format!("{n} {unit}")));
                self.words(name, part, first, numbers)
            }
            Kind::Action { allowed, outbound } => {
                let actions =
                    allowed.iter().filter(|a| self.is_offered(a.as_str())).map(|a| pair(a.as_str(), a.label()));
                let select = self.words(name, part.clone(), first, actions);
                let rest = self.action_parts(name, part.as_deref(), *outbound);
                view! { <div class="action">{select}{rest}</div> }.into_any()
            }
            Kind::Optional { word, label, inner } if is_select(inner) => {
                let mut first = first;
                first.push(pair(word, *label));
                self.value(inner, name, part, first)
            }
            Kind::Optional { word, label, inner } => {
                let choices = vec![pair(word, *label), pair(OWN, "Set to")];
                let how = self.select(&format!("{name}.how"), name, part.clone(), choices);
                let own = self.value(inner, name, Some(join(part.as_deref(), "value")), Vec::new());
                view! { {how}<div class="own">{own}</div> }.into_any()
            }
            Kind::Int { min, max, unit } => {
                let input = self.input(name, part, "number", Some((*min, *max)), None);
                let help = format!("{min} to {max}");
                view! { <div class="suffixed short">{input}<span>{format!("{unit} ({help})")}</span></div> }.into_any()
            }
            Kind::Text { max, multiline: true } => self.area(name, part, Some(*max), 4),
            Kind::Text { max, multiline: false } => {
                let input = self.input(name, part, "text", None, Some(*max));
                view! { {input}{limit(format!("At most {max} characters"))} }.into_any()
            }
            Kind::TimeZone => {
                let input = self.input(name, part, "text", None, Some(64));
                view! { {input}{limit("Such as Europe/Berlin".into())} }.into_any()
            }
            Kind::Color => self.input(name, part, "color", None, None),
            Kind::Image { width, height } => self.picture(name, part, *width, *height),
            Kind::One { entry, or_empty } => {
                let input = self.input(name, part, "text", None, Some(2_000));
                let form = shape(*entry);
                view! { {input}{limit(if *or_empty { format!("{form}; may be empty") } else { form.to_owned() })} }
                    .into_any()
            }
            Kind::Hours { max } => self.hours(name, *max),
            Kind::List { entry: Entry::Word(words), max } => self.word_list(name, words, *max),
            Kind::List { entry, max } => {
                let area = self.area(name, part, None, 4);
                view! { {area}{limit(format!("{}, one a line; at most {max}", shape(*entry)))} }.into_any()
            }
            Kind::Map { key, value, max } => self.map(name, *key, value, *max),
            Kind::Record(fields) => fields
                .iter()
                .map(|f| {
                    let control = self.value(
                        &f.kind,
                        &format!("{name}.{}", f.name),
                        Some(join(part.as_deref(), f.label)),
                        Vec::new(),
                    );
                    view! { <div class="part"><span class="small soft">{f.label}</span>{control}</div> }.into_any()
                })
                .collect::<Vec<_>>()
                .into_any(),
        }
    }

    fn is_offered(&self, word: &str) -> bool {
        !(self.in_clear && word == Action::AttachEncrypted.as_str())
    }

    fn words(
        &self,
        name: &str,
        part: Option<String>,
        mut first: Choices,
        rest: impl Iterator<Item = (String, String)>,
    ) -> AnyView {
        first.extend(rest);
        self.select(name, name, part, first)
    }

    /// How the control is called: by the label that is `for` it, or by itself.
    fn aria(&self, part: Option<String>) -> Option<String> {
        part.map(|p| format!("{}: {p}", self.label))
    }

    fn select(&self, name: &str, id: &str, part: Option<String>, choices: Choices) -> AnyView {
        let now = self.text(name);
        let known = choices.iter().any(|(v, _)| *v == now);
        // What was posted or stored and is no choice is shown, so that it is not changed by looking at it.
        let odd = (!known && !now.is_empty())
            .then(|| view! { <option value=now.clone() selected=true>{now.clone()}</option> });
        let options: Vec<AnyView> = choices
            .into_iter()
            .map(|(v, label)| {
                let selected = v == now;
                view! { <option value=v selected=selected>{label}</option> }.into_any()
            })
            .collect();
        let described = part.is_none().then(|| format!("h-{id}"));
        view! {
            <select class="input" id=format!("f-{}", if part.is_none() { id } else { name }) name=posted(name) form=self.form aria-label=self.aria(part) aria-describedby=described>{odd}{options}</select>
        }
        .into_any()
    }

    fn input(
        &self,
        name: &str,
        part: Option<String>,
        kind: &'static str,
        range: Option<(i64, i64)>,
        max: Option<usize>,
    ) -> AnyView {
        let (low, high) = (range.map(|r| r.0), range.map(|r| r.1));
        view! {
            <input class="input" type=kind name=posted(name) form=self.form value=self.text(name) min=low max=high
                maxlength=max.map(|m| m.to_string()) autocomplete="off" spellcheck="false" aria-label=self.aria(part) />
        }
        .into_any()
    }

    fn area(&self, name: &str, part: Option<String>, max: Option<usize>, rows: usize) -> AnyView {
        let text = self.text(name);
        let rows = text.lines().count().clamp(rows, 12).to_string();
        // The first line end after the tag is not part of a textarea's text (HTML, "textarea").
        let text = if text.starts_with('\n') { format!("\n{text}") } else { text };
        view! {
            <textarea class="input" name=posted(name) form=self.form rows=rows maxlength=max.map(|m| m.to_string()) spellcheck="false" aria-label=self.aria(part)>{text}</textarea>
            {max.map(|m| limit(format!("At most {m} characters")))}
        }
        .into_any()
    }

    fn check(&self, name: &str, label: String) -> AnyView {
        let on = self.text(name) == "on";
        view! { <label class="check"><input type="checkbox" name=posted(name) form=self.form value="on" checked=on />{label}</label> }.into_any()
    }

    /// Tag of Markup; of outbound mail also who gets a copy, and whether compliance is overridden.
    fn action_parts(&self, name: &str, part: Option<&str>, outbound: bool) -> AnyView {
        let tag = format!("{name}.tag");
        let aria = self.aria(Some(join(part, "subject tag")));
        let tag = view! {
            <input class="input tag-of" type="text" name=posted(&tag) form=self.form value=self.text(&tag) maxlength=SUBJECT_TAG_MAX.to_string()
                placeholder="Tag" autocomplete="off" aria-label=aria />
        };
        let more = outbound.then(|| {
            let bcc = self.area(&format!("{name}.bcc"), Some(join(part, "blind copies")), None, 2);
            let lifts = self.check(&format!("{name}.override"), "Override Compliance".into());
            let open = !self.text(&format!("{name}.bcc")).is_empty() || self.text(&format!("{name}.override")) == "on";
            view! {
                <details class="more" open=open><summary class="small">"Copies and compliance"</summary>
                    <p class="small soft">"Blind copies to, an address a line"</p>{bcc}{lifts}
                </details>
            }
        });
        view! { {tag}{more} }.into_any()
    }

    fn hours(&self, name: &str, max: usize) -> AnyView {
        let boxes: Vec<AnyView> = (0..24).map(|h| self.check(&format!("{name}.h{h}"), format!("{h:02}:00"))).collect();
        let text = if max == 2 { "One or two hours".to_owned() } else { format!("At most {max} hours") };
        view! { <div class="hours" role="group" aria-label=self.label>{boxes}</div>{limit(text)} }.into_any()
    }

    fn word_list(&self, name: &str, words: &'static [(&'static str, &'static str)], max: usize) -> AnyView {
        let places: Vec<AnyView> = (0..max.min(words.len()))
            .map(|n| {
                let choices =
                    std::iter::once(pair("", "\u{2014}")).chain(words.iter().map(|(v, l)| pair(v, *l))).collect();
                let at = format!("{name}.{n}");
                view! { <li>{self.select(&at, &at, Some((n + 1).to_string()), choices)}</li> }.into_any()
            })
            .collect();
        view! { <ol class="places">{places}</ol> }.into_any()
    }

    /// A row a key, and blank rows for more.
    fn map(&self, name: &str, key: Entry, value: &'static Kind, max: usize) -> AnyView {
        let prefix = format!("{name}.k");
        let filled = self.fields.range(prefix.clone()..).take_while(|(f, _)| f.starts_with(&prefix));
        let mut rows: Vec<usize> = filled.filter_map(|(f, _)| f.strip_prefix(&prefix)?.parse().ok()).collect();
        rows.sort_unstable();
        let next = rows.last().map_or(0, |n| n + 1);
        rows.extend(next..next + BLANK_ROWS);
        let rows: Vec<AnyView> = rows.into_iter().map(|n| self.row(name, n, key, value)).collect();
        view! {
            <div class="rows" data-next=next + BLANK_ROWS>{rows}</div>
            <button class="btn add-row" type="button" data-add=name.to_owned()>"Add row"</button>
            {limit(format!("At most {max} entries. A row without a name is left out."))}
        }
        .into_any()
    }

    fn row(&self, name: &str, n: usize, key: Entry, value: &'static Kind) -> AnyView {
        let (k, v) = (format!("{name}.k{n}"), format!("{name}.v{n}"));
        let now = self.text(&k);
        if self.held.contains(&now) {
            // Blocked below: what is set here would not count.
            let own: Vec<AnyView> = [k.clone()]
                .into_iter()
                .chain(
                    self.fields
                        .range(v.clone()..)
                        .map(|(f, _)| f.clone())
                        .take_while(|f| *f == v || f.starts_with(&format!("{v}."))),
                )
                .map(|f| {
                    view! { <input type="hidden" name=posted(&f) form=self.form value=self.text(&f) /> }.into_any()
                })
                .collect();
            return view! { <div class="map-row"><span class="mono">{now}</span><span>"Block, as the domain says"</span>{own}</div> }.into_any();
        }
        let called = if now.is_empty() { "new entry".to_owned() } else { now.clone() };
        let mut first = Vec::new();
        if has_default_rows(value) {
            let below = self.below.get(&now).map_or_else(|| "not set".to_owned(), |b| short(value, b));
            first.push(pair(DEFAULT, if now.is_empty() { "\u{2014}".to_owned() } else { format!("Default: {below}") }));
        }
        let shape = shape(key);
        let control = self.value(value, &v, Some(called.clone()), first);
        let named = self.aria(Some(join(Some(&called), "name")));
        view! {
            <div class="map-row">
                <input class="input" type="text" name=posted(&k) form=self.form value=now placeholder=shape autocomplete="off" spellcheck="false" aria-label=named />
                <div class="map-value">{control}</div>
            </div>
        }
        .into_any()
    }

    /// A picture: chosen from disk where there is script, else pasted as a `data:` URL.
    fn picture(&self, name: &str, part: Option<String>, width: Option<u32>, height: u32) -> AnyView {
        let now = self.text(name);
        let shown = now
            .starts_with("data:image/")
            .then(|| view! { <img class="picture" src=now.clone() alt="The picture as it is" /> });
        let size = width
            .map_or_else(|| format!("at most {height} pixels high"), |w| format!("at most {w} \u{d7} {height} pixels"));
        let choose = self.aria(Some("file".into()));
        let area = self.area(name, part, None, 2);
        view! {
            {shown}
            <input class="file" type="file" accept="image/png,image/jpeg,image/gif,image/svg+xml" data-into=posted(name) aria-label=choose />
            {area}
            {limit(format!("A PNG, JPEG, GIF or SVG file, {size}; or its data: URL. Empty: none."))}
        }
        .into_any()
    }
}

fn join(before: Option<&str>, part: &str) -> String {
    before.map_or_else(|| part.to_owned(), |b| format!("{b}, {part}"))
}

fn limit(text: String) -> AnyView {
    view! { <p class="help">{text}</p> }.into_any()
}

/// What an entry looks like.
fn shape(entry: Entry) -> &'static str {
    match entry {
        Entry::Sender => "Address, domain, IP, network or country",
        Entry::Connection => "IP, network or country",
        Entry::Network => "IP or network",
        Entry::Country => "Country code such as DE",
        Entry::Listen => "IP and port such as 0.0.0.0:25",
        Entry::AddressOrDomain => "Address or domain",
        Entry::Email => "E-mail address",
        Entry::Domain => "Domain",
        Entry::DomainPattern => "Domain or *.domain",
        Entry::Host => "Host or host:port",
        Entry::Url => "https:// link",
        Entry::Language => "Language code such as en",
        Entry::Extension => "Extension such as exe",
        Entry::Header => "Header such as X-External",
        Entry::RuleException => "Rule:sender such as 1234:a.test",
        Entry::Word(_) => "Word",
        Entry::Name => "Name",
    }
}
