//! How the installation receives mail (guide chapter 2 "Services", "SMTP", "Configuring Appliance Encryption Policies").

use crate::settings::kind::{Const, Entry, Field, Kind};
use crate::settings::level::APPLIANCE;
use crate::settings::macros::section;
use crate::settings::spec::{choice, choice_of, flag, int, list, map, of};
use crate::settings::types::{
    GreylistLevel, GreylistTest, OfferedEncryption, ServiceKind, SmtpService, TlsCipher, TlsVersion,
};
use crate::{Cidr, CountryCode, SenderEntry};
use std::collections::BTreeMap;

/// Entries of the lists that hold for every connection.
const CONNECTIONS_MAX: usize = 200_000;

section! {
    /// Services.
    smtp_services "Services", chapter 2, at APPLIANCE => SmtpServicesValues {
        /// Listeners by name, besides those of the configuration file.
        services "Services": BTreeMap<String, SmtpService> = map(Entry::Name, &Kind::Record(SERVICE), 100);
    }
}

const SERVICE: &[Field] = &[
    Field { name: "kind", label: "Service", kind: Kind::Choice(ServiceKind::CHOICES) },
    Field { name: "listen", label: "IP address and port", kind: Kind::One { entry: Entry::Listen, or_empty: false } },
    Field { name: "greeting", label: "SMTP greeting", kind: Kind::Text { max: 200, multiline: false } },
];

section! {
    /// Sender Allow List, Sender Block List and Country Codes.
    smtp_lists "SMTP", chapter 2, at APPLIANCE => SmtpListsValues {
        /// Clients that are accepted; an IP skips greylisting and the lists below, networks and countries greylisting.
        allow "Sender Allow List": Vec<SenderEntry> =
            of(Kind::List { entry: Entry::Connection, max: CONNECTIONS_MAX }, Const::Words(&[]));
        /// Clients whose connections are rejected.
        block "Sender Block List": Vec<SenderEntry> =
            of(Kind::List { entry: Entry::Connection, max: CONNECTIONS_MAX }, Const::Words(&[]));
        /// Accept mail from the countries of the list only.
        countries_enabled "Country Codes: enabled": bool = flag(false);
        /// The countries that mail is accepted from.
        countries "Country Codes": Vec<CountryCode> = list(Entry::Country);
        /// Accept mail from addresses whose country is not known.
        unknown_country "Country Codes: accept unknown": bool = flag(true);
    }
}
section! {
    /// Greylisting.
    greylisting "Greylisting", chapter 2, at APPLIANCE => GreylistingValues {
        /// Mail that fails a test is refused for the moment; mail servers in order try again.
        enabled "Enabled": bool = flag(false);
        /// Which tests are made.
        level "Level": GreylistLevel = choice(GreylistLevel::CHOICES);
        /// The tests of the level Custom.
        tests "Custom tests": Vec<GreylistTest> =
            of(Kind::List { entry: Entry::Word(GreylistTest::CHOICES), max: 14 }, Const::Words(&[]));
        /// Seconds after which a second try passes.
        delay_seconds "Delay": u32 = int(300, 1, 86_400, "seconds");
        /// Hours within which the second try must come.
        retry_hours "Second try within": u16 = int(24, 1, 720, "hours");
        /// Days for which a sender that passed skips the tests, counted from its last message.
        keep_days "Remember senders for": u16 = int(35, 1, 365, "days");
    }
}
section! {
    /// Inbound SMTP of the appliance's encryption policies.
    smtp_encryption "Appliance Encryption", chapter 2, at APPLIANCE => SmtpEncryptionValues {
        /// TLS of mail from the Internet.
        inbound "Inbound SMTP": OfferedEncryption = choice_of(OfferedEncryption::CHOICES, "offer");
        /// Versions of TLS that are taken.
        versions "TLS protocols": Vec<TlsVersion> =
            of(Kind::List { entry: Entry::Word(TlsVersion::CHOICES), max: 2 }, Const::Words(&["1.3", "1.2"]));
        /// Cipher suites that are taken; empty: all.
        ciphers "Ciphers": Vec<TlsCipher> =
            of(Kind::List { entry: Entry::Word(TlsCipher::CHOICES), max: 9 }, Const::Words(&[]));
    }
}
section! {
    /// Limits of sessions.
    smtp_limits "SMTP Limits", chapter 2, at APPLIANCE => SmtpLimitsValues {
        /// Sessions at a time of one service; more get 421.
        sessions "Sessions": u32 = int(4_000, 1, 100_000, "sessions");
        /// Sessions at a time from one address, or one IPv6 network of 64 bits.
        sessions_per_client "Sessions per client": u32 = int(100, 1, 100_000, "sessions");
        /// Refused recipients of one session after which each further reply waits.
        tarpit_after "Tarpit after": u32 = int(10, 0, 100, "refused recipients");
        /// Seconds for which it waits.
        tarpit_seconds "Tarpit delay": u16 = int(5, 0, 60, "seconds");
        /// Hosts whose word is believed on whom they speak for (XCLIENT).
        xclient_hosts "XCLIENT hosts": Vec<Cidr> = list(Entry::Network);
    }
}
