//! Samples whose kind is in their words: plain, HTML, spam, phishing, bounce, newsletter, foreign.

use super::{Draft, Sample};
use model::Timestamp;

pub(super) fn samples(to: &str, now: Timestamp) -> Vec<Sample> {
    let base = |name, from, envelope, subject, passes| Draft { name, from, envelope, to, subject, extra: "", passes };
    vec![
        base("plain", "Alice Weber <alice@partner.test>", "alice@partner.test", "Lunch on Friday?", true).text(
            now,
            "Hello,\n\nshall we meet at noon on Friday at the usual place? I would like to go through the figures for the\nautumn order before the call with the printers on Monday.\n\nBest regards\nAlice\n",
        ),
        base("plain", "Jon Hale <jon@builders.test>", "jon@builders.test", "Drawings for the second floor", true).text(
            now,
            "Good morning,\n\nthe revised drawings are on the shared folder. The stair moved by twenty centimetres, as you asked.\nPlease have a look before Thursday, then I can release them to the site.\n\nJon\n",
        ),
        base("html", "Office <office@partner.test>", "office@partner.test", "Minutes of Tuesday's meeting", true).html(
            now,
            "Minutes of Tuesday's meeting\n\nPresent: Alice, Bob, Jon.\n1. The delivery moves to the 14th.\n2. Bob asks two more suppliers.\n",
            "<html><body><h1>Minutes of Tuesday's meeting</h1><p>Present: Alice, Bob, Jon.</p><ol><li>The delivery moves to the 14th.</li><li>Bob asks two more suppliers.</li></ol></body></html>",
        ),
        Draft {
            extra: "X-Mailer: BulkBlaster 9\r\n",
            ..base("spam", "Cheap Pills Online <deals@pills-4-u.example>", "x81723@pills-4-u.example", "!!! 85% OFF all MEDS, no prescription needed !!!", false)
        }
        .html(
            now,
            "BUY NOW: Viagra, Cialis, Xanax, no prescription needed! 85% OFF, limited time offer, act now!\n100% satisfaction guaranteed, risk free, order today. Make money fast while you sleep.\nhttp://pills-4-u.example/buy?id=8127\n",
            "<html><body bgcolor=yellow><font size=7 color=red><b>BUY NOW!!! VIAGRA - CIALIS - XANAX</b></font><p>No prescription needed! 85% OFF, limited time offer, act now! 100% satisfaction guaranteed, risk free. <a href=\"http://pills-4-u.example/buy?id=8127\">CLICK HERE TO ORDER TODAY</a></p></body></html>",
        ),
        Draft {
            extra: "Reply-To: <barrister.okoye@freemail.example>\r\n",
            ..base("spam", "Barrister Okoye <info@lottery-claims.example>", "info@lottery-claims.example", "CONGRATULATIONS: your unclaimed inheritance of US$ 14,500,000.00", false)
        }
        .text(
            now,
            "Dear Beneficiary,\n\nI am Barrister Okoye, attorney to a deceased client who died without next of kin and left the sum of\nFourteen Million Five Hundred Thousand United States Dollars (US$14,500,000.00) in a security company.\nI seek your consent to present you as next of kin so that the fund is released to your bank account. You will\nget 40% of the total sum. This transaction is 100% risk free and must be kept confidential.\nSend your full name, address, telephone number and bank account details to my private email urgently.\n\nYours faithfully\n",
        ),
        base("phishing", "\"Example Bank Security\" <security@bank-example-login.example>", "bounce@bank-example-login.example", "Urgent: your account has been suspended", false).html(
            now,
            "Dear customer,\n\nwe noticed unusual activity. Your account has been suspended. Verify your account within 24 hours or it\nwill be closed: http://198.51.100.23/bank.example/login\n",
            "<html><body><p>Dear customer,</p><p>we noticed unusual sign-in activity and <b>your account has been suspended</b>. Please verify your password and card number within 24 hours, or your account will be permanently closed.</p><p><a href=\"http://198.51.100.23/secure/login.php?session=81\">https://www.bank.example/login</a></p><form action=\"http://198.51.100.23/collect\"><input name=user><input type=password name=pass><input type=submit value=\"Verify\"></form></body></html>",
        ),
        Draft {
            extra: "Auto-Submitted: auto-replied\r\nX-Failed-Recipients: nobody@partner.test\r\n",
            ..base("bounce", "Mail Delivery System <MAILER-DAEMON@mx.partner.test>", "", "Undelivered Mail Returned to Sender", true)
        }
        .with(
            now,
            "Content-Type: multipart/report; report-type=delivery-status; boundary=\"dsn-1\"\r\n",
            b"--dsn-1\r\nContent-Type: text/plain\r\n\r\nYour message could not be delivered to nobody@partner.test: no such mailbox.\r\n--dsn-1\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.partner.test\r\n\r\nFinal-Recipient: rfc822; nobody@partner.test\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 no such mailbox\r\n--dsn-1\r\nContent-Type: text/rfc822-headers\r\n\r\nFrom: bob@acme.test\r\nTo: nobody@partner.test\r\nSubject: Offer\r\n--dsn-1--\r\n",
        ),
        Draft {
            extra: "List-Unsubscribe: <https://news.garden-shop.example/u/1>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nPrecedence: bulk\r\nX-Campaign-Id: spring-24\r\n",
            ..base("newsletter", "Garden Shop <news@garden-shop.example>", "bounce-1@news.garden-shop.example", "Spring bulbs are in: 20% off this week", true)
        }
        .html(
            now,
            "Spring bulbs are in!\n\nThis week 20% off all tulips and daffodils. Free delivery over 40.\nShop now: https://news.garden-shop.example/c/1\nUnsubscribe: https://news.garden-shop.example/u/1\n",
            "<html><body><table width=600><tr><td><img src=\"https://news.garden-shop.example/logo.png\" alt=\"Garden Shop\"><h2>Spring bulbs are in!</h2><p>This week 20% off all tulips and daffodils. Free delivery over 40.</p><p><a href=\"https://news.garden-shop.example/c/1\">Shop now</a></p><p><small>You get this because you subscribed. <a href=\"https://news.garden-shop.example/u/1\">Unsubscribe</a> - <a href=\"https://news.garden-shop.example/v/1\">View in browser</a></small></p></td></tr></table></body></html>",
        ),
        base("japanese", "=?UTF-8?B?5bGx55Sw5aSq6YOO?= <yamada@kaisha.example>", "yamada@kaisha.example", "=?UTF-8?B?5p2l6YCx44Gu5Lya6K2w44Gr44Gk44GE44Gm?=", false).text(
            now,
            "お世話になっております。山田です。\n\n来週の会議についてご連絡いたします。日程は木曜日の午後二時から、場所は本社の第三会議室を予定しております。\n議題は新しい製品の発表と、来年度の予算の見直しです。資料は前日までにお送りいたしますので、\nご確認のほどよろしくお願いいたします。\n\n山田太郎\n",
        ),
        base("russian", "=?UTF-8?B?0JjQstCw0L0=?= <ivan@zavod.example>", "ivan@zavod.example", "=?UTF-8?B?0J/RgNC10LTQu9C+0LbQtdC90LjQtSDQviDRgdC+0YLRgNGD0LTQvdC40YfQtdGB0YLQstC1?=", false).text(
            now,
            "Здравствуйте!\n\nНаша компания предлагает вам сотрудничество в области поставок строительных материалов. Мы работаем на рынке\nболее десяти лет и гарантируем высокое качество продукции и короткие сроки доставки. Будем рады ответить на\nваши вопросы и направить подробный прайс-лист.\n\nС уважением, Иван\n",
        ),
    ]
}
