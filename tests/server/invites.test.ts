/** Invite links: what they open, for whom, and when no longer. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import test from 'node:test'
import type { ErrorCode } from '#shared/errors.ts'
import { paths, type RoomResponse } from '#shared/http.ts'
import { idFromBytes } from '#shared/ids.ts'
import { inviteLifeMs, invitesPerPersonPerDayMax } from '#shared/limits.ts'
import { assertRefused } from '../support/answers.ts'
import { TestClient } from '../support/client.ts'
import { testClock } from '../support/clock.ts'
import { inDatabase } from '../support/database.ts'
import { startTestServer } from '../support/server.ts'

test('[ID1] a link carries 128 bits of chance, and says where it leads before it is taken', async () => {
  const clock = testClock()
  await using server = await startTestServer({ clock })
  const alice = await TestClient.register(server, 'Alice')
  const { room } = await alice.createRoom('Garden')
  const invite = await alice.invite(room.id)
  assert.match(invite.token, /^[\w-]{22}$/)
  assert.equal(invite.url, `${server.origin}/i/${invite.token}`)
  assert.equal(invite.expiresAtMs, clock() + inviteLifeMs)
  assert.deepEqual(await new TestClient(server).ask('GET', paths.invite(invite.token)), {
    roomTitle: 'Garden',
    invitedBy: 'Alice',
    hereCount: 0,
    inCallCount: 0,
    mustKnock: false,
  })
})

test('[RO1] somebody with an account comes in as a member, as often as they like', async () => {
  await using server = await startTestServer()
  const alice = await TestClient.register(server, 'Alice')
  const bob = await TestClient.register(server, 'Bob')
  const { room } = await alice.createRoom()
  const { token } = await alice.invite(room.id)
  const accepted = await bob.accept(token, { guestName: 'Ignored' })
  assert.deepEqual([accepted.me.name, accepted.role, accepted.seat], ['Bob', 'member', 2])
  assert.deepEqual(await bob.accept(token), accepted)
  assert.equal((await alice.accept(token)).role, 'owner', 'a link takes no role away')
})

test('[RO1] a stranger comes in as a guest with just a name, into this room and no other', async () => {
  await using server = await startTestServer()
  const alice = await TestClient.register(server, 'Alice')
  const { room } = await alice.createRoom()
  const other = await alice.createRoom('Other', 'open')
  const { token } = await alice.invite(room.id)
  const guest = new TestClient(server)
  const accepted = await guest.accept(token, { guestName: ' Gus  the guest ' })
  assert.deepEqual(accepted.me, {
    id: accepted.me.id,
    name: 'Gus the guest',
    isGuest: true,
    isServerOwner: false,
  })
  assert.deepEqual([accepted.role, accepted.seat], ['guest', 2])
  assert.equal((await guest.ask<RoomResponse>('GET', paths.room(room.id))).role, 'guest')
  assertRefused(await guest.send('GET', paths.room(other.room.id)), 'not-found')
  assert.equal((await alice.me()).isFirstRun, false)
})

test('[R-04] a guest who takes the name with them leaves: logging out ends their stay', async () => {
  await using server = await startTestServer()
  const alice = await TestClient.register(server, 'Alice')
  const { room } = await alice.createRoom()
  const { token } = await alice.invite(room.id)
  const guest = await TestClient.guest(server, token, 'Gus')
  assert.equal((await alice.rooms()).mine[0]?.peopleCount, 2)
  await guest.logout()
  assert.equal((await alice.rooms()).mine[0]?.peopleCount, 1)
})

test('[N2] a guest needs a name, and not one of the room’s members', async () => {
  await using server = await startTestServer()
  const alice = await TestClient.register(server, 'Alice')
  const { room } = await alice.createRoom()
  const { token } = await alice.invite(room.id)
  const refusals: [object, ErrorCode][] = [
    [{}, 'name-empty'],
    [{ guestName: ' ' }, 'name-empty'],
    [{ guestName: 'x'.repeat(65) }, 'name-too-long'],
    [{ guestName: 'a\u202Eb' }, 'name-malformed'],
    [{ guestName: 'ＡＬＩＣＥ' }, 'name-taken'],
    [{ guestName: 5 }, 'request-malformed'],
    [{ guestName: 'Gus', role: 'owner' }, 'request-malformed'],
  ]
  for (const [body, code] of refusals) {
    const stranger = new TestClient(server)
    assertRefused(await stranger.send('POST', paths.acceptInvite(token), { body }), code)
    assert.equal(stranger.cookie, '')
  }
  await TestClient.guest(server, token, 'Gus')
  await TestClient.guest(server, token, 'Gus')
})

test('[H-18, R-05] a link that expired, was revoked or never was is the same not-found', async () => {
  const clock = testClock()
  await using server = await startTestServer({ clock })
  const alice = await TestClient.register(server, 'Alice')
  const { room } = await alice.createRoom()
  const { token: expired } = await alice.invite(room.id)
  clock.advance(inviteLifeMs)
  const { token: revoked } = await alice.invite(room.id)
  inDatabase(server.dataDir, (db) => db.prepare('UPDATE invite SET revoked_at = 1').run())
  const { token: good } = await alice.invite(room.id)
  const unknown = idFromBytes(randomBytes(16))
  for (const token of [expired, revoked, unknown, 'x', '%00', `${good}x`, good.toLowerCase()]) {
    const stranger = new TestClient(server)
    const body = { guestName: 'Gus' }
    assertRefused(await stranger.send('GET', paths.invite(token)), 'not-found')
    assertRefused(await stranger.send('POST', paths.acceptInvite(token), { body }), 'not-found')
  }
  assert.equal((await new TestClient(server).send('GET', paths.invite(good))).status, 200)
})

test('[R-05] the last moment of a link is still good', async () => {
  const clock = testClock()
  await using server = await startTestServer({ clock })
  const alice = await TestClient.register(server, 'Alice')
  const { token } = await alice.invite((await alice.createRoom()).room.id)
  clock.advance(inviteLifeMs - 1)
  await TestClient.guest(server, token, 'Gus')
})

test('[H-10] links are made without end by nobody: a day has a limit', async () => {
  await using server = await startTestServer()
  const alice = await TestClient.register(server, 'Alice')
  const { room } = await alice.createRoom()
  for (let n = 0; n < invitesPerPersonPerDayMax; n += 1) await alice.invite(room.id)
  assertRefused(await alice.send('POST', paths.invites(room.id)), 'too-many-requests')
})
