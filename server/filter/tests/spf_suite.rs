//! The RFC 7208 test suite of the SPF project, where it is at hand: `$POSTERN_SUITES/spf/rfc7208-tests.yml`.

#![allow(clippy::unwrap_used)]

use filter::auth::dns::{Record, reverse_name};
use filter::auth::spf::Query;
use filter::auth::{Authenticator, Zone};
use model::Timestamp;
use serde_yaml_ng::Value;
use std::path::PathBuf;
use std::sync::Arc;

fn suite() -> Option<String> {
    let dir = std::env::var_os("POSTERN_SUITES").map_or_else(|| PathBuf::from("../../../shared/suites"), PathBuf::from);
    let path = dir.join("spf/rfc7208-tests.yml");
    match std::fs::read_to_string(&path) {
        Ok(text) => Some(text),
        Err(error) => {
            println!("skipped: the SPF suite is not at {} ({error}); set POSTERN_SUITES", path.display());
            None
        }
    }
}

/// A string of the suite; `\x96` in it stands for the byte.
fn bytes(v: &Value) -> Vec<u8> {
    match v {
        Value::Sequence(parts) => parts.iter().flat_map(bytes).collect(),
        Value::String(s) => {
            s.chars().flat_map(|c| u8::try_from(c).map_or_else(|_| c.to_string().into_bytes(), |b| vec![b])).collect()
        }
        Value::Number(n) => n.to_string().into_bytes(),
        _ => Vec::new(),
    }
}

/// SPF records count as TXT records where a name has no TXT of its own, as the suite's header says.
fn zone(data: &Value) -> Zone {
    let mut zone = Zone::default();
    for (name, records) in data.as_mapping().unwrap() {
        let name = name.as_str().unwrap();
        let records = records.as_sequence().unwrap();
        let has_txt = records.iter().any(|r| r.get("TXT").is_some());
        for record in records {
            if record.as_str() == Some("TIMEOUT") {
                zone.add(name, Record::Timeout);
                continue;
            }
            for (kind, value) in record.as_mapping().unwrap() {
                let text = || value.as_str().unwrap().to_owned();
                let record = match kind.as_str().unwrap() {
                    "TIMEOUT" => Record::Timeout,
                    "SPF" if has_txt => continue,
                    "TXT" if value.as_str() == Some("NONE") => continue,
                    "SPF" | "TXT" if value.as_str() == Some("TIMEOUT") => Record::Timeout,
                    "SPF" | "TXT" => Record::Txt(bytes(value)),
                    "A" => Record::A(text().parse().unwrap()),
                    "AAAA" => Record::Aaaa(text().parse().unwrap()),
                    "MX" => Record::Mx(
                        u16::try_from(value[0].as_u64().unwrap()).unwrap(),
                        value[1].as_str().unwrap().to_owned(),
                    ),
                    "PTR" => Record::Ptr(text()),
                    "CNAME" => Record::Cname(text()),
                    other => panic!("unknown record type {other}"),
                };
                zone.add(name, record);
            }
        }
    }
    zone
}

#[tokio::test]
async fn the_rfc_7208_suite_passes() {
    let Some(text) = suite() else { return };
    let (mut passed, mut failed) = (0, Vec::new());
    for document in serde_yaml_ng::Deserializer::from_str(&text) {
        let scenario: Value = serde::Deserialize::deserialize(document).unwrap();
        let authenticator = Authenticator::with_zone(zone(&scenario["zonedata"]), Arc::new(|| Timestamp(0)));
        for (name, test) in scenario["tests"].as_mapping().unwrap() {
            let get = |key: &str| test[key].as_str().unwrap_or_default();
            let sender = if get("mailfrom").is_empty() { get("helo") } else { get("mailfrom") };
            let ip = get("host").parse().unwrap();
            let query = Query {
                ip,
                domain: sender.rsplit_once('@').map_or(sender, |(_, d)| d),
                sender,
                helo: get("helo"),
                receiver: "receiver.test",
                now: Timestamp(0),
            };
            let spf = authenticator.spf(query).await;
            let allowed: Vec<&str> = match &test["result"] {
                Value::Sequence(list) => list.iter().filter_map(Value::as_str).collect(),
                one => one.as_str().into_iter().collect(),
            };
            let explanation = spf.explanation.clone().unwrap_or_else(|| "DEFAULT".into());
            let explained = test["explanation"].as_str().is_none_or(|wanted| wanted == explanation);
            if allowed.contains(&spf.result.as_str()) && explained {
                passed += 1;
            } else {
                let name = name.as_str().unwrap_or_default();
                failed.push(format!(
                    "{}/{name}: expected {allowed:?} {:?}, got {spf:?}",
                    scenario["description"].as_str().unwrap_or_default(),
                    test["explanation"].as_str()
                ));
            }
        }
    }
    println!("RFC 7208 suite: {passed} of {} passed", passed + failed.len());
    assert!(failed.is_empty(), "{passed} passed, {} failed:\n{}", failed.len(), failed.join("\n"));
    assert!(passed >= 200, "only {passed} tests were found");
    assert_eq!(reverse_name("192.0.2.1".parse().unwrap()), "1.2.0.192.in-addr.arpa");
}
