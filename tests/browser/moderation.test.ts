/** Hands and moderation in a call of two, as they are seen and pressed. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { paths, type RoomResponse } from '#shared/http.ts'
import { askFrom, openBrowser, openPerson } from '../support/browser.ts'
import { RoomPage } from '../support/room-page.ts'
import { startTestServer } from '../support/server.ts'
import { becomes } from '../support/until.ts'

test('[CA6] [CA8] hands are seen by all; who moderates mutes, asks, removes and lets in', async (t) => {
  await using server = await startTestServer({ serveClient: true })
  const browser = await openBrowser()
  t.after(() => browser.close())
  const guests = [
    await openPerson(browser, server.origin, 'Alice'),
    await openPerson(browser, server.origin, 'Bob'),
  ]
  const [first] = guests
  assert.ok(first !== undefined)
  const garden = { title: 'Garden', access: 'open' }
  const { room } = await askFrom<RoomResponse>(first.page, 'POST', paths.rooms, garden)
  const [alice, bob] = guests.map((guest) => new RoomPage(guest, room.id))
  assert.ok(alice !== undefined && bob !== undefined)
  for (const page of [alice, bob]) {
    await page.open()
    await page.joinCall()
  }
  await alice.hasOthers(1)
  await bob.hasOthers(1)
  await t.test('a raised hand is in everybody’s list', async () => {
    await bob.page.getByRole('button', { name: 'Raise hand' }).click()
    const hands = alice.page.getByRole('list', { name: 'Raised hands' })
    await hands.getByText('Bob').waitFor()
    await alice.page.getByRole('button', { name: 'Raise hand' }).click()
    await bob.page.getByRole('list', { name: 'Raised hands' }).getByText('Alice').waitFor()
    await becomes(() => hands.locator('li').allInnerTexts(), ['1\nBob', '2\nYou'])
  })
  const choose = async (action: string) => {
    await alice.page.getByRole('button', { name: 'Actions for Bob' }).click()
    await alice.page.getByRole('menuitem', { name: action, exact: true }).click()
  }
  await t.test('who is muted is told by whom, and unmutes only by their own press', async () => {
    await alice.page.getByRole('tab', { name: /People/ }).click()
    await choose('Mute')
    await bob.page.getByText('Alice muted you').first().waitFor()
    await alice.page.locator('[data-participant]:not([data-self])[data-microphone="off"]').waitFor()
    await choose('Ask to unmute')
    await bob.page.locator('.asked').getByText('Alice asks you to unmute').waitFor()
    await becomes(
      () => alice.page.locator('[data-participant]:not([data-self])[data-microphone="on"]').count(),
      0,
    )
    await bob.page.locator('.asked').getByRole('button', { name: 'Unmute', exact: true }).click()
    await alice.page.locator('[data-participant]:not([data-self])[data-microphone="on"]').waitFor()
    await bob.page.locator('.asked').waitFor({ state: 'detached' })
  })
  await t.test('[CA10] the words of the two are the same at both ends', async () => {
    await bob.page.getByRole('tab', { name: /People/ }).click()
    const codes: string[] = []
    for (const [page, name] of [
      [alice.page, 'Bob'],
      [bob.page, 'Alice'],
    ] as const) {
      await page.getByRole('button', { name: `Compare words with ${name}` }).click()
      codes.push(await page.locator('[data-pair-code]').innerText())
      await page.getByRole('button', { name: 'Done' }).click()
    }
    assert.match(codes[0] ?? '', /^([a-z]+ ){4}[a-z]+$/)
    assert.equal(codes[0], codes[1])
  })
  await t.test('who is removed is out, told so, and cannot come back until let in', async () => {
    await choose('Remove from the call')
    await bob.page.getByText('You were removed from the call').first().waitFor()
    await alice.hasOthers(0)
    await bob.page.getByRole('button', { name: /^(Start|Join) call/ }).click()
    await bob.page.getByRole('button', { name: 'Join', exact: true }).click()
    await bob.page.getByRole('button', { name: /^(Start|Join) call/ }).waitFor()
    await alice.hasOthers(0)
    await choose('Let into the call')
    await bob.joinCall()
    await alice.hasOthers(1)
  })
  assert.deepEqual(
    guests.map(({ faults }) => faults),
    [[], []],
  )
})
