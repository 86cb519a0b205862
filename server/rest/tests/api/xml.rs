//! Provisioning in XML: requests and answers are of the schema, hostile ones do nothing, and each operation stands for
//! itself.

use crate::served::{Answer, Served};
use std::io::Write;
use std::process::{Command, Stdio};

const SCHEMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/provisioning.xsd");

/// What xmllint says of the text against the schema; none: it is of the schema.
fn problem(text: &str) -> Option<String> {
    let mut lint = Command::new("xmllint")
        .args(["--noout", "--nonet", "--schema", SCHEMA, "-"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("xmllint is needed: Debian's libxml2-utils, which `make test` installs");
    lint.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let said = lint.wait_with_output().unwrap();
    (!said.status.success()).then(|| String::from_utf8_lossy(&said.stderr).into_owned())
}

fn request(operations: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<provisioning xmlns=\"urn:postern:provisioning:1\">{operations}</provisioning>"
    )
}

/// Sends it; the answer is of the schema whatever it says.
async fn send(s: &Served, token: &str, body: &str) -> Answer {
    let authorization = format!("Bearer {token}");
    let headers = [("authorization", authorization.as_str()), ("content-type", "application/xml; charset=utf-8")];
    let answer = s.request_at("POST", "/api/xml", &headers, body.as_bytes()).await;
    assert_eq!(answer.header("content-type"), Some("application/xml; charset=utf-8"), "{answer:?}");
    assert_eq!(problem(&answer.text), None, "{}", answer.text);
    answer
}

/// The results, a line each, without the lines of the frame.
fn results(answer: &Answer) -> Vec<&str> {
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.text.lines().filter(|l| l.starts_with("<result ")).collect()
}

#[tokio::test]
async fn every_operation_is_done_in_its_order_and_is_of_the_schema() {
    let s = Served::start().await;
    let token = s.token(&[], None).await;
    let body = request(
        "<add_mailbox id=\"a &amp; b\"><domain>acme.test</domain><name>zoë</name><aliases><item>zoe</item></aliases>
           <password>long &lt;enough&gt;</password></add_mailbox>
         <update_mailbox><address>zoë@acme.test</address><state>unprotected</state><remove_password>true</remove_password></update_mailbox>
         <add_aliases><address>zoë@acme.test</address><aliases><item>z</item><item>zz</item></aliases></add_aliases>
         <delete_aliases><address>zoë@acme.test</address><aliases><item>zz</item></aliases></delete_aliases>
         <add_senders><address>zoë@acme.test</address><friends><item>partner.test // ours</item><item>DE</item></friends>
           <enemies><item>192.0.2.0/24</item></enemies></add_senders>
         <delete_senders><address>zoë@acme.test</address><friends><item>DE</item></friends></delete_senders>
         <list_senders><address>zoë@acme.test</address></list_senders>
         <add_senders><domain>acme.test</domain><enemies><item>spam.test</item></enemies></add_senders>
         <add_verifier><account>acme</account><name>office</name><definition><ldap><servers><item><address>a.test</address>
           <ssl>true</ssl></item></servers><bind_name>cn=x</bind_name><bind_password>hush</bind_password></ldap></definition></add_verifier>
         <update_verifier><account>acme</account><name>office</name><new_name>head office</new_name></update_verifier>
         <list_verifiers><limit>10</limit></list_verifiers>
         <list_mailboxes><domain>acme.test</domain><limit>2</limit></list_mailboxes>
         <delete_verifier><account>acme</account><name>head office</name></delete_verifier>
         <delete_mailbox><address>zoë@acme.test</address><with_aliases>true</with_aliases></delete_mailbox>",
    );
    assert_eq!(problem(&body), None);
    let answer = send(&s, &token, &body).await;
    let found = results(&answer);
    assert!(answer.text.contains("ok=\"14\" failed=\"0\""), "{}", answer.text);
    assert!(found[0].starts_with("<result operation=\"add_mailbox\" id=\"a &amp; b\" status=\"ok\"><new_id>"));
    assert!(found[4].contains("<changed>3</changed>") && found[5].contains("<changed>1</changed>"));
    assert!(
        found[6].contains("<friends><item>partner.test // ours</item></friends><enemies><item>192.0.2.0/24</item>")
    );
    assert!(found[10].contains("<name>head office</name>") && found[10].contains("<item>ldap.bind_password</item>"));
    assert!(!answer.text.contains("hush"));
    assert!(found[11].contains("<next>") && found[11].matches("<mailbox>").count() == 2);
    assert!(
        found[13].contains("<aliases><item>z@acme.test</item><item>zoe@acme.test</item></aliases>"),
        "{}",
        found[13]
    );
    let acts = s.get(&token, "/audit?limit=500").await;
    let acts: Vec<_> = acts.items().iter().map(|a| a["act"].as_str().unwrap()).collect();
    for act in ["mailbox.add", "mailbox.edit", "mailbox.senders", "domain.senders", "verifier.add", "mailbox.delete"] {
        assert!(acts.contains(&act), "{act} in {acts:?}");
    }
}

#[tokio::test]
async fn every_type_of_verifier_is_of_the_schema_going_in_and_coming_out() {
    let s = Served::start().await;
    let token = s.token(&[], None).await;
    let servers = "<servers><item><ssl>start_tls</ssl><address>a.test:99</address></item></servers>
        <multiple_server_priority>random</multiple_server_priority>";
    let limits = "<maximum_connections>5</maximum_connections><request_timeout>5</request_timeout>
        <authentication_caching>true</authentication_caching>";
    let refresh = "<cache_refresh_interval>5</cache_refresh_interval>";
    let login = "<name>x</name><password>y</password>";
    let kinds = [
        format!("<ldap>{servers}{limits}{refresh}<bind_name>x</bind_name><bind_password>y</bind_password>
            <directory_type>zimbra</directory_type><search_bases><item>dc=a</item></search_bases>
            <mail_attribute_names><item>mail</item></mail_attribute_names><filter_query>(mail=%u@%d)</filter_query>
            <groups><group_type>dynamic</group_type><group_member_attribute>memberOf</group_member_attribute>
            <group_name_attribute>cn</group_name_attribute><group_filter_query>(a=b)</group_filter_query></groups></ldap>"),
        format!("<vrfy>{servers}{limits}</vrfy>"),
        format!("<rcpt_to>{servers}{limits}<use_brackets>false</use_brackets></rcpt_to>"),
        format!("<communigate_cli>{servers}{limits}{refresh}{login}</communigate_cli>"),
        format!("<pop>{servers}{limits}</pop>"),
        format!("<database>{servers}{limits}{refresh}{login}<allow_anonymous_users>false</allow_anonymous_users>
            <database_name>d</database_name><authentication_query>a</authentication_query><domain_query>b</domain_query>
            <enum_query>c</enum_query><vrfy_query>SELECT '%u@%d'</vrfy_query></database>"),
        "<static><users><item><address>bob@acme.test</address><password>one</password></item></users></static>".into(),
        "<composite><verifiers><item><verifier>v0</verifier><retry_on_error>true</retry_on_error></item>
            <item><verifier>v1</verifier></item></verifiers></composite>".into(),
        "<custom><xml>&lt;verifier/&gt;</xml></custom>".into(),
        "<office365><tenant>t</tenant><client_id>c</client_id><client_secret>s</client_secret></office365>".into(),
        "<g_suite><administrator>a@acme.test</administrator><service_account_key>{}</service_account_key></g_suite>".into(),
    ];
    assert_eq!(kinds.len(), model::definition::verifier::Method::CHOICES.len());
    let operations: String = (0..)
        .zip(&kinds)
        .map(|(i, kind)| {
            format!("<add_verifier><name>v{i}</name><definition><notes>n</notes>{kind}</definition></add_verifier>")
        })
        .collect();
    let body = request(&format!("{operations}<list_verifiers/>"));
    assert_eq!(problem(&body), None);
    let answer = send(&s, &token, &body).await;
    assert!(answer.text.contains("ok=\"12\" failed=\"0\""), "{}", answer.text);
    assert_eq!(s.get(&token, "/verifiers").await.items().len(), kinds.len());
}

#[tokio::test]
async fn hostile_documents_are_refused_whole_and_do_nothing() {
    let s = Served::start().await;
    let token = s.token(&[], None).await;
    let add = "<add_mailbox><domain>acme.test</domain><name>new</name></add_mailbox>";
    let laughs: String =
        (1..10).map(|i| format!("<!ENTITY l{i} \"{}\">", format!("&l{};", i - 1).repeat(10))).collect();
    let root = "<provisioning xmlns=\"urn:postern:provisioning:1\">";
    let name = |n: &str| {
        format!("{root}{add}<add_mailbox><domain>acme.test</domain><name>{n}</name></add_mailbox></provisioning>")
    };
    for (body, said) in [
        (format!("<!DOCTYPE p [<!ENTITY l0 \"ha\">{laughs}]>{}", name("&l9;")), "a document type is not accepted"),
        (
            format!("<!DOCTYPE p [<!ENTITY f SYSTEM \"file:///etc/passwd\">]>{}", name("&f;")),
            "a document type is not accepted",
        ),
        (format!("<!DOCTYPE p SYSTEM \"http://127.0.0.1:9/x.dtd\">{}", name("x")), "a document type is not accepted"),
        (name("&f;"), "none of XML's own"),
        (name("&#0;"), "none of XML's own"),
        (format!("{root}{add}{}</provisioning>", "<a>".repeat(100_000)), "deep"),
        (format!("{root}{add}"), "ends within"),
        (format!("{root}{add}<a></b></provisioning>"), "at byte"),
        (format!("{root}{add}</provisioning>{root}"), "follows the root"),
        (format!("{root}{add}{}</provisioning>", "<a/>".repeat(100_001)), "at most 100000 operations"),
        (format!("<?xml version=\"1.0\"?><?php x?>{}", name("x")), "processing instructions"),
        (name("x").replace("provisioning:1", "provisioning:2"), "not of the namespace"),
        (String::new(), "the root is missing"),
    ] {
        let answer = send(&s, &token, &body).await;
        assert_eq!(answer.status, 400, "{answer:?}");
        assert!(answer.text.contains("<error code=\"malformed\">") && answer.text.contains("Nothing was done"));
        assert!(answer.text.contains(said), "{said} in {}", answer.text);
    }
    let bytes = [request(add).as_bytes(), b"\xff"].concat();
    let authorization = format!("Bearer {token}");
    let headers = [("authorization", authorization.as_str()), ("content-type", "text/xml")];
    assert_eq!(s.request_at("POST", "/api/xml", &headers, &bytes).await.status, 400);
    assert!(s.get(&token, "/mailboxes?q=new").await.items().is_empty(), "an operation before the fault was done");
}

#[tokio::test]
async fn what_fails_says_why_and_the_others_are_done_unless_asked_to_stop() {
    let s = Served::start().await;
    let token = s.token(&[], None).await;
    let operations = "<add_mailbox><domain>acme.test</domain><name>one</name></add_mailbox>
        <add_mailbox><domain>acme.test</domain><name>a b</name><password>x</password></add_mailbox>
        <add_mailbox><domain>acme.test</domain><name>x</name><colour>red</colour></add_mailbox>
        <update_mailbox><address>nobody@acme.test</address></update_mailbox>
        <add_verifier><name>v</name><definition><vrfy><servers/><request_timeout>999</request_timeout></vrfy></definition></add_verifier>
        <fly/>
        <delete_mailbox><address>robert@acme.test</address></delete_mailbox>
        <delete_mailbox><address>bob@acme.test</address></delete_mailbox>
        <add_mailbox id=\"last\"><domain>acme.test</domain><name>two</name></add_mailbox>";
    let answer = send(&s, &token, &request(operations)).await;
    let found = results(&answer);
    for (i, said) in [
        (1, "<field name=\"name\">"),
        (1, "<field name=\"password\">"),
        (2, "<field name=\"colour\">There is no such field; known are domain, name, aliases, password.</field>"),
        (3, "<field name=\"address\">There is no mailbox nobody@acme.test.</field>"),
        (4, "<field name=\"definition.vrfy.servers\">"),
        (4, "<field name=\"definition.vrfy.request_timeout\">999 is not between 1 and 300 seconds</field>"),
        (5, "There is no operation fly; there are add_mailbox"),
        (6, "robert@acme.test is an alias of bob@acme.test"),
        (7, "With bob@acme.test would go its aliases robert@acme.test"),
    ] {
        assert!(found[i].contains("status=\"error\"") && found[i].contains(said), "{said} in {}", found[i]);
    }
    assert!(found[8].contains("id=\"last\" status=\"ok\""), "{}", found[8]);
    let stopping = request(operations).replace("<provisioning ", "<provisioning on_error=\"stop\" ");
    let stopping = stopping.replace(">one<", ">three<").replace(">two<", ">four<");
    let answer = send(&s, &token, &stopping).await;
    let found = results(&answer);
    assert!(found[0].contains("status=\"ok\"") && found[8].contains("code=\"conflict\""), "{}", answer.text);
    assert!(found[8].contains("Not done: an operation before it failed."));
    assert_eq!(s.get(&token, "/mailboxes?q=three").await.items().len(), 1);
    assert!(s.get(&token, "/mailboxes?q=four").await.items().is_empty());
}

#[tokio::test]
async fn this_door_is_no_more_open_than_the_others() {
    let s = Served::start().await;
    let other = s.token(&[], Some(2)).await;
    let operations = "<add_mailbox><domain>acme.test</domain><name>spy</name></add_mailbox>
        <delete_mailbox><address>bob@acme.test</address></delete_mailbox>
        <list_senders><domain>acme.test</domain></list_senders>
        <add_aliases><address>bob@acme.test</address><aliases><item>x</item></aliases></add_aliases>
        <add_verifier><account>acme</account><name>x</name><definition><static><users><item><address>a@b.test</address></item></users></static></definition></add_verifier>
        <add_verifier><name>x</name><definition><static><users><item><address>a@b.test</address></item></users></static></definition></add_verifier>";
    let answer = send(&s, &other, &request(operations)).await;
    assert!(answer.text.contains("ok=\"0\" failed=\"6\""), "{}", answer.text);
    assert!(results(&send(&s, &other, &request("<list_mailboxes/>")).await)[0].contains("joe@other.test"));
    let reader = s.token(&["read"], None).await;
    let answer = send(&s, &reader, &request(operations)).await;
    assert!(answer.text.contains("ok=\"1\" failed=\"5\""), "{}", answer.text);
    assert!(results(&answer)[0].contains("code=\"forbidden\"") && results(&answer)[0].contains("mailboxes:write"));
    let only = s.token(&["mailboxes:write"], None).await;
    let one = request("<add_mailbox><domain>acme.test</domain><name>mine</name></add_mailbox>");
    assert!(results(&send(&s, &only, &one).await)[0].contains("status=\"ok\""));
}

#[tokio::test]
async fn what_is_no_request_is_refused_in_xml() {
    let s = Served::with(rest::Options { per_second: 0.001, burst: 30 }).await;
    let token = s.token(&[], None).await;
    let authorization = format!("Bearer {token}");
    let call = async |method: &str, kind: &str, authorization: &str| {
        let length = if method == "PUT" { "33554433" } else { "0" };
        let method = if method == "PUT" { "POST" } else { method };
        let headers = [("content-type", kind), ("authorization", authorization), ("content-length", length)];
        let answer = s.request_at(method, "/api/xml", &headers, b"").await;
        assert_eq!(problem(&answer.text), None, "{answer:?}");
        answer
    };
    let nobody = call("POST", "application/xml", "Bearer postern_x").await;
    assert_eq!((nobody.status, nobody.header("www-authenticate").is_some()), (401, true), "{nobody:?}");
    assert_eq!(call("POST", "application/json", &authorization).await.status, 415);
    assert_eq!(call("GET", "application/xml", &authorization).await.status, 405);
    assert_eq!(call("PUT", "application/xml", &authorization).await.status, 413);
    for _ in 0..27 {
        call("GET", "application/xml", &authorization).await;
    }
    let fast = call("GET", "application/xml", &authorization).await;
    assert_eq!((fast.status, fast.header("retry-after").is_some()), (429, true));
}
