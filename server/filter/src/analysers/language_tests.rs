#![allow(clippy::unwrap_used)]
use super::*;
use crate::analysers::case::Case;

fn of(text: &str) -> Option<String> {
    let case = Case::of(&format!("Content-Type: text/plain; charset=utf-8\nSubject: x\n\n{text}\n"));
    case.run(run).into_iter().next().map(|f| match f.check {
        Some(Check::Language(code)) => code,
        other => panic!("{other:?}"),
    })
}

#[test]
fn languages_with_a_script_of_their_own_need_few_letters() {
    for (code, text) in [
        ("ru", "Здравствуйте, высылаю вам протокол вчерашнего собрания."),
        (
            "uk",
            "Доброго дня, надсилаю вам протокол вчорашніх зборів, які відбулися у нашій їдальні. Якщо є питання, пишіть її авторові.",
        ),
        ("zh", "您好,附件是昨天会议的记录,请查收。"),
        ("ja", "こんにちは、昨日の会議の議事録をお送りします。"),
        ("ko", "안녕하세요, 어제 회의록을 보내드립니다."),
        ("ar", "مرحبا، أرسل إليكم محضر اجتماع الأمس."),
        ("he", "שלום, מצורף פרוטוקול הישיבה של אתמול."),
        ("th", "สวัสดีครับ ส่งรายงานการประชุมเมื่อวานนี้มาให้"),
        ("el", "Καλησπέρα, σας στέλνω τα πρακτικά της χθεσινής συνεδρίασης."),
    ] {
        assert_eq!(of(text).as_deref(), Some(code), "{text}");
    }
}
#[test]
fn languages_in_latin_letters_are_told_in_a_text_of_some_length() {
    for (code, text) in [
        (
            "es",
            "Hola a todos, les envío el acta de la reunión de ayer. Como ya saben, la próxima reunión será el martes por la tarde en la sala grande. Por favor, avísenme si no pueden venir, para que busquemos otra fecha que convenga a todos.",
        ),
        (
            "fr",
            "Bonjour à tous, je vous envoie le compte rendu de la réunion d'hier. Comme vous le savez, la prochaine réunion aura lieu mardi après-midi dans la grande salle. Merci de me prévenir si vous ne pouvez pas venir, afin que nous trouvions une autre date.",
        ),
        (
            "de",
            "Hallo zusammen, ich schicke euch das Protokoll der gestrigen Sitzung. Wie ihr wisst, findet die nächste Sitzung am Dienstagnachmittag im großen Saal statt. Bitte sagt mir Bescheid, falls ihr nicht kommen könnt, damit wir einen anderen Termin finden.",
        ),
        (
            "it",
            "Ciao a tutti, vi mando il verbale della riunione di ieri. Come sapete, la prossima riunione si terrà martedì pomeriggio nella sala grande. Per favore fatemi sapere se non potete venire, così cerchiamo un'altra data che vada bene a tutti.",
        ),
    ] {
        assert_eq!(of(text).as_deref(), Some(code), "{text}");
    }
}
#[test]
fn english_has_no_finding_however_technical_or_short() {
    for text in [
        "Hello everybody, here are the minutes of yesterday's meeting. The next meeting is on Tuesday afternoon in the large hall, please tell me if you cannot come so that we find another date.",
        "static int foo(struct bar *baz) { return baz->qux ? -EINVAL : 0; } drivers/net/phy/micrel.c | 12 ++++++------ 1 file changed",
        "Ja, gut. Si. Oui merci.",
        "Thanks, Jürgen Müller, Straße 5, 80331 München",
        "The word Привет means hello in Russian, and that is the only one that you need to know for this text.",
    ] {
        assert_eq!(of(text), None, "{text}");
    }
}
#[test]
fn quoted_lines_are_other_peoples_words() {
    assert_eq!(of("Thanks, I will read it.\n\n> Здравствуйте, высылаю вам протокол вчерашнего собрания."), None);
}
