#![allow(clippy::unwrap_used)]
use super::*;
use message::{Limits, Parsed};
use proptest::prelude::*;

fn found(body: &str) -> Vec<Finding> {
    let raw = format!("From: a@b.test\r\nSubject: hi\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n");
    let message = Parsed::parse(raw.into(), &Limits::default());
    let mut out = Vec::new();
    run(&Texts::of(&message), &mut out);
    out
}
fn checks(body: &str) -> Vec<Check> {
    found(body).into_iter().filter_map(|f| f.check).collect()
}
fn is(body: &str, check: &Check) -> bool {
    checks(body).contains(check)
}
const CREDIT: Check = Check::Category(Category::Credit);
const SSN: Check = Check::Category(Category::Ssn);

/// Chapter 1 "Personal Health Information", every line of its examples.
#[test]
fn the_guide_s_examples_of_health_data() {
    for yes in [
        "Date of Birth 10/02/74, two fractures",
        "fractures since long; Date of Birth: 10/02/74",
        "He had convulsions. Patient D832915 was seen.",
        "SSN 480-80-0058, cat scan on Monday",
        "DOB 1974-10-02: aggressive fibromatosis",
        "Birth Date October 2, 1974; ocular refraction",
        "Member 44521 asks for her chemotherapy",
        "Record no. 99812: hepatitis",
    ] {
        assert!(is(yes, &Check::Health), "{yes}");
    }
    for no in [
        "Date of Birth 10/2/74 and nothing else",
        "The word convulsions with no personal identifiers",
        "fractures and the date 10/02/74",
        "convulsions of patient Smith",
        "the patient had 3 fractures",
        "Date of Birth unknown, fractures",
        "SSN 000-12-3456 and a cat scan",
    ] {
        assert!(!is(no, &Check::Health), "{no}");
    }
}

/// Chapter 1 "Personal Financial Information".
#[test]
fn the_guide_s_examples_of_financial_data() {
    for yes in [
        "Date of Birth 10/02/74 and your routing number",
        "SSN 480-80-0058, the account balance is low",
        "At the ATM: Customer A35521",
        "Customer John Doe wants a mortgage loan",
        "Loan 882134 with direct deposit",
        "Certificate no. 7712345: outstanding balance",
    ] {
        assert!(is(yes, &Check::Finance), "{yes}");
    }
    for no in [
        "The phrase account balance with no personal identifiers",
        "The phrase Customer John Doe with nothing financial",
        "Account Balance Summary: see the direct deposit",
        "Our Customer Service Team knows about routing numbers",
        "atmosphere, Customer A35521",
    ] {
        assert!(!is(no, &Check::Finance), "{no}");
    }
}

/// The numbers that issuers publish for tests.
#[test]
fn test_cards_of_all_issuers_are_found() {
    for card in [
        "4111 1111 1111 1111",
        "4012-8888-8888-1881",
        "4222222222222",
        "5555555555554444",
        "5105 1051 0510 5100",
        "2223 0031 2200 3222",
        "3782 822463 10005",
        "371449635398431",
        "6011 1111 1111 1117",
        "6011000990139424",
        "3056 930902 5904",
        "38520000023237",
        "3530 1113 3330 0000",
        "3566002020360505",
        "6200 0000 0000 0005",
        "6759 6498 2643 8453",
        "2200 0000 0000 0004",
        "5555.5555.5555.4444",
    ] {
        assert!(is(&format!("Pay with {card}, exp 12/29"), &CREDIT), "{card}");
    }
    assert_eq!(found("4111 1111 1111 1111 5555 5555 5555 4444")[0].info, "2 credit card numbers, the first of Visa");
    assert!(is("12 3456 4111 1111 1111 1111 99", &CREDIT), "among other numbers");
}

#[test]
fn numbers_that_are_no_cards_are_left_alone() {
    for no in [
        "4111 1111 1111 1112",
        "order 41111111111111111111",
        "x4111111111111111",
        "4111111111111111_2",
        "0000 0000 0000 0000",
        "1234 5678 9012 3452",
        "tel 49 171 4111 1111 111",
        "4111-1111 1111-1111 1",
    ] {
        assert!(!is(no, &CREDIT), "{no}");
    }
}

#[test]
fn social_security_numbers_are_told_by_form_or_by_a_word() {
    for yes in ["480-80-0058", "his SSN is 480 80 0058", "social security number: 480800058", "SS# 899-01-0001"] {
        assert!(is(yes, &SSN), "{yes}");
    }
    for no in [
        "480 80 0058",
        "480800058",
        "000-12-3456",
        "666-12-3456",
        "900-12-3456",
        "123-00-4567",
        "123-45-0000",
        "078-05-1120",
        "SSN 480-80 0058",
        "part 1-480-80-0058",
        "480-80-0058-77",
        "480-80-00581",
    ] {
        assert!(!is(no, &SSN), "{no}");
    }
}

#[test]
fn profanity_names_its_words_so_that_some_can_be_excepted() {
    assert_eq!(
        checks("What bullshit, you BASTARD. Bullshit!"),
        [Check::Profanity(vec!["bullshit".into(), "bastard".into()])]
    );
    assert!(checks("Scunthorpe, a classic assessment of Dickens").is_empty());
    let mut values = model::Values { direction: model::Direction::Outbound, ..Default::default() };
    values.outbound_filtering.profanity = model::ActionSetting::of(model::Action::Quarantine);
    values.outbound_filtering.profanity_exceptions = vec!["Bastard".into()];
    let policy = crate::Policy::new(values, "acme.test".parse().unwrap());
    let decided = |text: &str| {
        let findings = model::Findings { list: found(text), ..Default::default() };
        crate::decide(&findings, &policy, &"bob@x.test".parse().unwrap()).action
    };
    assert_eq!(decided("the bastard file format"), model::Action::Allow);
    assert_eq!(decided("bastard bullshit"), model::Action::Quarantine);
}

#[test]
fn both_halves_may_be_in_different_parts_and_the_subject_counts() {
    let raw = "Subject: Patient D832915\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nsee file\r\n--b\r\n\
               Content-Type: application/rtf\r\nContent-Disposition: attachment; filename=a.rtf\r\n\r\n{\\rtf1 con{\\b vulsions}}\r\n--b--\r\n";
    let message = Parsed::parse(raw.into(), &Limits::default());
    let mut out = Vec::new();
    run(&Texts::of(&message), &mut out);
    assert_eq!(out.iter().map(|f| f.check.clone().unwrap()).collect::<Vec<_>>(), [Check::Health]);
    assert_eq!(out[0].info, "health: the term \"convulsions\" and a patient's number");
}

/// Published examples of each kind, and the same with a digit changed.
#[test]
fn numbers_of_other_countries_are_told_by_their_check_digits() {
    for (name, yes, no) in [
        ("iban", "GB29 NWBK 6016 1331 9268 19", "GB29 NWBK 6016 1331 9268 18"),
        ("iban", "DE89370400440532013000", "DE89370400440532013001"),
        ("nino", "AB 12 34 56 C", "GB123456C"),
        ("nhs", "943 476 5919", "943 476 5918"),
        ("sin", "193 456 787", "193 456 788"),
        ("steuer_id", "86 095 742 719", "86 095 742 718"),
        ("nir", "2 55 08 14 168 025 38", "2 55 08 14 168 025 39"),
        ("dni", "12345678Z", "12345678A"),
        ("dni", "X1234567L", "X1234567A"),
        ("codice_fiscale", "RSSMRA85T10A562S", "RSSMRA85T10A562T"),
        ("bsn", "111222333", "111222334"),
        ("rijksregister", "85.07.30-033.28", "85.07.30-033.29"),
        ("pesel", "44051401359", "44051401358"),
        ("personnummer", "811218-9876", "811218-9875"),
        ("cpf", "529.982.247-25", "529.982.247-26"),
        ("aadhaar", "2341 2341 2346", "2341 2341 2347"),
        ("pan", "ABCPE1234F", "ABCDE123F"),
        ("tfn", "123 456 782", "123 456 783"),
        ("card", "4111111111111111", "4111111111111112"),
        ("ssn", "480-80-0058", "480-00-0058"),
    ] {
        let kind = Identifier::named(name).unwrap();
        assert!(kind.is_in(&format!("number {yes}, thanks")), "{name} {yes}");
        assert!(!kind.is_in(&format!("number {no}, thanks")), "{name} {no}");
    }
}

proptest! {
    #[test]
    fn any_text_is_searched_without_a_panic(text in ".{0,200}", digits in "[0-9 .\\-A-Z]{0,200}") {
        for t in [text, digits] {
            let _ = found(&t);
            for name in Identifier::names() {
                let _ = Identifier::named(name).unwrap().is_in(&t);
            }
        }
    }
}
