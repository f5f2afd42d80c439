/** A call of two in a room that hides addresses, through a real coturn. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { paths } from '#shared/http.ts'
import type { RoomResponse } from '#shared/http.ts'
import { askFrom, openBrowser, openPerson } from '../support/browser.ts'
import { coturnMissing as skip, startCoturn } from '../support/coturn.ts'
import { RoomPage, watchConnections } from '../support/room-page.ts'
import { startTestServer } from '../support/server.ts'

test(
  '[T-06] media flows through the relay alone, and no other candidate leaves a page',
  { skip },
  async (t) => {
    // Both have their relayed addresses on loopback here: the one private address that may be reached.
    await using coturn = await startCoturn(['allow-loopback-peers', 'allowed-peer-ip=127.0.0.1'])
    await using server = await startTestServer({ serveClient: true, ice: coturn.ice })
    const browser = await openBrowser()
    t.after(() => browser.close())
    const alice = await openPerson(browser, server.origin, 'Alice')
    const bob = await openPerson(browser, server.origin, 'Bob')
    const { room } = await askFrom<RoomResponse>(alice.page, 'POST', paths.rooms, {
      title: 'Garden',
      access: 'open',
    })
    await askFrom(alice.page, 'PATCH', paths.room(room.id), { addresses: 'hidden' })
    const pages = [alice, bob].map((guest) => new RoomPage(guest, room.id))
    for (const page of pages) {
      await watchConnections(page.guest.context)
      await page.open()
      await page.joinCall()
    }
    for (const page of pages) {
      await page.hasOthers(1)
      await page.seesVideoGrow(1)
    }
    for (const { page } of pages) {
      const types = await page.evaluate(async () => {
        const seen: string[] = []
        for (const connection of window.connectionsMade ?? []) {
          const described = connection.currentLocalDescription?.sdp ?? ''
          for (const [, type = ''] of described.matchAll(/ typ (\w+)/g)) seen.push(type)
          const reports: Iterable<{ type: string; candidateType?: string }> = (
            await connection.getStats()
          ).values()
          for (const { type, candidateType } of reports)
            if (type.endsWith('-candidate')) seen.push(candidateType ?? '')
        }
        return [...new Set(seen)]
      })
      assert.deepEqual(types, ['relay'])
    }
    assert.deepEqual([alice.faults, bob.faults], [[], []])
  },
)
