/**
 * The failure theatre: a server that is killed in the middle of what people do, and networks that go while they do it.
 *
 * Every scene ends alike: nothing lost, all equal, nobody here twice, and what happened was told plainly.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { startKilledServer } from '../support/killed-server.ts'
import type { RoomPage } from '../support/room-page.ts'
import { openScene } from '../support/scene.ts'
import { becomes } from '../support/until.ts'
import { isWhole } from '../support/whole.ts'

const scene = await openScene(startKilledServer)

/** That it is told: the server, or the network, is away. */
const saysAway = (page: Page): Promise<void> =>
  page.locator('[data-connection="reconnecting"], [data-connection="offline"]').waitFor()

const meet = async <Names extends readonly string[]>(...names: Names) =>
  (await scene.meet(...names)) as { [At in keyof Names]: RoomPage }

const notes = Buffer.from('what was noted by the river\n'.repeat(60_000))

async function bytesOf(page: Page, name: string): Promise<string> {
  const href = await page.getByRole('link', { name: `Download ${name}` }).getAttribute('href')
  return page.evaluate(async (url) => (await fetch(url)).text(), href ?? '')
}

test('[D-01] the server is killed while one types and another draws: neither stops, and nothing is missing', async () => {
  const people = await meet('Ada', 'Ben')
  const [ada, ben] = people
  await ada.say('Line 1')
  await ada.isSent('Line 1')
  await ben.tool('Pen')
  const box = await ben.board.boundingBox()
  assert.ok(box !== null)
  const at = (x: number, y: number) => [box.x + x * box.width, box.y + y * box.height] as const
  await ben.page.mouse.move(...at(0.2, 0.3))
  await ben.page.mouse.down()
  await ben.page.mouse.move(...at(0.4, 0.5), { steps: 8 })
  await ada.composer.pressSequentially('Half a th')

  await scene.restart(async () => {
    await Promise.all(people.map(({ page }) => saysAway(page)))
    await ada.composer.pressSequentially('ought')
    await ada.composer.press('Enter')
    for (let line = 2; line <= 12; line += 1) await ada.say(`Line ${String(line)}`)
    await ben.page.mouse.move(...at(0.6, 0.3), { steps: 8 })
    await ben.page.mouse.up()
    await ben.hasShapes(1)
    await ben.drag([0.3, 0.7], [0.6, 0.8])
  })
  await isWhole(people, { messages: 13, shapes: 2 })
  await ben.page.getByRole('tab', { name: /Chat/ }).click()
  await ben.hears('Half a thought')
  // As it was written.
  await becomes(
    async () =>
      (await ben.messages.allInnerTexts()).map((text) => /Line \d+|Half a thought/u.exec(text)?.[0]),
    ['Line 1', 'Half a thought', ...Array.from({ length: 11 }, (_, index) => `Line ${String(index + 2)}`)],
  )
})

test('[D-01] [FI2] the server is killed in the middle of a file: it arrives once and whole', async () => {
  const people = await meet('Ada', 'Ben')
  const [ada, ben] = people
  const { promise: isUnderWay, resolve } = Promise.withResolvers<undefined>()
  await ada.page.route(/\/files\/[0-9a-f]+$/, async (route) => {
    if (route.request().method() === 'PUT') resolve(undefined)
    await route.continue()
  })
  await ada.attach('notes.txt', 'text/plain', notes)
  await ada.send()
  await isUnderWay
  await scene.restart(() => saysAway(ada.page))
  await ada.isSent('notes.txt')
  await ben.hears('notes.txt')
  await isWhole(people, { messages: 1, shapes: 0 })
  await ben.page.getByRole('tab', { name: /Chat/ }).click()
  assert.equal(await bytesOf(ben.page, 'notes.txt'), notes.toString())
})

test('[D-01] [CA1] the server is killed in a call of three: nobody is lost, nobody is there twice, pictures go on', async () => {
  const people = await meet('Ada', 'Ben', 'Cleo')
  for (const person of people) await person.joinCall()
  for (const person of people) await person.hasOthers(2)
  for (const person of people) await person.seesVideoGrow(2)
  await scene.restart(async () => {
    await Promise.all(people.map(({ page }) => saysAway(page)))
    for (const person of people) await person.seesVideoGrow(2)
  })
  for (const person of people) await person.isConnection('live')
  for (const person of people) await person.hasOthers(2)
  await Promise.all(people.map((person) => person.seesVideoGrow(2)))
  // Who leaves now leaves at once: it is the server's presence again that everybody goes by.
  const [ada, ben, cleo] = people
  await cleo.page.getByRole('button', { name: 'Leave call', exact: true }).click()
  await Promise.all([ada.hasOthers(1), ben.hasOthers(1)])
})

test('[DP1] [OF1] who opens the room anew while the server is away has their device’s copy; all are whole after it', async () => {
  const ada = await scene.person('Ada')
  const ben = await scene.person('Ben')
  const cleo = await scene.person('Cleo', { serviceWorkers: 'allow' })
  const people = await scene.roomOf(ada, ben, cleo)
  const [one, two, three] = people
  assert.ok(one !== undefined && two !== undefined && three !== undefined)
  await cleo.page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
  await one.say('Before')
  for (const person of people) await person.isSent('Before')
  for (const person of people) await person.joinCall()
  for (const person of people) await person.hasOthers(2)

  await scene.restart(async () => {
    for (const { page } of people) await page.locator('[data-direct="2"]').waitFor()
    await one.say('Between us')
    await three.hears('Between us')
    await three.page.reload()
    await three.hears('Before')
    await saysAway(three.page)
    await three.say('From a copy')
    await one.hasOthers(1)
    await two.say('Still here')
    await one.hears('Still here')
  })
  for (const person of people) await person.isConnection('live')
  for (const text of ['Before', 'Between us', 'From a copy', 'Still here'])
    for (const person of people) await person.isSent(text)
  await isWhole(people, { messages: 4, shapes: 0 })
})

test('[A-08] both write, draw and send a file without a network: all of it is there once', async () => {
  const people = await meet('Ada', 'Ben')
  const [ada, ben] = people
  for (const { guest } of people) await guest.context.setOffline(true)
  for (const person of people) {
    await person.isConnection('offline')
    const name = person === ada ? 'ada' : 'ben'
    for (const word of ['one', 'two', 'three']) await person.say(`${name} ${word}`)
    await person.attach(`${name}.txt`, 'text/plain', Buffer.from(`the notes of ${name}`))
    await person.send()
    await person.hears(`${name}.txt`)
    await person.tool('Pen')
    await person.drag([0.2, person === ada ? 0.3 : 0.6], [0.5, person === ada ? 0.4 : 0.7])
    await person.hasShapes(1)
  }
  for (const { guest } of people) await guest.context.setOffline(false)
  for (const person of people) for (const name of ['ada', 'ben']) await person.isSent(`${name}.txt`)
  await isWhole(people, { messages: 8, shapes: 2 })
  await ben.page.getByRole('tab', { name: /Chat/ }).click()
  assert.equal(await bytesOf(ben.page, 'ada.txt'), 'the notes of ada')
})

test('[A-08] a laptop sleeps while others write and the server is killed: it wakes up whole', async () => {
  const people = await meet('Ada', 'Ben')
  const [ada, ben] = people
  const control = await ben.page.context().newCDPSession(ben.page)
  await control.send('Page.setWebLifecycleState', { state: 'frozen' })
  await ada.say('Are you asleep?')
  await scene.restart(async () => {
    await saysAway(ada.page)
    await ada.say('So is the server')
  })
  await ada.isSent('So is the server')
  for (let line = 1; line <= 20; line += 1) await ada.say(`Dream ${String(line)}`)
  await ada.isSent('Dream 20')
  await ada.tool('Pen')
  await ada.drag([0.2, 0.3], [0.5, 0.4])
  await control.send('Page.setWebLifecycleState', { state: 'active' })
  await ben.hears('Dream 20')
  await isWhole(people, { messages: 22, shapes: 1 })
})

test('[CH3] a clock that is a day ahead changes neither the order nor what arrives', async () => {
  const ada = await scene.person('Ada')
  const ben = await scene.person('Ben')
  await ada.context.addInitScript(() => {
    const aheadMs = 86_400_000
    class Ahead extends Date {
      constructor(...values: readonly [number?]) {
        super(values[0] ?? Ahead.now())
      }

      static override now(): number {
        return super.now() + aheadMs
      }
    }
    Object.assign(window, { Date: Ahead })
  })
  const people = await scene.roomOf(ada, ben)
  const [one, two] = people
  assert.ok(one !== undefined && two !== undefined)
  await one.say('First')
  await two.hears('First')
  await two.say('Second')
  await one.hears('Second')
  await ada.context.setOffline(true)
  await one.isConnection('offline')
  await one.say('Written tomorrow')
  await two.say('Third')
  await two.isSent('Third')
  await ada.context.setOffline(false)
  await one.isSent('Written tomorrow')
  await two.hears('Written tomorrow')
  await one.say('Last')
  await two.hears('Last')
  await isWhole(people, { messages: 5, shapes: 0 })
  await two.page.reload()
  await two.isConnection('live')
  await becomes(() => two.messages.count(), 5)
})
