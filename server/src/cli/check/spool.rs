//! Mail that waits: every record can be read, and every plan understood.

use super::finding::Finding;
use crate::config::Config;

pub fn check(config: &Config) -> Finding {
    const NAME: &str = "spool";
    let directory = config.data.join("spool");
    let mut bad_plans = 0;
    let mut bytes = 0;
    let copied = spool::copy(&directory, |message| {
        bytes += message.size;
        if !message.state.is_empty() && delivery::Plan::decode(message.state).is_err() {
            bad_plans += 1;
        }
        Ok::<_, spool::Error>(())
    });
    match copied {
        Err(error) => {
            Finding::fail(NAME, error, "start the version of Postern that wrote it, or restore the last backup")
        }
        Ok(copied) if copied.damaged > 0 => Finding::fail(
            NAME,
            format!("{} stretches cannot be read; {} messages can", copied.damaged, copied.messages),
            format!("check the disk; what is damaged is kept in {}", directory.join("damaged").display()),
        ),
        Ok(_) if bad_plans > 0 => Finding::fail(
            NAME,
            format!("{bad_plans} messages have a delivery plan of another version"),
            "start the version of Postern that wrote them",
        ),
        Ok(copied) => Finding::ok(NAME, format!("{} messages wait, {bytes} bytes", copied.messages)),
    }
}
