//! Names that phishing borrows most, with the domains that are really theirs.

use crate::hosts::organisation;

/// A name that many people have an account with.
pub(super) struct Brand {
    /// As it stands in display names, lower case.
    pub name: &'static str,
    /// Registered labels that would be taken for it.
    pub labels: &'static [&'static str],
    /// Registered domains of its own; `amazon.*` is the label under any suffix.
    pub domains: &'static [&'static str],
}

const fn brand(name: &'static str, labels: &'static [&'static str], domains: &'static [&'static str]) -> Brand {
    Brand { name, labels, domains }
}

pub(super) const BRANDS: &[Brand] = &[
    brand(
        "paypal",
        &["paypal"],
        &["paypal.*", "paypal-communication.com", "paypalobjects.com", "paypal-corp.com", "braintreegateway.com"],
    ),
    brand(
        "amazon",
        &["amazon"],
        &[
            "amazon.*",
            "amazonaws.com",
            "amazonses.com",
            "amazon-adsystem.com",
            "media-amazon.com",
            "amzn.to",
            "amazon-corp.com",
            "awsevents.com",
        ],
    ),
    brand("netflix", &["netflix"], &["netflix.*", "nflxext.com", "nflximg.net"]),
    brand(
        "microsoft",
        &["microsoft"],
        &[
            "microsoft.*",
            "microsoftonline.com",
            "office.com",
            "office365.com",
            "live.com",
            "outlook.com",
            "hotmail.com",
            "sharepoint.com",
            "azure.com",
            "windows.com",
            "msn.com",
            "onmicrosoft.com",
            "microsoftemail.com",
            "aka.ms",
            "xbox.com",
            "skype.com",
            "linkedin.com",
            "github.com",
        ],
    ),
    brand(
        "office 365",
        &["office365"],
        &[
            "microsoft.*",
            "office.com",
            "office365.com",
            "microsoftonline.com",
            "onmicrosoft.com",
            "sharepoint.com",
            "outlook.com",
        ],
    ),
    brand(
        "microsoft 365",
        &["microsoft365"],
        &[
            "microsoft.*",
            "office.com",
            "office365.com",
            "microsoftonline.com",
            "onmicrosoft.com",
            "sharepoint.com",
            "microsoft365.com",
        ],
    ),
    brand("outlook", &["outlook"], &["outlook.*", "microsoft.*", "office.com", "live.com", "hotmail.com"]),
    brand("onedrive", &["onedrive"], &["microsoft.*", "onedrive.com", "live.com", "sharepoint.com", "office.com"]),
    brand("sharepoint", &["sharepoint"], &["sharepoint.com", "microsoft.*", "office.com", "onmicrosoft.com"]),
    brand(
        "google",
        &["google"],
        &[
            "google.*",
            "gmail.com",
            "googlemail.com",
            "youtube.com",
            "googleusercontent.com",
            "goo.gl",
            "googleapis.com",
            "gstatic.com",
            "withgoogle.com",
            "g.co",
            "android.com",
            "googlegroups.com",
            "blogger.com",
        ],
    ),
    brand(
        "apple",
        &["apple"],
        &["apple.*", "icloud.com", "me.com", "mac.com", "itunes.com", "apple-mapkit.com", "cdn-apple.com"],
    ),
    brand("icloud", &["icloud"], &["icloud.*", "apple.*", "me.com"]),
    brand(
        "facebook",
        &["facebook"],
        &["facebook.*", "facebookmail.com", "fb.com", "meta.com", "fb.me", "messenger.com", "instagram.com"],
    ),
    brand("instagram", &["instagram"], &["instagram.*", "facebook.*", "facebookmail.com", "meta.com"]),
    brand("whatsapp", &["whatsapp"], &["whatsapp.*", "wa.me", "facebook.*", "meta.com"]),
    brand("linkedin", &["linkedin"], &["linkedin.*", "lnkd.in", "licdn.com"]),
    brand("dropbox", &["dropbox"], &["dropbox.*", "dropboxmail.com", "dropboxusercontent.com", "db.tt"]),
    brand("docusign", &["docusign"], &["docusign.*"]),
    brand("adobe", &["adobe"], &["adobe.*", "adobesign.com", "echosign.com", "adobecampaign.com", "behance.net"]),
    brand("dhl", &[], &["dhl.*", "dhl-news.com", "dpdhl.com", "deutschepost.de"]),
    brand("fedex", &["fedex"], &["fedex.*"]),
    brand("usps", &[], &["usps.*"]),
    brand("royal mail", &["royalmail"], &["royalmail.*"]),
    brand("ebay", &["ebay"], &["ebay.*", "ebaystatic.com"]),
    brand("coinbase", &["coinbase"], &["coinbase.*"]),
    brand("binance", &["binance"], &["binance.*"]),
    brand("metamask", &["metamask"], &["metamask.io", "consensys.net", "consensys.io"]),
    brand("trust wallet", &["trustwallet"], &["trustwallet.com"]),
    brand("ledger", &[], &["ledger.*", "ledger-wallet.com"]),
    brand("wells fargo", &["wellsfargo"], &["wellsfargo.*", "wf.com"]),
    brand("bank of america", &["bankofamerica"], &["bankofamerica.*", "bofa.com"]),
    brand("american express", &["americanexpress"], &["americanexpress.*", "aexp.com", "amex.com"]),
    brand("citibank", &["citibank"], &["citibank.*", "citi.com"]),
    brand("hsbc", &["hsbc"], &["hsbc.*"]),
    brand("barclays", &["barclays"], &["barclays.*", "barclaycard.co.uk"]),
    brand("capital one", &["capitalone"], &["capitalone.*"]),
    brand("mcafee", &["mcafee"], &["mcafee.*"]),
    brand("norton", &[], &["norton.*", "nortonlifelock.com", "gendigital.com", "symantec.com"]),
    brand("geek squad", &["geeksquad"], &["geeksquad.com", "bestbuy.*"]),
    brand("spotify", &["spotify"], &["spotify.*"]),
    brand(
        "steam",
        &["steampowered", "steamcommunity"],
        &["steampowered.com", "steamcommunity.com", "valvesoftware.com"],
    ),
    brand("godaddy", &["godaddy"], &["godaddy.*", "secureserver.net"]),
    brand("walmart", &["walmart"], &["walmart.*"]),
    brand("costco", &["costco"], &["costco.*"]),
];

impl Brand {
    /// Whether a host is one of the brand's own.
    pub fn owns(&self, host: &str) -> bool {
        let organisation = organisation(host).to_ascii_lowercase();
        self.domains.iter().any(|domain| match domain.strip_suffix(".*") {
            Some(label) => organisation.strip_prefix(label).is_some_and(|rest| rest.starts_with('.')),
            None => organisation == *domain,
        })
    }
}

/// The brand that a host belongs to.
pub(super) fn owner(host: &str) -> Option<&'static Brand> {
    BRANDS.iter().find(|b| b.owns(host))
}

/// The brand that a display name begins with or is, followed at most by words such as support or security.
pub(super) fn claimed(name: &str) -> Option<&'static Brand> {
    const DESK: &[&str] = &[
        "support",
        "security",
        "service",
        "services",
        "team",
        "account",
        "accounts",
        "billing",
        "customer",
        "care",
        "help",
        "center",
        "centre",
        "alert",
        "alerts",
        "notification",
        "notifications",
        "notice",
        "delivery",
        "express",
        "online",
        "id",
        "inc",
        "rewards",
        "reward",
        "admin",
        "storage",
        "cloud",
        "prime",
        "wallet",
        "info",
        "update",
        "verification",
        "payments",
        "payment",
        "document",
        "sign",
        "esign",
        "store",
        "shopper",
        "antivirus",
        "total",
        "protection",
    ];
    let folded = super::lookalike::skeleton(&name.to_lowercase());
    let words: Vec<&str> = folded.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let joined = words.join(" ");
    BRANDS.iter().find(|b| {
        let wanted = super::lookalike::skeleton(b.name);
        let Some(rest) = joined.strip_prefix(wanted.as_str()) else { return false };
        let whole = rest.is_empty() || rest.starts_with(' ');
        whole
            && rest.split_whitespace().all(|w| {
                DESK.iter().any(|d| super::lookalike::skeleton(d) == w) || w.chars().all(|c| c.is_ascii_digit())
            })
    })
}
