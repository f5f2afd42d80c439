/** What stands at the door: the session cookie, addresses, and how often one may try. */
import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import test from 'node:test'
import fc from 'fast-check'
import { noSessionCookie, readSessionCookie, sessionCookie } from '#server/accounts/cookie.ts'
import { createThrottle } from '#server/accounts/throttle.ts'
import { addressOf } from '#server/front/address.ts'
import { AppError } from '#shared/errors.ts'

const token = 'abcdefghijklmnopqrstuvwxyz234567abcdefgh'

test('[H-04] a session’s cookie is read among others', () => {
  assert.equal(readSessionCookie(`a=b; __Host-session=${token}; c=d`), token)
  assert.equal(readSessionCookie(`__Host-session=${token}`), token)
})

test('[H-04] a malformed, foreign or doubled cookie is no session', () => {
  for (const header of [
    undefined,
    '',
    ';;;=;',
    `session=${token}`,
    `__host-session=${token}`,
    `x__Host-session=${token}`,
    '__Host-session=%E0%A4%A',
    '__Host-session=',
    `__Host-session="${token}"`,
    `__Host-session=${token}x`,
    `__Host-session=${token.toUpperCase()}`,
    `__Host-session=${token}; __Host-session=${token}`,
    `__Host-session=${'a'.repeat(8_000)}`,
  ]) {
    assert.equal(readSessionCookie(header), null, header?.slice(0, 80))
  }
})

test('[H-04] reading a cookie never throws', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.equal(readSessionCookie(`__Host-session=${text}`), null)
      readSessionCookie(text)
    }),
  )
})

test('[H-05] the cookie is kept from scripts, other sites and neighbouring hosts', () => {
  for (const cookie of [sessionCookie(token, 90_500), noSessionCookie]) {
    assert.match(cookie, /^__Host-session=/)
    for (const attribute of ['Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax']) {
      assert.ok(cookie.includes(`; ${attribute}`), attribute)
    }
    assert.doesNotMatch(cookie, /Domain/i)
  }
  assert.match(sessionCookie(token, 90_500), /Max-Age=90;/)
})

function addressOfRemote(remoteAddress: string | undefined): string {
  return addressOf({
    socket: { remoteAddress },
    headers: { 'x-forwarded-for': '1.2.3.4' },
  } as unknown as IncomingMessage)
}

test('[W-21] an address is counted as the household it belongs to, whatever it claims', () => {
  assert.equal(addressOfRemote('192.0.2.7'), '192.0.2.7')
  assert.equal(addressOfRemote('::ffff:192.0.2.7'), '192.0.2.7')
  assert.equal(addressOfRemote('::1'), '0:0:0:0::/64')
  assert.equal(addressOfRemote('fe80::1%eth0'), 'fe80:0:0:0::/64')
  assert.equal(addressOfRemote('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2::/64')
  assert.equal(addressOfRemote('2001:db8:1:2::9'), addressOfRemote('2001:db8:1:2:ffff::1'))
  assert.notEqual(addressOfRemote('2001:db8:1:2::9'), addressOfRemote('2001:db8:1:3::9'))
  assert.equal(addressOfRemote(undefined), 'unknown')
})

const limits = {
  loginsPerAccountAndAddress: 3,
  loginsPerAddress: 5,
  registrationsPerAddress: 2,
  guestsPerAddress: 2,
}

async function isThrottled(attempt: Promise<void>): Promise<boolean> {
  try {
    await attempt
    return false
  } catch (error) {
    assert.ok(error instanceof AppError)
    assert.equal(error.code, 'too-many-requests')
    assert.ok((error.retryAfterSeconds ?? 0) > 0)
    return true
  }
}

test('[H-10] guesses on one account are counted for the address they come from', async () => {
  const throttle = createThrottle(limits)
  for (let guess = 0; guess < 3; guess += 1)
    assert.equal(await isThrottled(throttle.login('alice', 'a')), false)
  assert.equal(await isThrottled(throttle.login('alice', 'a')), true)
  assert.equal(await isThrottled(throttle.login('alice', 'b')), false, 'the owner elsewhere gets in')
})

test('[H-10] guesses on many accounts from one address are counted together', async () => {
  const throttle = createThrottle(limits)
  for (let guess = 0; guess < 5; guess += 1) {
    assert.equal(await isThrottled(throttle.login(`person ${guess}`, 'a')), false)
  }
  assert.equal(await isThrottled(throttle.login('another', 'a')), true)
})

test('[H-10] what was right was no guess', async () => {
  const throttle = createThrottle(limits)
  for (let login = 0; login < 20; login += 1) {
    assert.equal(await isThrottled(throttle.login('alice', 'a')), false)
    await throttle.giveLoginBack('alice', 'a')
  }
})

test('[H-10] registering and entering as a guest have limits of their own', async () => {
  const throttle = createThrottle(limits)
  for (const enter of [throttle.register, throttle.guest]) {
    assert.equal(await isThrottled(enter('a')), false)
    assert.equal(await isThrottled(enter('a')), false)
    assert.equal(await isThrottled(enter('a')), true)
    assert.equal(await isThrottled(enter('b')), false)
  }
})
