//! FOREIGN: the language of the text by script, declared character set and common letter sequences.

use crate::Context;
use message::Parsed;
use model::{
    Category, Finding,
    finding::{Check, Step},
};
use whatlang::{Lang, Script};

/// Characters that are looked at; a language shows soon.
const SAMPLE: usize = 6_000;
/// Letters that a text in Latin script needs; English in few words resembles many languages.
const LATIN_LETTERS: usize = 120;
/// Letters of another script that are enough, and the share of all letters that they need.
const SCRIPT_LETTERS: usize = 6;
const SCRIPT_SHARE: f32 = 0.3;
/// The share where the declared character set says the same.
const CHARSET_SHARE: f32 = 0.1;
const CONFIDENCE: f64 = 0.9;

pub fn run(context: &Context<'_>, out: &mut Vec<Finding>) {
    let Some((code, info)) = language(context.message) else { return };
    out.push(Finding {
        analyser: "language".into(),
        step: Step::Rules,
        category: Category::Foreign,
        check: Some(Check::Language(code.into())),
        rule: None,
        info,
        score: 0.0,
    });
}

#[derive(Default)]
struct Letters {
    all: usize,
    cyrillic: usize,
    han: usize,
    kana: usize,
    hangul: usize,
    others: [(usize, &'static str); 6],
}

fn count(text: &str) -> Letters {
    let mut n =
        Letters { others: [(0, "ar"), (0, "he"), (0, "th"), (0, "el"), (0, "hi"), (0, "hy")], ..Letters::default() };
    for c in text.chars().filter(|c| c.is_alphabetic()) {
        n.all += 1;
        match c {
            '\u{400}'..='\u{52f}' => n.cyrillic += 1,
            '\u{3040}'..='\u{30ff}' | '\u{ff66}'..='\u{ff9d}' => n.kana += 1,
            '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{2ffff}' => n.han += 1,
            '\u{1100}'..='\u{11ff}' | '\u{ac00}'..='\u{d7af}' => n.hangul += 1,
            '\u{600}'..='\u{6ff}' | '\u{750}'..='\u{77f}' => n.others[0].0 += 1,
            '\u{590}'..='\u{5ff}' => n.others[1].0 += 1,
            '\u{e00}'..='\u{e7f}' => n.others[2].0 += 1,
            '\u{370}'..='\u{3ff}' => n.others[3].0 += 1,
            '\u{900}'..='\u{97f}' => n.others[4].0 += 1,
            '\u{530}'..='\u{58f}' => n.others[5].0 += 1,
            _ => {}
        }
    }
    n
}

/// ISO 639-1 code of the language and how it was told; none for English and where it is not sure.
fn language(m: &Parsed) -> Option<(&'static str, String)> {
    let sample = sample(m);
    let n = count(&sample);
    if n.all == 0 {
        return None;
    }
    let declared =
        m.parts.iter().filter(|p| !p.is_attachment).filter_map(|p| p.charset.as_deref()).find_map(of_charset);
    let enough = |letters: usize, code: &str| {
        #[allow(clippy::cast_precision_loss)] // a sample is short
        let share = letters as f32 / n.all as f32;
        let needed = if declared == Some(code) { CHARSET_SHARE } else { SCRIPT_SHARE };
        letters >= SCRIPT_LETTERS && share >= needed
    };
    let said = |code: &'static str, script: &str| {
        let by = if declared == Some(code) { " and character set" } else { "" };
        Some((code, format!("{} by its {script} script{by}", name(code))))
    };
    if enough(n.hangul, "ko") {
        return said("ko", "Korean");
    }
    let east = n.han + n.kana;
    if n.kana * 20 >= east && n.kana > 1 && enough(east, "ja") {
        return said("ja", "Japanese");
    }
    if enough(east, declared.filter(|d| ["ja", "zh"].contains(d)).unwrap_or("zh")) {
        return said(if declared == Some("ja") { "ja" } else { "zh" }, "Chinese");
    }
    if enough(n.cyrillic, "ru") {
        return said(cyrillic(&sample), "Cyrillic");
    }
    if let Some((_, code)) = n.others.iter().copied().find(|(letters, code)| enough(*letters, code)) {
        return said(code, "own");
    }
    latin(&sample, n.all)
}

/// Subject and text, without addresses and quoted lines, in which other people's words stand.
fn sample(m: &Parsed) -> String {
    let mut out = String::with_capacity(SAMPLE);
    let lines = std::iter::once(m.subject.as_str()).chain(m.text.lines());
    for line in lines.filter(|l| !l.trim_start().starts_with('>')) {
        for word in line
            .split_whitespace()
            .filter(|w| !w.contains("://") && !w.contains('@') && !w.contains(['_', '=', '{', '<']))
        {
            out.push_str(word);
            out.push(' ');
        }
        if out.len() >= SAMPLE {
            break;
        }
    }
    out
}

/// Which language of Cyrillic script; Russian where it cannot be told.
fn cyrillic(sample: &str) -> &'static str {
    match whatlang::detect(sample) {
        Some(info) if info.script() == Script::Cyrillic && info.is_reliable() => code(info.lang()).unwrap_or("ru"),
        _ => "ru",
    }
}

fn latin(sample: &str, letters: usize) -> Option<(&'static str, String)> {
    if letters < LATIN_LETTERS || english(sample) {
        return None;
    }
    let info = whatlang::detect(sample)?;
    if info.script() != Script::Latin || !info.is_reliable() || info.confidence() < CONFIDENCE {
        return None;
    }
    let code = code(info.lang())?;
    let words = sample.split_whitespace().filter(|w| w.chars().all(char::is_alphabetic)).count();
    (words >= 15).then(|| (code, format!("{} by its letters", name(code))))
}

/// Whether every twelfth word is one of the commonest of English: technical text full of names still is.
fn english(sample: &str) -> bool {
    const COMMON: &[&str] = &[
        "the", "and", "of", "to", "is", "that", "for", "it", "with", "this", "be", "are", "not", "you", "have", "from",
        "your", "we", "can", "will",
    ];
    let (mut words, mut common) = (0usize, 0usize);
    for word in sample.split(|c: char| !c.is_alphabetic()).filter(|w| !w.is_empty()) {
        words += 1;
        common += usize::from(COMMON.contains(&word.to_ascii_lowercase().as_str()));
    }
    common * 12 >= words
}

/// The language that a character set is only used for.
fn of_charset(charset: &str) -> Option<&'static str> {
    let c = charset.to_ascii_lowercase();
    Some(match c.as_str() {
        "koi8-r" | "windows-1251" | "cp1251" | "iso-8859-5" | "koi8-u" | "cp866" => "ru",
        "gb2312" | "gbk" | "gb18030" | "big5" | "big5-hkscs" | "hz-gb-2312" | "euc-tw" => "zh",
        "iso-2022-jp" | "shift_jis" | "shift-jis" | "euc-jp" | "cp932" | "windows-31j" => "ja",
        "euc-kr" | "ks_c_5601-1987" | "iso-2022-kr" | "cp949" => "ko",
        "windows-1256" | "iso-8859-6" => "ar",
        "windows-1255" | "iso-8859-8" | "iso-8859-8-i" => "he",
        "windows-1253" | "iso-8859-7" => "el",
        "windows-874" | "tis-620" => "th",
        _ => return None,
    })
}

/// ISO 639-3 to 639-1, with the English name; English has none.
const LANGUAGES: &[(Lang, &str, &str)] = &[
    (Lang::Rus, "ru", "Russian"),
    (Lang::Cmn, "zh", "Chinese"),
    (Lang::Spa, "es", "Spanish"),
    (Lang::Por, "pt", "Portuguese"),
    (Lang::Ita, "it", "Italian"),
    (Lang::Fra, "fr", "French"),
    (Lang::Deu, "de", "German"),
    (Lang::Ukr, "uk", "Ukrainian"),
    (Lang::Ara, "ar", "Arabic"),
    (Lang::Hin, "hi", "Hindi"),
    (Lang::Jpn, "ja", "Japanese"),
    (Lang::Heb, "he", "Hebrew"),
    (Lang::Pol, "pl", "Polish"),
    (Lang::Kor, "ko", "Korean"),
    (Lang::Nob, "nb", "Norwegian"),
    (Lang::Dan, "da", "Danish"),
    (Lang::Swe, "sv", "Swedish"),
    (Lang::Fin, "fi", "Finnish"),
    (Lang::Tur, "tr", "Turkish"),
    (Lang::Nld, "nl", "Dutch"),
    (Lang::Hun, "hu", "Hungarian"),
    (Lang::Ces, "cs", "Czech"),
    (Lang::Ell, "el", "Greek"),
    (Lang::Bul, "bg", "Bulgarian"),
    (Lang::Bel, "be", "Belarusian"),
    (Lang::Ron, "ro", "Romanian"),
    (Lang::Slv, "sl", "Slovenian"),
    (Lang::Hrv, "hr", "Croatian"),
    (Lang::Srp, "sr", "Serbian"),
    (Lang::Mkd, "mk", "Macedonian"),
    (Lang::Lit, "lt", "Lithuanian"),
    (Lang::Lav, "lv", "Latvian"),
    (Lang::Est, "et", "Estonian"),
    (Lang::Vie, "vi", "Vietnamese"),
    (Lang::Tha, "th", "Thai"),
    (Lang::Ind, "id", "Indonesian"),
    (Lang::Cat, "ca", "Catalan"),
    (Lang::Slk, "sk", "Slovak"),
    (Lang::Hye, "hy", "Armenian"),
    (Lang::Afr, "af", "Afrikaans"),
];

fn code(lang: Lang) -> Option<&'static str> {
    LANGUAGES.iter().find(|(l, ..)| *l == lang).map(|(_, code, _)| *code)
}
fn name(code: &str) -> &'static str {
    LANGUAGES.iter().find(|(_, c, _)| *c == code).map_or("foreign", |(_, _, name)| *name)
}

#[cfg(test)]
#[path = "language_tests.rs"]
mod tests;
