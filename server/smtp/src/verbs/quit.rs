//! QUIT (RFC 5321 §4.1.1.10).

use crate::{
    Reply,
    stream::Io,
    wire::{End, Wire},
};

pub fn run<T: Io>(wire: &mut Wire<T>, argument: &str) -> Result<Reply, End> {
    if !argument.is_empty() {
        return Ok(Reply::SYNTAX);
    }
    wire.say(&Reply::new(221, "2.0.0", "Bye"));
    Err(End::Quit)
}
