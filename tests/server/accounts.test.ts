/** Registering, logging in and out, and the sessions in between. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import { Writable } from 'node:stream'
import test from 'node:test'
import { createLog } from '#server/log.ts'
import { databaseFile } from '#server/store/open.ts'
import { startServer } from '#server/start.ts'
import type { ErrorCode } from '#shared/errors.ts'
import { paths } from '#shared/http.ts'
import { guestSessionMs, sessionAbsoluteMs, sessionIdleMs } from '#shared/limits.ts'
import { assertRefused } from '../support/answers.ts'
import { password, TestClient } from '../support/client.ts'
import { testClock } from '../support/clock.ts'
import { inDatabase } from '../support/database.ts'
import { sendRaw, statusOf } from '../support/raw.ts'
import { makeDataFolder, removeFolder, startTestServer } from '../support/server.ts'

const dayMs = 24 * 3_600_000
const minuteMs = 60_000

async function isSignedIn(client: TestClient): Promise<boolean> {
  return (await client.me()).me !== null
}

test('[H-05] somebody registers, is known by their cookie, leaves, and comes back by their password', async () => {
  await using server = await startTestServer()
  const alice = new TestClient(server)
  assert.deepEqual(await alice.me(), { me: null, isFirstRun: true })
  const { me } = await alice.register('  Alice   Ann ')
  assert.match(me.id, /^[\w-]{22}$/)
  assert.deepEqual(me, { id: me.id, name: 'Alice Ann', isGuest: false, isServerOwner: true })
  assert.deepEqual(await alice.me(), { me, isFirstRun: false })
  await alice.logout()
  assert.equal(alice.cookie, '')
  assert.equal(await isSignedIn(alice), false)
  assert.deepEqual((await alice.login('ALICE ann')).me, me)
})

test('[RO1] the first account of a server owns it, and no other, also when two come at once', async () => {
  await using server = await startTestServer()
  const people = await Promise.all(
    ['Alice', 'Bob', 'Carol', 'Dave'].map((name) => TestClient.register(server, name)),
  )
  const owners = (await Promise.all(people.map((person) => person.me()))).filter(
    ({ me }) => me?.isServerOwner,
  )
  assert.equal(owners.length, 1)
})

test('[N1] a name is taken in every way of writing it, also when two come at once', async () => {
  await using server = await startTestServer()
  await TestClient.register(server, 'Zoé')
  for (const name of ['zoé', 'ZOE\u0301', ' Ｚoé ']) {
    const answer = await new TestClient(server).send('POST', paths.register, { body: { name, password } })
    assertRefused(answer, 'name-taken')
  }
  const both = await Promise.all(
    ['Bob', 'bob'].map((name) =>
      new TestClient(server).send('POST', paths.register, { body: { name, password } }),
    ),
  )
  assert.deepEqual(both.map(({ status }) => status).sort(), [201, 409])
})

test('[N2] a name that cannot be shown is refused with the reason', async () => {
  await using server = await startTestServer()
  const refusals: [string, ErrorCode][] = [
    ['', 'name-empty'],
    [' \u200b ', 'name-empty'],
    ['x'.repeat(65), 'name-too-long'],
    ['a\u202Eb', 'name-malformed'],
  ]
  for (const [name, code] of refusals) {
    assertRefused(
      await new TestClient(server).send('POST', paths.register, { body: { name, password } }),
      code,
    )
  }
})

test('[H-14] a password nobody should have is refused with the reason', async () => {
  await using server = await startTestServer()
  const refusals: [string, ErrorCode][] = [
    ['short', 'password-too-short'],
    ['long '.repeat(60), 'password-too-long'],
    ['password1234', 'password-common'],
    ['alice and the herons', 'password-contains-name'],
    ['three quiet \ud800 herons', 'password-malformed'],
  ]
  for (const [wrong, code] of refusals) {
    const body = { name: 'Alice', password: wrong }
    assertRefused(await new TestClient(server).send('POST', paths.register, { body }), code)
  }
  assert.equal((await new TestClient(server).me()).isFirstRun, true)
})

test('[H-08] a wrong password and a name that nobody has get the same answer', async () => {
  await using server = await startTestServer()
  await TestClient.register(server, 'Alice')
  for (const name of ['Alice', 'Nobody', '', '\0', 'x'.repeat(256)]) {
    const body = { name, password: 'three loud herons' }
    assertRefused(await new TestClient(server).send('POST', paths.login, { body }), 'credentials-wrong')
  }
})

test('[H-05] logging in makes a new session and ends the one before', async () => {
  await using server = await startTestServer()
  const alice = await TestClient.register(server, 'Alice')
  const before = alice.cookie
  await alice.login('Alice')
  assert.notEqual(alice.cookie, before)
  const thief = new TestClient(server)
  thief.cookie = before
  assert.equal(await isSignedIn(thief), false)
})

test('[H-05] a session id that somebody chose beforehand is not taken', async () => {
  await using server = await startTestServer()
  const chosen = `__Host-session=${'a'.repeat(40)}`
  const alice = new TestClient(server)
  alice.cookie = chosen
  await alice.register('Alice')
  assert.notEqual(alice.cookie, chosen)
  const thief = new TestClient(server)
  thief.cookie = chosen
  assert.equal(await isSignedIn(thief), false)
})

test('[H-04] a malformed, doubled or huge cookie is a stranger’s', async () => {
  await using server = await startTestServer()
  const alice = await TestClient.register(server, 'Alice')
  for (const cookie of [
    '__Host-session=%E0%A4%A',
    '__Host-session=',
    `${alice.cookie}; ${alice.cookie}`,
    `${alice.cookie}x`,
    '=;=;=',
    `__Host-session=${'x'.repeat(7_000)}`,
  ]) {
    const answer = await new TestClient(server).send('GET', paths.rooms, { headers: { cookie } })
    assertRefused(answer, 'signed-out')
  }
  const huge = await new TestClient(server).send('GET', paths.rooms, {
    headers: { cookie: `__Host-session=${'x'.repeat(9_000)}` },
  })
  assertRefused(huge, 'headers-too-large')
  assert.equal(await isSignedIn(alice), true)
})

test('[H-07] what is stored of a session, an invite or a password does not open anything', async () => {
  await using server = await startTestServer()
  const alice = await TestClient.register(server, 'Alice')
  const { room } = await alice.createRoom()
  const { token } = await alice.invite(room.id)
  const sessionId = alice.cookie.split('=')[1] ?? ''
  const stored = inDatabase(server.dataDir, (db) => db.prepare('SELECT id_hash FROM session').pluck().get())
  assert.equal(stored, createHash('sha256').update(sessionId).digest('base64url'))

  const thief = new TestClient(server)
  thief.cookie = `__Host-session=${stored}`
  assert.equal(await isSignedIn(thief), false)

  await server.stop()
  const bytes = await readFile(databaseFile(server.dataDir))
  for (const secret of [sessionId, token, password]) assert.ok(!bytes.includes(secret), secret)
})

test('[H-11] after logging out the cookie is worth nothing, and other sessions go on', async () => {
  await using server = await startTestServer()
  const laptop = await TestClient.register(server, 'Alice')
  const phone = new TestClient(server)
  await phone.login('Alice')
  const stolen = laptop.cookie
  await laptop.logout()
  laptop.cookie = stolen
  assertRefused(await laptop.send('GET', paths.rooms), 'signed-out')
  assert.equal(await isSignedIn(phone), true)
  await new TestClient(server).logout()
})

test('[H-12] a disabled person is out at once, and stays out', async () => {
  await using server = await startTestServer()
  const alice = await TestClient.register(server, 'Alice')
  inDatabase(server.dataDir, (db) => db.prepare('UPDATE person SET disabled_at = 1').run())
  assertRefused(await alice.send('GET', paths.rooms), 'signed-out')
  const again = await new TestClient(server).send('POST', paths.login, { body: { name: 'Alice', password } })
  assertRefused(again, 'credentials-wrong')
})

test('[H-13] a session slides with use, and ends when it was not used', async () => {
  const clock = testClock()
  // Lucia asks the machine's own clock, which goes on between two of its looks.
  const margin = 60_000
  await using server = await startTestServer({ clock })
  const alice = await TestClient.register(server, 'Alice')
  clock.advance(sessionIdleMs - margin)
  assert.equal(await isSignedIn(alice), true)
  clock.advance(sessionIdleMs - margin)
  assert.equal(await isSignedIn(alice), true)
  clock.advance(sessionIdleMs)
  assert.equal(await isSignedIn(alice), false)
})

test('[H-13] no session outlives its absolute end, however it was used', async () => {
  const clock = testClock()
  await using server = await startTestServer({ clock })
  const alice = await TestClient.register(server, 'Alice')
  for (let day = 1; day < sessionAbsoluteMs / dayMs; day += 1) {
    clock.advance(dayMs)
    assert.equal(await isSignedIn(alice), true, `day ${day}`)
  }
  clock.advance(dayMs)
  assert.equal(await isSignedIn(alice), false)
})

test('[D-11] a clock that jumps a day logs nobody out and brings no session back', async () => {
  const clock = testClock()
  await using server = await startTestServer({ clock })
  const alice = await TestClient.register(server, 'Alice')
  for (const jump of [dayMs, -2 * dayMs, dayMs]) {
    clock.advance(jump)
    assert.equal(await isSignedIn(alice), true)
  }
  clock.advance(sessionAbsoluteMs)
  assert.equal(await isSignedIn(alice), false)
  clock.advance(-sessionAbsoluteMs)
  assert.equal(await isSignedIn(alice), false)
})

test('[R-04] a guest is gone after a day, from the list of the room’s people too', async () => {
  const clock = testClock()
  const dataDir = await makeDataFolder()
  try {
    await using server = await startTestServer({ clock, dataDir })
    const alice = await TestClient.register(server, 'Alice')
    const { room } = await alice.createRoom()
    const { token } = await alice.invite(room.id)
    const guest = await TestClient.guest(server, token, 'Gus')
    // Lucia has a clock of its own, which goes on meanwhile.
    clock.advance(guestSessionMs - minuteMs)
    assert.equal((await guest.rooms()).mine.length, 1)
    clock.advance(minuteMs)
    assertRefused(await guest.send('GET', paths.room(room.id)), 'signed-out')
    await server.stop()
    await using again = await startTestServer({ clock, dataDir })
    const back = new TestClient(again)
    back.cookie = alice.cookie
    assert.equal((await back.rooms()).mine[0]?.peopleCount, 1)
  } finally {
    await removeFolder(dataDir)
  }
})

test('[H-13] sessions and links that have ended are cleared away', async () => {
  const clock = testClock()
  const dataDir = await makeDataFolder()
  const rowsLeft = () =>
    inDatabase(dataDir, (db) =>
      ['session', 'invite'].map((table) => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()),
    )
  try {
    await using server = await startTestServer({ clock, dataDir })
    const alice = await TestClient.register(server, 'Alice')
    const { room } = await alice.createRoom()
    await alice.invite(room.id)
    await server.stop()
    assert.deepEqual(rowsLeft(), [1, 1])
    clock.advance(sessionAbsoluteMs)
    await using again = await startTestServer({ clock, dataDir })
    await again.stop()
    assert.deepEqual(rowsLeft(), [0, 0])
  } finally {
    await removeFolder(dataDir)
  }
})

test('[H-10] a thousand guesses are throttled, and the owner elsewhere still gets in', async () => {
  await using server = await startTestServer()
  await TestClient.register(server, 'Alice')
  const guesser = new TestClient(server)
  const statuses = new Map<number, number>()
  for (let guess = 0; guess < 1_000; guess += 1) {
    const body = { name: 'Alice', password: `a guess, the ${guess}th` }
    const { status, headers } = await guesser.send('POST', paths.login, { body })
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
    if (status === 429) assert.ok(Number(headers.get('retry-after')) > 0)
  }
  assert.deepEqual(Object.fromEntries(statuses), { 401: 10, 429: 990 })
  const owner = await sendRaw(server, loginRequest(server.origin, 'Alice'), { localAddress: '127.0.0.2' })
  assert.equal(statusOf(owner), 200)
})

test('[H-10] one address cannot register people without end', async () => {
  await using server = await startTestServer()
  const statuses: number[] = []
  for (let n = 0; n < 61; n += 1) {
    const body = { name: `Person ${n}`, password }
    statuses.push((await new TestClient(server).send('POST', paths.register, { body })).status)
  }
  assert.deepEqual(statuses.slice(-2), [201, 429])
})

test('[H-09] a flood of logins is answered: some are let in, the rest told when to come back', async () => {
  await using server = await startTestServer()
  await TestClient.register(server, 'Alice')
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, n) =>
      new TestClient(server).send('POST', paths.login, { body: { name: `Person ${n}`, password } }),
    ),
  )
  for (const answer of answers) {
    if (answer.status === 503) assert.ok(Number(answer.headers.get('retry-after')) > 0)
    else assertRefused(answer, 'credentials-wrong')
  }
})

test('[H-17] the log has no password, no cookie, no token and no address of a room', async () => {
  const dataDir = await makeDataFolder()
  let written = ''
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      written += chunk.toString()
      done()
    },
  })
  try {
    await using server = await startServer(
      { host: '127.0.0.1', port: 0, dataDir, publicOrigin: null, logLevel: 'trace' },
      { log: createLog('trace', stream), webFolder: null },
    )
    const alice = await TestClient.register(server, 'Alice')
    const { room } = await alice.createRoom()
    const { token } = await alice.invite(room.id)
    inDatabase(dataDir, (db) => db.exec('DROP TABLE invite'))
    const broken = await alice.send('GET', paths.invite(token))
    assertRefused(broken, 'server-fault')
    assert.match(written, /no such table: invite/)
    for (const secret of [password, alice.cookie.split('=')[1] ?? '', token, room.id]) {
      assert.ok(!written.includes(secret), `${secret} is in the log`)
    }
  } finally {
    await removeFolder(dataDir)
  }
})

function loginRequest(origin: string, name: string): string {
  const body = JSON.stringify({ name, password })
  return [
    `POST ${paths.login} HTTP/1.1`,
    `Host: ${new URL(origin).host}`,
    `Origin: ${origin}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n')
}
