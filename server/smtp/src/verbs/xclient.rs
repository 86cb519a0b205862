//! XCLIENT: the session begins anew, with the client that a trusted host speaks for.

use crate::{
    Reply,
    session::Session,
    stream::Io,
    wire::{End, Wire},
    xclient,
};

pub fn run<T: Io>(session: &mut Session, wire: &mut Wire<T>, argument: &str) -> Result<(), End> {
    if !session.terms.xclient {
        return session.answer(wire, &Reply::new(550, "5.7.0", "Insufficient authorization"));
    }
    if session.transaction.is_some() {
        return session.answer(wire, &Reply::SEQUENCE);
    }
    let client = match xclient::parse(argument) {
        Ok(client) => client,
        Err(reply) => return session.answer(wire, &reply),
    };
    session.become_client(wire, client)
}
