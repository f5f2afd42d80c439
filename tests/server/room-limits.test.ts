/** How many rooms somebody may make. */
import test from 'node:test'
import { paths } from '#shared/http.ts'
import { roomsPerPersonPerDayMax } from '#shared/limits.ts'
import { assertRefused } from '../support/answers.ts'
import { TestClient } from '../support/client.ts'
import { testClock } from '../support/clock.ts'
import { startTestServer } from '../support/server.ts'

const dayMs = 24 * 3_600_000

test('[R-01] nobody fills the disk with rooms: a day has a limit, and the next day it is over', async () => {
  const clock = testClock()
  await using server = await startTestServer({ clock })
  const [alice, bob] = [await TestClient.register(server, 'Alice'), await TestClient.register(server, 'Bob')]
  for (let n = 0; n < roomsPerPersonPerDayMax; n += 1) await alice.createRoom(`Room ${n}`)
  const body = { title: 'One more', access: 'open' }
  assertRefused(await alice.send('POST', paths.rooms, { body }), 'too-many-requests')
  await bob.createRoom()
  clock.advance(dayMs)
  await alice.createRoom()
})
