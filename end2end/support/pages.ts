// The main pages, for what must hold on each of them.

import { site } from './site';

export interface Named {
  name: string;
  path: string;
}

export const LOGIN: Named[] = [
  { name: 'login', path: '/login' },
  { name: 'light, login', path: '/light' },
  { name: 'forgotten password', path: '/forgot' },
  { name: 'link that opens nothing', path: '/activate/guessed' },
];

/** `id`: a held message. */
export const adminPages = (id: number): Named[] => [
  { name: 'home', path: '/admin' },
  { name: 'home, 7 days', path: '/admin?range=7d' },
  { name: 'search', path: '/admin/search?q=acme' },
  { name: 'accounts', path: '/admin/accounts' },
  { name: 'add account', path: '/admin/accounts/new' },
  { name: 'domains', path: '/admin/domains' },
  { name: 'add domain', path: '/admin/domains/new' },
  { name: 'domain', path: '/admin/domains/1' },
  { name: 'account', path: '/admin/accounts/1' },
  { name: 'mailbox', path: '/admin/mailboxes/1' },
  { name: 'system settings', path: '/admin/settings' },
  { name: 'default inbound domain', path: '/admin/defaults/inbound' },
  { name: 'default outbound', path: '/admin/defaults/outbound' },
  { name: 'bulk operations', path: '/admin/bulk' },
  { name: 'new bulk operation', path: '/admin/bulk/new?of=mailboxes&all=true' },
  { name: 'paste mailboxes', path: '/admin/bulk/new?of=import' },
  { name: 'mailboxes', path: '/admin/mailboxes' },
  { name: 'add mailbox', path: '/admin/mailboxes/new' },
  { name: 'mailboxes, narrowed', path: '/admin/mailboxes?state=active&hide=aliases,created' },
  { name: 'groups', path: '/admin/groups' },
  { name: 'add group', path: '/admin/groups/new' },
  { name: 'outbound IPs', path: '/admin/outbound-ips' },
  { name: 'add outbound IP', path: '/admin/outbound-ips/new' },
  { name: 'administrators', path: '/admin/administrators' },
  { name: 'add administrator', path: '/admin/administrators/new' },
  { name: 'administrator', path: '/admin/administrators/1' },
  { name: 'content filters', path: '/admin/content-filters' },
  { name: 'add content filter', path: '/admin/content-filters/new' },
  { name: 'verifiers', path: '/admin/verifiers' },
  { name: 'add verifier', path: '/admin/verifiers/new' },
  { name: 'add LDAP verifier', path: '/admin/verifiers/new?type=ldap' },
  { name: 'notifications', path: '/admin/notifications' },
  { name: 'add notification', path: '/admin/notifications/new' },
  { name: 'add traffic notification', path: '/admin/notifications/new?event=inbound_hourly_traffic' },
  { name: 'brands', path: '/admin/brands' },
  { name: 'add brand', path: '/admin/brands/new' },
  { name: 'confirm a deletion', path: '/admin/delete?list=mailboxes&ids=1,2' },
  { name: 'choose tiles', path: '/admin/tiles' },
  { name: 'getting started', path: '/admin/start' },
  { name: 'getting started, domain', path: '/admin/start?account=1' },
  { name: 'getting started, check', path: '/admin/start?domain=1' },
  { name: 'help', path: '/admin/help/domains' },
  { name: 'quarantine', path: '/admin/quarantine' },
  { name: 'quarantine, narrowed', path: '/admin/quarantine?q=acme&category=PHISH&all=1' },
  { name: 'quarantine, nothing', path: '/admin/quarantine?q=nothing-like-this' },
  { name: 'message', path: `/admin/quarantine/${id}` },
  { name: 'delete', path: `/admin/quarantine/delete?ids=${id}` },
  { name: 'message log', path: '/admin/messages' },
  { name: 'message log, narrowed', path: '/admin/messages?q=acme&disposition=quarantined' },
  { name: 'mail reception', path: '/admin/reception' },
  { name: 'audit trail', path: '/admin/audit' },
  { name: 'sessions', path: '/admin/sessions' },
  { name: 'change password', path: '/password' },
];

/** `id`: a held message of the owner. */
export const ownerPages = (id: number): Named[] => [
  { name: 'held mail', path: '/my' },
  { name: 'own message', path: `/my/message/${id}` },
  { name: 'sessions', path: '/my/sessions' },
  { name: 'light, held mail', path: '/light' },
  { name: 'light, own message', path: `/light/message/${id}` },
  { name: 'light, settings', path: '/light/settings' },
];

export const hydrates = (path: string) => !/^\/(light|link)/.test(path.replace(site().url, ''));
