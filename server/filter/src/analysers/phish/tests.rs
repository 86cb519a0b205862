#![allow(clippy::unwrap_used)]
use super::*;
use crate::analysers::case::Case;
use model::Category;

/// What is found in an HTML message, the deciding ones marked with `!`.
fn found(headers: &str, html: &str) -> Vec<String> {
    let case = Case::of(&format!(
        "{headers}\nMIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n<html><body>{html}</body></html>\n"
    ));
    let list = case.run(run);
    assert!(list.iter().all(|f| f.category == Category::Phish));
    list.into_iter().map(|f| format!("{}{}", if f.check.is_some() { "!" } else { "" }, f.info)).collect()
}
const ANN: &str = "From: Ann <ann@sender.example.com>\nSubject: hello";

#[test]
fn a_link_that_shows_a_bank_and_leads_elsewhere_decides() {
    let list = found(
        ANN,
        "Please verify your account: <a href='https://login.evil.example.org/x'>https://www.paypal.com/signin</a>",
    );
    assert_eq!(list, ["!a link shows www.paypal.com and leads to login.evil.example.org"]);
}
#[test]
fn honest_links_show_words_their_own_host_or_pass_a_checker() {
    for html in [
        "<a href='https://click.tracker.example.net/abc'>Read more</a>",
        "<a href='https://shop.example.com/x'>www.example.com</a>",
        "<a href='https://eur01.safelinks.protection.outlook.com/?url=x'>https://www.paypal.com/</a>",
        "<a href='https://github.com/a/b/blob/main/setup.py'>setup.py</a>",
        "<a href='mailto:bob@paypal.com'>bob@paypal.com</a>",
    ] {
        assert_eq!(found(ANN, html), [] as [String; 0], "{html}");
    }
}
#[test]
fn newsletters_may_count_clicks_on_plain_addresses() {
    let headers = format!("{ANN}\nList-Unsubscribe: <https://u.example.net/1>");
    assert_eq!(
        found(&headers, "See <a href='https://click.tracker.example.net/abc'>www.ourshop.com</a>"),
        [] as [String; 0]
    );
}
#[test]
fn look_alike_hosts_decide_and_borrowed_names_add_points() {
    let one = |host: &str| found(ANN, &format!("Sign in here: <a href='https://{host}/'>go on</a>"));
    assert_eq!(one("www.paypa1.com"), ["!www.paypa1.com imitates paypal"]);
    assert_eq!(one("rnicrosoft.com"), ["!rnicrosoft.com imitates microsoft"]);
    assert_eq!(one("xn--pypal-4ve.com"), ["!xn--pypal-4ve.com, shown as pаypal.com imitates paypal"]);
    assert_eq!(
        one("paypal.com.secure.example.org"),
        ["!paypal.com.secure.example.org begins like paypal and belongs to example.org"]
    );
    assert_eq!(one("paypal-login.example"), ["paypal-login.example borrows the name of paypal"]);
    for own in ["www.paypal.com", "paypal.co.uk", "aws.amazon.com", "pineapple.com", "googlewatch.org"] {
        assert_eq!(one(own), [] as [String; 0], "{own}");
    }
}
#[test]
fn a_brands_name_before_another_domain_is_a_lie() {
    let lure = "Your account has been suspended. Verify your account now: <a href='https://x.example.org/'>go on</a>";
    assert_eq!(
        found("From: PayPal Support <info@random.example.org>\nSubject: x", lure),
        ["!calls itself PayPal Support and is from random.example.org"]
    );
    assert_eq!(found("From: PаyPal <info@random.example.org>\nSubject: x", lure).len(), 1, "with a Cyrillic letter");
    assert_eq!(found("From: Apple Martin <apple@martin.example.org>\nSubject: lunch", "At noon?"), [] as [String; 0]);
    assert_eq!(
        found(
            "From: PayPal <service@paypal.com>\nSubject: x",
            "Your account has been limited. <a href='https://www.paypal.com/x'>log in</a>"
        ),
        [] as [String; 0]
    );
}
#[test]
fn a_display_name_with_somebody_elses_address_adds_points() {
    let list = found("From: \"boss@acme.com\" <x81@mailer.example.org>\nSubject: x", "Are you there?");
    assert_eq!(list, ["the sender's name holds an address at acme.com, the message is from mailer.example.org"]);
    assert_eq!(found("From: \"bob@acme.com via Lists\" <list@lists.example.org>\nSubject: x", "hi"), [] as [String; 0]);
}
#[test]
fn forms_for_passwords_decide_in_the_message_and_in_attached_pages() {
    let form = "<form action='https://x.example.org/'><input name=u><input type='password' name=p></form>";
    assert_eq!(found(ANN, form), ["!a form in the message asks for a password"]);
    let attached = |page: &str| {
        let case = Case::of(&format!(
            "{ANN}\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nsee\n--b\nContent-Type: text/html\nContent-Disposition: attachment; filename=fax.html\n\n{page}\n--b--\n"
        ));
        case.run(run).into_iter().map(|f| (f.check.is_some(), f.info)).collect::<Vec<_>>()
    };
    assert_eq!(attached(form), [(true, "fax.html is a page that asks for a password".to_owned())]);
    let packed = format!("<html><script>document.write(atob('{}'))</script></html>", "QUJD".repeat(200));
    assert_eq!(attached(&packed), [(true, "fax.html is a page that unpacks itself by a script".to_owned())]);
    assert_eq!(
        attached("<html><script>window.location='https://x.example.org'</script></html>")[0].1,
        "fax.html is a page that only leads to another page"
    );
    assert_eq!(attached(&format!("<html><body>{}</body></html>", "A report. ".repeat(20))), []);
}
#[test]
fn links_that_carry_a_page_or_hide_their_host_are_told() {
    assert_eq!(
        found(ANN, "<a href='data:text/html;base64,PGI+'>view</a>"),
        ["!a link that carries a page of its own (data:)"]
    );
    assert_eq!(found(ANN, "<a href='https://www.bank.com@evil.example.org/'>view</a>").len(), 1);
    let ip = found(ANN, "Your mailbox is full, sign in now: <a href='http://203.0.113.9/owa'>here</a>");
    assert_eq!(ip, ["asks to log in at the bare address 203.0.113.9"]);
}
#[test]
fn discussions_may_quote_all_of_it() {
    let headers = format!("{ANN}\nList-Post: <mailto:list@lists.example.org>\nList-Id: <list.lists.example.org>");
    assert_eq!(
        found(&headers, "Look at this phish: <a href='https://evil.example.org/'>https://www.paypal.com</a>"),
        [] as [String; 0]
    );
}
