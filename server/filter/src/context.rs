//! What an analyser sees.

use crate::auth::Authentication;
use crate::{Error, classifier, rules};
use message::Parsed;
use model::{Direction, EmailAddress, ReversePath, Timestamp};
use std::{net::IpAddr, path::Path};

/// The envelope and session, as far as the filter uses them.
#[derive(Debug, Clone)]
pub struct Session {
    pub direction: Direction,
    pub client_ip: IpAddr,
    pub helo: String,
    /// Our own name, for Authentication-Results.
    pub hostname: String,
    pub return_path: ReversePath,
    pub recipients: Vec<EmailAddress>,
    pub received: Timestamp,
}

/// What the outside said of the message: gathered before the analysers run, so that they need no network.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// SPF, DKIM and DMARC; nothing for outbound mail.
    pub auth: Authentication,
    /// What clamd said; asked of mail in both directions.
    pub clamd: crate::av::ClamdResult,
    /// The block lists in the DNS that list the source, by their zones.
    pub block_lists: Vec<String>,
}

/// What analysers know beforehand: rules, the classifier's model, hashes. Immutable; swapped as a whole.
#[derive(Debug, Default)]
pub struct Knowledge {
    /// What the embedded virus engine knows.
    pub signatures: crate::av::Signatures,
    pub rules: rules::Engine,
    pub model: classifier::Model,
    /// What the installation taught the classifier.
    pub local: classifier::Local,
    /// Which country an address is in, where the installation has a table of that.
    pub countries: crate::countries::Countries,
    /// Vendors who test people with messages that look like phishing.
    pub awareness: crate::awareness::Vendors,
}

impl Knowledge {
    /// What comes with the program.
    pub fn embedded() -> Knowledge {
        let rules = rules::RuleSet::embedded().and_then(rules::RuleSet::compile);
        Knowledge {
            rules: rules.expect("a test compiles the rules that the program was built with"),
            model: classifier::Model::embedded().expect("a test reads the model that the program was built with"),
            ..Knowledge::default()
        }
    }

    /// What comes with the program, extended and overridden by an installation's files under its data directory:
    /// `rules/*.rules`, `signatures/*`, `countries/*.csv`, `awareness/*.csv`, `model/default.model`, `classifier/local.bin`.
    ///
    /// # Errors
    /// A file that is there and wrong: its name, and for rules the line and what was expected.
    pub fn load(data: &Path) -> Result<Knowledge, Error> {
        let mut set = rules::RuleSet::embedded()?;
        set.add_dir(&data.join("rules"))?;
        let path = data.join("model/default.model");
        let model = if path.exists() { classifier::Model::load(&path)? } else { classifier::Model::embedded()? };
        let local = classifier::Local::load(&data.join(classifier::LOCAL_FILE))?;
        let signatures = crate::av::Signatures::load(&data.join("signatures"))?;
        let countries = crate::countries::Countries::load(&data.join(crate::countries::FOLDER))?;
        let awareness = crate::awareness::Vendors::load(&data.join(crate::awareness::FOLDER))?;
        Ok(Knowledge { signatures, rules: set.compile()?, model, local, countries, awareness })
    }
}

/// Everything an analyser may look at.
pub struct Context<'a> {
    pub message: &'a Parsed,
    pub session: &'a Session,
    pub evidence: &'a Evidence,
    pub knowledge: &'a Knowledge,
}
