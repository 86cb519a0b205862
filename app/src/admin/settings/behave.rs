//! What script adds to the forms of a page: it marks what is not saved, sends only what was changed, asks before a page
//! with unsaved changes is left, resets and discards. All of it by events of the page as a whole, so that single controls
//! stay plain HTML. Nothing here runs on the server.

use leptos::prelude::*;

#[cfg(not(feature = "hydrate"))]
mod there {
    use super::*;
    use leptos::ev;

    pub fn edited(_: &ev::Event, _: RwSignal<usize>) {}
    pub fn clicked(_: &ev::MouseEvent, _: RwSignal<usize>) {}
    pub fn submitting(_: &ev::SubmitEvent) {}
    pub fn drawn(_: RwSignal<usize>) {}
    pub fn guard(_: RwSignal<usize>, _: Signal<bool>) {}
}

#[cfg(feature = "hydrate")]
mod there {
    use super::*;
    use leptos::ev;
    use leptos::wasm_bindgen::{JsCast, JsValue, closure::Closure};
    use std::time::Duration;
    use web_sys::{
        Element, HtmlFieldSetElement, HtmlFormElement, HtmlInputElement, HtmlOptionElement, HtmlSelectElement,
        HtmlTextAreaElement,
    };

    const CONTROLS: &str = "input,select,textarea";
    const QUESTION: &str = "There are unsaved changes on this page. Leave it without saving?";

    fn all(of: &Element, selector: &str) -> Vec<Element> {
        let find = js_sys::Reflect::get(of, &"querySelectorAll".into()).ok();
        let list = find.and_then(|f| f.dyn_into::<js_sys::Function>().ok()?.call1(of, &selector.into()).ok());
        let list = list.map(|l| js_sys::Array::from(&l)).unwrap_or_default();
        list.iter().filter_map(|e| e.dyn_into().ok()).collect()
    }

    fn root() -> Option<Element> {
        document().query_selector(".settings").ok().flatten()
    }

    /// Whether a control holds something else than when it was drawn.
    fn differs(control: &Element) -> bool {
        if let Some(input) = control.dyn_ref::<HtmlInputElement>() {
            return match input.type_().as_str() {
                "checkbox" | "radio" => input.checked() != input.default_checked(),
                "search" | "file" | "password" => false,
                // A hidden field's value is its default; script notes what was there.
                "hidden" => input.get_attribute("data-was").is_some_and(|was| was != input.value()),
                _ => input.value() != input.default_value(),
            };
        }
        if let Some(area) = control.dyn_ref::<HtmlTextAreaElement>() {
            return area.default_value().is_ok_and(|was| was != area.value());
        }
        let Some(select) = control.dyn_ref::<HtmlSelectElement>() else { return false };
        let options: Vec<HtmlOptionElement> =
            all(select, "option").into_iter().filter_map(|o| o.dyn_into().ok()).collect();
        match options.iter().any(HtmlOptionElement::default_selected) {
            true => options.iter().any(|o| o.selected() != o.default_selected()),
            false => select.selected_index() > 0,
        }
    }

    fn changed(of: &Element) -> bool {
        !of.has_attribute("data-sent") && all(of, CONTROLS).iter().any(differs)
    }

    /// Marks the settings that differ and counts them with the other forms that do.
    fn count(dirty: RwSignal<usize>) {
        let Some(root) = root() else { return };
        let mut n = 0;
        for part in all(&root, "fieldset[data-path], form:not(#settings-form):not(.find)") {
            let is = changed(&part);
            let _ = if is { part.set_attribute("data-dirty", "") } else { part.remove_attribute("data-dirty") };
            n += usize::from(is);
        }
        if dirty.get_untracked() != n {
            dirty.set(n);
        }
    }

    fn target(event: &web_sys::Event) -> Option<Element> {
        event.target()?.dyn_into().ok()
    }

    pub fn edited(event: &ev::Event, dirty: RwSignal<usize>) {
        if let Some(input) = target(event).and_then(|t| t.dyn_into::<HtmlInputElement>().ok())
            && input.type_() == "file"
            && event.type_() == "change"
        {
            read_file(&input, dirty);
        }
        if let Some(form) = target(event).and_then(|t| t.closest("form").ok().flatten()) {
            let _ = form.remove_attribute("data-sent");
        }
        count(dirty);
    }

    /// A chosen picture goes into the text field beside it, as a `data:` URL.
    fn read_file(input: &HtmlInputElement, dirty: RwSignal<usize>) {
        let property = |of: &JsValue, name: &str| js_sys::Reflect::get(of, &name.into()).ok();
        let Some(file) = property(input, "files").and_then(|f| property(&f, "0")).filter(|f| f.is_object()) else {
            return;
        };
        let into = input.get_attribute("data-into").unwrap_or_default();
        let area =
            input.closest("fieldset").ok().flatten().and_then(|f| {
                all(&f, "textarea").into_iter().find(|t| t.get_attribute("name").as_deref() == Some(&into))
            });
        let Some(area) = area.and_then(|a| a.dyn_into::<HtmlTextAreaElement>().ok()) else { return };
        let constructor = property(&js_sys::global(), "FileReader").and_then(|c| c.dyn_into::<js_sys::Function>().ok());
        let Some(reader) = constructor.and_then(|c| js_sys::Reflect::construct(&c, &js_sys::Array::new()).ok()) else {
            return;
        };
        let result = reader.clone();
        let done = Closure::once_into_js(move || {
            if let Some(url) = js_sys::Reflect::get(&result, &"result".into()).ok().and_then(|u| u.as_string()) {
                area.set_value(&url);
                count(dirty);
            }
        });
        let _ = js_sys::Reflect::set(&reader, &"onload".into(), &done);
        if let Some(read) = property(&reader, "readAsDataURL").and_then(|f| f.dyn_into::<js_sys::Function>().ok()) {
            let _ = read.call1(&reader, &file);
        }
    }

    pub fn clicked(event: &ev::MouseEvent, dirty: RwSignal<usize>) {
        let Some(button) = target(event).and_then(|t| t.closest("button").ok().flatten()) else { return };
        if button.has_attribute("data-reset") {
            let select =
                button.closest("fieldset").ok().flatten().and_then(|f| f.query_selector("select").ok().flatten());
            if let Some(select) = select.and_then(|s| s.dyn_into::<HtmlSelectElement>().ok()) {
                event.prevent_default();
                select.set_value("-");
                let _ = select.focus();
                count(dirty);
            }
        } else if let Some(name) = button.get_attribute("data-add") {
            add_row(&button, &name);
            count(dirty);
        } else if button.has_attribute("data-discard") {
            discard(dirty);
        }
    }

    /// Another blank row of a map: the last one again, with the next number.
    fn add_row(button: &Element, name: &str) -> Option<()> {
        let rows = button.previous_element_sibling()?;
        let last = rows.last_element_child()?;
        let next: usize = rows.get_attribute("data-next")?.parse().ok()?;
        let row: Element = last.clone_node_with_deep(true).ok()?.dyn_into().ok()?;
        let (old, new) = (
            [format!("{name}.k{}", next - 1), format!("{name}.v{}", next - 1)],
            [format!("{name}.k{next}"), format!("{name}.v{next}")],
        );
        for control in all(&row, CONTROLS) {
            for attribute in ["name", "id"] {
                if let Some(text) = control.get_attribute(attribute) {
                    let _ = control.set_attribute(attribute, &text.replace(&old[0], &new[0]).replace(&old[1], &new[1]));
                }
            }
            if let Some(input) = control.dyn_ref::<HtmlInputElement>() {
                input.set_value(&input.default_value());
            }
        }
        let _ = row.set_attribute("data-added", "");
        rows.append_child(&row).ok()?;
        let _ = rows.set_attribute("data-next", &(next + 1).to_string());
        let first = row.query_selector("input").ok().flatten()?;
        let _ = first.unchecked_into::<web_sys::HtmlElement>().focus();
        Some(())
    }

    fn discard(dirty: RwSignal<usize>) {
        for form in root().iter().flat_map(|r| all(r, "form")) {
            if let Some(form) = form.dyn_ref::<HtmlFormElement>() {
                form.reset();
            }
        }
        forget_rows();
        count(dirty);
    }

    /// Takes away the rows that script has added.
    fn forget_rows() {
        let Some(root) = root() else { return };
        for row in all(&root, "[data-added]") {
            if let Some(rows) = row.parent_element()
                && let Some(next) = rows.get_attribute("data-next").and_then(|n| n.parse::<usize>().ok())
            {
                let _ = rows.set_attribute("data-next", &next.saturating_sub(1).to_string());
            }
            row.remove();
        }
    }

    /// What was not changed is not sent: its fieldset is disabled while the form is read.
    pub fn submitting(event: &ev::SubmitEvent) {
        let form = target(event);
        let is_ours = form.as_ref().is_some_and(|f| f.get_attribute("id").as_deref() == Some("settings-form"));
        if let Some(form) = form.filter(|_| !is_ours) {
            // What it holds now is on its way; it counts again when it is edited.
            let _ = form.set_attribute("data-sent", "");
        }
        let Some(root) = root().filter(|_| is_ours) else { return };
        let set = |disabled: bool, of: &[HtmlFieldSetElement]| of.iter().for_each(|f| f.set_disabled(disabled));
        let clean: Vec<HtmlFieldSetElement> =
            all(&root, "fieldset[data-path]:not([data-dirty])").into_iter().filter_map(|f| f.dyn_into().ok()).collect();
        set(true, &clean);
        set_timeout(move || set(false, &clean), Duration::ZERO);
    }

    /// After each drawing: what was typed stays, and counts.
    pub fn drawn(dirty: RwSignal<usize>) {
        request_animation_frame(move || {
            if dirty.try_get_untracked().is_some() {
                count(dirty);
            }
        });
    }

    /// Asks before the page is left. `saved`: whether the last save went well.
    pub fn guard(dirty: RwSignal<usize>, saved: Signal<bool>) {
        Effect::new(move |before: Option<()>| {
            if saved.get() && before.is_some() {
                // What is drawn then comes from the server.
                set_timeout(
                    move || {
                        forget_rows();
                        if let Some(form) = document()
                            .get_element_by_id("settings-form")
                            .and_then(|f| f.dyn_into::<HtmlFormElement>().ok())
                        {
                            form.reset();
                        }
                        if dirty.try_get_untracked().is_some() {
                            count(dirty);
                        }
                    },
                    Duration::ZERO,
                );
            }
        });
        let unload = window_event_listener(ev::beforeunload, move |event| {
            if dirty.get_untracked() > 0 {
                event.prevent_default();
                event.set_return_value(QUESTION);
            }
        });
        let refused = move || dirty.get_untracked() > 0 && !window().confirm_with_message(QUESTION).unwrap_or(true);
        let here = window().location().href().unwrap_or_default();
        // Before the router, which listens to the same events: capturing listeners come first.
        let ask = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
            let leaves = match event.type_().as_str() {
                "click" => target(&event).and_then(|t| t.closest("a[href]").ok().flatten()).is_some_and(|a| {
                    let href = a.get_attribute("href").unwrap_or_default();
                    !href.starts_with('#')
                        && !a.has_attribute("download")
                        && a.get_attribute("target").is_none()
                        && a.get_attribute("rel").as_deref() != Some("external")
                }),
                "submit" => target(&event).is_some_and(|f| {
                    f.get_attribute("method").is_none_or(|m| m.eq_ignore_ascii_case("get"))
                        && !f.class_list().contains("find")
                }),
                _ => window().location().href().is_ok_and(|now| without_anchor(&now) != without_anchor(&here)),
            };
            if !leaves {
                return;
            }
            if refused() {
                event.prevent_default();
                event.stop_immediate_propagation();
                if event.type_() == "popstate"
                    && let Ok(history) = window().history()
                {
                    let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&here));
                }
            } else {
                dirty.set(0);
            }
        });
        let function: js_sys::Function = ask.as_ref().unchecked_ref::<js_sys::Function>().clone();
        for kind in ["click", "submit", "popstate"] {
            let _ = window().add_event_listener_with_callback_and_bool(kind, &function, true);
        }
        let ask = StoredValue::new_local(Some(ask));
        on_cleanup(move || {
            unload.remove();
            for kind in ["click", "submit", "popstate"] {
                let _ = window().remove_event_listener_with_callback_and_bool(kind, &function, true);
            }
            ask.try_update_value(Option::take);
        });
    }

    fn without_anchor(url: &str) -> &str {
        url.split('#').next().unwrap_or(url)
    }
}

pub use there::*;
