/** Paths for calls: who gets credentials of the relay, for how long, and what a room that hides addresses is given. */
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import test from 'node:test'
import type { IceResponse } from '#shared/call/http.ts'
import { callPaths } from '#shared/call/paths.ts'
import { paths } from '#shared/http.ts'
import { iceAnswersPerMinuteMax, turnCredentialLifeMs } from '#shared/limits.ts'
import { readIceConfig, type IceConfig } from '#server/call/ice-config.ts'
import { assertRefused } from '../support/answers.ts'
import { TestClient } from '../support/client.ts'
import { testClock } from '../support/clock.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

const TURN_SECRET = 'sixteen-letters-'
const relay = iceOf({
  STUN_URLS: 'stun:turn.example.org',
  TURN_URLS: 'turn:turn.example.org,turns:turn.example.org:443?transport=tcp',
  TURN_SECRET,
})

function iceOf(env: Readonly<Record<string, string>>): IceConfig {
  const read = readIceConfig(env)
  assert.ok('value' in read && read.value !== null)
  return read.value
}

async function roomOfAll(server: TestServer) {
  const alice = await TestClient.register(server, 'Alice')
  const bob = await TestClient.register(server, 'Bob')
  const { room } = await alice.createRoom()
  const { token } = await alice.invite(room.id)
  await bob.accept(token)
  const gus = await TestClient.guest(server, token, 'Gus')
  return { room, alice, bob, gus }
}

test('[T-05] everybody in a room gets credentials for ten minutes, made of the shared secret', async () => {
  const clock = testClock()
  await using server = await startTestServer({ clock, ice: relay })
  const { room, alice, bob, gus } = await roomOfAll(server)
  const usernames = new Set<string>()
  for (const client of [alice, bob, gus]) {
    const answer = await client.ask<IceResponse>('GET', callPaths.ice(room.id))
    const [stun, turn] = answer.servers
    assert.deepEqual(stun, { urls: ['stun:turn.example.org'] })
    assert.ok(turn !== undefined)
    assert.deepEqual(turn.urls, ['turn:turn.example.org', 'turns:turn.example.org:443?transport=tcp'])
    assert.ok(turn.username !== undefined)
    const { username, credential } = turn
    assert.match(username, /^\d+:[\w-]{16}$/)
    assert.equal(Number.parseInt(username), (clock() + turnCredentialLifeMs) / 1000)
    assert.equal(credential, createHmac('sha1', TURN_SECRET).update(username).digest('base64'))
    assert.deepEqual([answer.lifeMs, answer.isRelayOnly], [turnCredentialLifeMs, false])
    usernames.add(username)
  }
  assert.ok(turnCredentialLifeMs <= 600_000)
  assert.equal(usernames.size, 3, 'the relay can tell people apart')
  const { me } = await alice.me()
  assert.ok(![...usernames].some((name) => name.includes(me!.id)), 'and not who they are')
})

test('[T-05] a stranger, and somebody who is not in the room, get nothing', async () => {
  await using server = await startTestServer({ ice: relay })
  const { room } = await roomOfAll(server)
  assertRefused(await new TestClient(server).send('GET', callPaths.ice(room.id)), 'signed-out')
  const mallory = await TestClient.register(server, 'Mallory')
  assertRefused(await mallory.send('GET', callPaths.ice(room.id)), 'not-found')
})

test('[T-05] one person’s asking has a limit, and the others’ goes on', async () => {
  await using server = await startTestServer({ ice: relay })
  const { room, alice, bob } = await roomOfAll(server)
  for (let count = 0; count < iceAnswersPerMinuteMax; count += 1)
    await alice.ask('GET', callPaths.ice(room.id))
  const answer = await alice.send('GET', callPaths.ice(room.id))
  assertRefused(answer, 'too-many-requests')
  assert.ok(Number(answer.headers.get('retry-after')) > 0)
  await bob.ask('GET', callPaths.ice(room.id))
})

test('[T-05] without configuration there are no servers, and nothing ends', async () => {
  await using server = await startTestServer()
  const { room, alice } = await roomOfAll(server)
  assert.deepEqual(await alice.ask('GET', callPaths.ice(room.id)), {
    servers: [],
    isRelayOnly: false,
    lifeMs: null,
  } satisfies IceResponse)
})

test('[T-06] a room that hides addresses is given relays alone; members cannot change it', async () => {
  await using server = await startTestServer({ ice: relay })
  const { room, alice, bob } = await roomOfAll(server)
  const hide = { body: { addresses: 'hidden' } }
  assertRefused(await bob.send('PATCH', paths.room(room.id), hide), 'forbidden')
  assertRefused(
    await alice.send('PATCH', paths.room(room.id), { body: { addresses: 'secret' } }),
    'request-malformed',
  )
  await alice.ask('PATCH', paths.room(room.id), hide.body)
  const { servers, isRelayOnly } = await bob.ask<IceResponse>('GET', callPaths.ice(room.id))
  assert.equal(isRelayOnly, true)
  assert.deepEqual(
    servers.flatMap(({ urls }) => urls).filter((url) => !url.startsWith('turn')),
    [],
  )
  await alice.ask('PATCH', paths.room(room.id), { addresses: 'shown' })
  assert.equal((await bob.ask<IceResponse>('GET', callPaths.ice(room.id))).isRelayOnly, false)
})

test('[T-06] without a relay nobody can hide addresses; and where it went away, calls are not let go direct', async () => {
  await using first = await startTestServer({ ice: relay })
  const { room, alice } = await roomOfAll(first)
  await alice.ask('PATCH', paths.room(room.id), { addresses: 'hidden' })
  await first.stop()
  await using server = await startTestServer({ dataDir: first.dataDir, port: first.port })
  assertRefused(await alice.send('GET', callPaths.ice(room.id)), 'no-relay')
  await alice.ask('PATCH', paths.room(room.id), { addresses: 'shown' })
  assertRefused(await alice.send('PATCH', paths.room(room.id), { body: { addresses: 'hidden' } }), 'no-relay')
  assert.equal(server.port, first.port)
})
