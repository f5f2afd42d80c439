/**
 * The failure theatre: people in a call whose networks part from each other, but not from the server.
 *
 * In network namespaces; skipped, with the reason, where none can be made.
 */
import assert from 'node:assert/strict'
import test from 'node:test'
import { paths, type InviteResponse, type RoomResponse } from '#shared/http.ts'
import { askFrom, openBrowser, openPerson } from '../support/browser.ts'
import { findChromium } from '../support/chromium.ts'
import { Namespaces, port, refuseNamespaces } from '../support/namespaces.ts'
import { startProcess } from '../support/process.ts'
import { RoomPage, watchConnections } from '../support/room-page.ts'
import { makeDataFolder, removeFolder } from '../support/server.ts'
import { becomes } from '../support/until.ts'
import { isWhole } from '../support/whole.ts'

const skip = refuseNamespaces() ?? false

test(
  '[CA5] one is parted from the others in a call: nobody is taken out of it, chat and board go on, who leaves is gone at once, and they find each other again',
  { skip },
  async (t) => {
    await using ends = new AsyncDisposableStack()
    const nets = ends.use(new Namespaces())
    const dataDir = await makeDataFolder()
    ends.defer(() => removeFolder(dataDir))
    const { env, ...way } = nets.server()
    await ends.use(startProcess({ DATA_DIR: dataDir, ...env }, undefined, way)).ready()
    const chromium = findChromium() ?? ''
    const [near, far] = await Promise.all(
      (['near', 'far'] as const).map((home) =>
        openBrowser({ executablePath: nets.wrap(home, chromium, dataDir) }),
      ),
    )
    assert.ok(near !== undefined && far !== undefined)
    for (const browser of [near, far]) t.after(() => browser.close())
    const guests = []
    for (const [browser, name] of [
      [near, 'Ada'],
      [far, 'Ben'],
      [far, 'Cleo'],
    ] as const) {
      const guest = await openPerson(browser, `http://localhost:${String(port)}`, name)
      await watchConnections(guest.context)
      guests.push(guest)
    }
    const [host, ...others] = guests
    assert.ok(host !== undefined)
    const { room } = await askFrom<RoomResponse>(host.page, 'POST', paths.rooms, {
      title: 'The ford',
      access: 'invite',
    })
    const { token } = await askFrom<InviteResponse>(host.page, 'POST', `${paths.room(room.id)}/invites`, {})
    for (const { page } of others) await askFrom(page, 'POST', `/api/invites/${token}/accept`, {})
    const people = guests.map((guest) => new RoomPage(guest, room.id))
    const [ada, ben, cleo] = people
    assert.ok(ada !== undefined && ben !== undefined && cleo !== undefined)
    for (const person of people) {
      await person.open()
      await person.joinCall()
    }
    for (const person of people) await person.seesVideoGrow(2)

    nets.part()
    const lost = (person: RoomPage) => person.page.locator('[data-participant]:not([data-state="connected"])')
    await becomes(() => lost(ada).count(), 2, 'Ada is told of both')
    for (const person of [ben, cleo]) await becomes(() => lost(person).count(), 1, 'both are told of Ada')
    await ada.page.getByText('Reconnecting').first().waitFor()
    for (const person of [ben, cleo]) await person.seesVideoGrow(1)
    await ada.say('I cannot hear you')
    await ben.hears('I cannot hear you')
    await ben.say('but I can read you')
    await ada.hears('but I can read you')
    for (const person of people) await person.hasOthers(2)

    await ben.page.getByRole('button', { name: 'Leave call', exact: true }).click()
    for (const person of [ada, cleo]) await person.hasOthers(1)
    for (const person of [ada, cleo])
      await person.page.getByRole('button', { name: 'Board', exact: true }).first().click()
    await cleo.tool('Pen')
    await cleo.drag([0.2, 0.3], [0.5, 0.6])
    for (const person of people) await person.hasShapes(1)
    nets.meet()
    for (const person of [ada, cleo]) {
      await becomes(() => lost(person).count(), 0, 'nobody is lost any more')
      await person.seesVideoGrow(1)
    }
    await isWhole(people, { messages: 2, shapes: 1 })
    assert.deepEqual(
      guests.flatMap(({ faults }) => faults),
      [],
    )
  },
)
