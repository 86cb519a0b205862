"""Provisions by the generated client: what is sent and what comes back are its types, checked here."""

import os

from postern_client import AuthenticatedClient
from postern_client.api.accounts import add_account, list_accounts
from postern_client.api.domains import add_domain, change_domain, get_domain
from postern_client.api.mailboxes import add_mailbox, list_mailboxes
from postern_client.models import DomainChange, Error, NewAccount, NewDomain, NewMailbox

client = AuthenticatedClient(base_url=os.environ["POSTERN_API"], token=os.environ["POSTERN_TOKEN"])


def good(answer):
    assert answer is not None and not isinstance(answer, Error), answer
    return answer


account = good(add_account.sync(client=client, body=NewAccount(name="generated")))
assert account.name == "generated"
new = NewDomain(account=account.id, name="generated.test", gateways=["mx.generated.test"])
domain = good(add_domain.sync(client=client, body=new))
assert domain.gateways == ["mx.generated.test:25"], domain
changed = good(change_domain.sync(domain.id, client=client, body=DomainChange(gateways=["192.0.2.1:26"])))
assert changed.gateways == ["192.0.2.1:26"] and good(get_domain.sync(domain.id, client=client)) == changed

for n in range(120):
    new = NewMailbox(domain=domain.id, name=f"user{n:03}", aliases=[f"alias{n:03}"])
    mailbox = good(add_mailbox.sync(client=client, body=new))
    assert mailbox.address == f"user{n:03}@generated.test", mailbox

addresses, after = [], None
while True:
    more = {"after": after} if after else {}
    page = good(list_mailboxes.sync(client=client, domain=domain.id, limit=50, **more))
    addresses += [mailbox.address for mailbox in page.items]
    after = page.next_
    if after is None:
        break
assert addresses == [f"user{n:03}@generated.test" for n in range(120)], addresses

taken = add_account.sync(client=client, body=NewAccount(name="generated"))
assert isinstance(taken, Error) and taken.error.code == "conflict" and taken.error.fields[0].field == "name", taken
assert any(a.name == "generated" for a in good(list_accounts.sync(client=client)).items)
print("generated client: 1 account, 1 domain, 120 mailboxes made and read back in pages")
