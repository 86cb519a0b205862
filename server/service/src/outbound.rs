//! Networks whose hosts may send through the gateway (guide chapter 7).

use crate::definition::reference;
use crate::domains::account_within;
use crate::{Error, Service, UseCase, audit};
use model::{AccountId, Actor, Cidr, FieldError, Settings};
use store::Scope;
use store::change::Touched;
use store::definition::Place;
use store::outbound::OutboundIp;

/// What is wrong with a nickname.
pub(crate) fn nickname_problem(nickname: &str) -> Option<&'static str> {
    if nickname.chars().count() > 100 {
        return Some("A nickname has at most 100 characters.");
    }
    nickname.chars().any(char::is_control).then_some("A nickname has no control characters.")
}

/// The entry, within the actor's scope; what is outside does not exist.
pub(crate) async fn outbound_in(c: &mut store::Connection, scope: Scope, id: i64) -> Result<OutboundIp, Error> {
    let found = store::outbound::get(c, id).await?.filter(|o| account_within(scope, o.account));
    found.ok_or_else(|| Error::not_found("outbound address"))
}

impl Service {
    pub async fn outbound_ip(&self, actor: &Actor, id: i64) -> Result<OutboundIp, Error> {
        let scope = self.permit(actor, UseCase::ListOutbound)?;
        let mut c = self.inner.store.read().await?;
        outbound_in(&mut c, scope, id).await
    }

    pub async fn add_outbound_ip(
        &self,
        actor: &Actor,
        account: AccountId,
        range: &str,
        nickname: &str,
    ) -> Result<i64, Error> {
        let scope = self.permit(actor, UseCase::AddOutbound)?;
        let mut wrong = Vec::new();
        let mut field = |name: &str, message: String| wrong.push(FieldError { field: name.into(), message });
        let range: Option<Cidr> = range.trim().parse().map_err(|e| field("range", format!("{range}: {e}"))).ok();
        if let Some(problem) = nickname_problem(nickname) {
            field("nickname", problem.into());
        }
        Error::fields(wrong)?;
        let Some(range) = range else { return Err(Error::field("range", "An address or network is needed.")) };
        let mut tx = self.inner.store.begin().await?;
        if !account_within(scope, account) || store::account::name(&mut tx, account).await?.is_none() {
            return Err(Error::field("account", "There is no such account."));
        }
        let row = OutboundIp { id: 0, account, range, nickname: nickname.to_owned(), settings: Settings::default() };
        let taken = store::outbound::by_range(&mut tx, range).await?.is_some();
        if taken || !store::outbound::put(&mut tx, &row).await? {
            return Err(Error::taken("range", format!("{range} is there already.")));
        }
        let made = store::outbound::by_range(&mut tx, range).await?;
        let id = made.map(|o| o.id).ok_or_else(|| Error::not_found("outbound address"))?;
        self.note(&mut tx, actor, "outbound.add", &range.to_string(), nickname, Some(account)).await?;
        store::change::touch(&mut tx, &[Touched::Outbound]).await?;
        tx.commit().await?;
        Ok(id)
    }

    pub async fn name_outbound_ip(&self, actor: &Actor, id: i64, nickname: &str) -> Result<(), Error> {
        let scope = self.permit(actor, UseCase::EditOutbound)?;
        if let Some(problem) = nickname_problem(nickname) {
            return Err(Error::field("nickname", problem));
        }
        let mut tx = self.inner.store.begin().await?;
        let before = outbound_in(&mut tx, scope, id).await?;
        if before.nickname == nickname {
            return Ok(());
        }
        let (range, account) = (before.range.to_string(), before.account);
        let detail = audit::step("nickname", &before.nickname, nickname);
        store::outbound::put(&mut tx, &OutboundIp { nickname: nickname.to_owned(), ..before }).await?;
        self.note(&mut tx, actor, "outbound.edit", &range, &detail, Some(account)).await?;
        store::change::touch(&mut tx, &[Touched::Outbound]).await?;
        Ok(tx.commit().await?)
    }

    /// Moves an outbound IP to another account, unless it uses content filters or verifiers of its account (guide chapter
    /// 7 "Moving Outbound IPs Between Accounts"). Domains of the account that it leaves are its members no longer.
    pub async fn move_outbound_ip(&self, actor: &Actor, id: i64, to: AccountId) -> Result<(), Error> {
        let scope = self.permit(actor, UseCase::MoveOutbound)?;
        let mut tx = self.inner.store.begin().await?;
        let before = outbound_in(&mut tx, scope, id).await?;
        let target = store::account::name(&mut tx, to).await?.filter(|_| account_within(scope, to));
        let target = target.ok_or_else(|| Error::field("account", "There is no such account."))?;
        if before.account == to {
            return Ok(());
        }
        let range = before.range.to_string();
        reference::untied(&mut tx, (before.account, &range), Place::Outbound(id), &before.settings).await?;
        let members = store::outbound::move_to(&mut tx, id, to).await?;
        let mut detail = format!("to account {target}");
        if members > 0 {
            detail.push_str(&format!("; without {members} member domains of the account before"));
        }
        for account in [before.account, to] {
            self.note(&mut tx, actor, "outbound.move", &range, &detail, Some(account)).await?;
        }
        store::change::touch(&mut tx, &[Touched::Outbound]).await?;
        Ok(tx.commit().await?)
    }

    pub async fn delete_outbound_ip(&self, actor: &Actor, id: i64) -> Result<(), Error> {
        let scope = self.permit(actor, UseCase::DeleteOutbound)?;
        let mut tx = self.inner.store.begin().await?;
        let gone = outbound_in(&mut tx, scope, id).await?;
        store::outbound::delete(&mut tx, id).await?;
        self.note(&mut tx, actor, "outbound.delete", &gone.range.to_string(), &gone.nickname, Some(gone.account))
            .await?;
        store::change::touch(&mut tx, &[Touched::Outbound]).await?;
        Ok(tx.commit().await?)
    }
}
