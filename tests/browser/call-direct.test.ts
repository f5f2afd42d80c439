/** A call whose server goes away: what is written and drawn goes straight to the others, and is saved afterwards. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drop, isPainted, red } from '../support/board-picture.ts'
import { openScene } from '../support/scene.ts'
import { becomes, until } from '../support/until.ts'

const scene = await openScene()

/** A PNG of one pixel. */
const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

test('[S-05] [DP1] the server dies in a call of three: they talk, write, draw and share on, and all of it is there afterwards', async () => {
  const people = await scene.meet('Ada', 'Ben', 'Cleo')
  const [ada, ben, cleo] = people
  assert.ok(ada !== undefined && ben !== undefined && cleo !== undefined)
  for (const person of people) await person.joinCall()
  for (const person of people) await person.hasOthers(2)
  await ada.say('before')
  for (const person of people) await person.isSent('before')

  await scene.restart(async () => {
    for (const { page } of people)
      await page.locator('[data-connection]:not([data-connection="live"])').waitFor()
    for (const { page } of people) await page.locator('[data-direct="2"]').waitFor()
    await ada.page.getByText('Server away: in sync with 2 people').waitFor()
    await ada.say('can you read me?')
    await ben.hears('can you read me?')
    await ben.say('I can')
    await cleo.hears('I can')
    await cleo.messages
      .and(cleo.page.locator('[data-state="told"]'))
      .filter({ hasText: 'can you read me?' })
      .waitFor()
    await cleo.say('me too')
    for (const person of people)
      await until(async () => (await person.messages.count()) === 4 || undefined, 'all of it at everybody’s')
    const keys = await ada.messageKeys()
    for (const person of people) await becomes(() => person.messageKeys(), keys, 'in one order')

    for (const person of [ada, ben])
      await person.page.getByRole('button', { name: 'Board', exact: true }).first().click()
    await ada.board.waitFor()
    await ada.tool('Pen')
    await ada.drag([0.2, 0.3], [0.5, 0.6])
    await ben.hasShapes(1)
    await ben.tool('Eraser')
    await ben.drag([0.2, 0.25], [0.45, 0.7])
    await ben.hasShapes(0)
    await ada.hasShapes(0)
    await ada.tool('Pen')
    await ada.drag([0.3, 0.3], [0.6, 0.4])
    await ben.hasShapes(1)

    await cleo.page.getByRole('button', { name: 'Share screen', exact: true }).click()
    await ada.page.locator('[data-screen]').first().waitFor()
  })

  for (const person of people) await person.isConnection('live')
  for (const text of ['before', 'can you read me?', 'I can', 'me too'])
    for (const person of people) await person.isSent(text)
  const keys = await ada.messageKeys()
  for (const person of people) await becomes(() => person.messageKeys(), keys, 'in one order')
  for (const person of people) await person.page.locator('[data-direct="0"], [data-direct="2"]').waitFor()
  await until(
    async () => (await ada.page.locator('[data-state="told"]').count()) === 0 || undefined,
    'nothing told',
  )
  for (const person of people) await person.hasOthers(2)
  await ada.page.reload()
  await ada.isConnection('live')
  await ada.hears('me too')
  await becomes(() => ada.messages.count(), 4)
})

test('[DP5] [CA9] [P5] the server is away: hands go up in their order and reactions are seen, and what is up stays up when it is back', async () => {
  const people = await scene.meet('Ada', 'Ben', 'Cleo')
  const [ada, ben, cleo] = people
  assert.ok(ada !== undefined && ben !== undefined && cleo !== undefined)
  for (const person of people) await person.joinCall()
  for (const person of people) await person.hasOthers(2)
  const nameOf = (person: typeof ada): string => ['Ada', 'Ben', 'Cleo'][people.indexOf(person)] ?? ''
  // Names of accounts are unique on a server, by a number.
  const withoutNumber = (text: string): string => text.replace(/ \d+$/, '')
  const raise = ({ page }: typeof ada): Promise<void> =>
    page.getByRole('button', { name: 'Raise hand' }).click()
  const order = async (...raised: readonly (typeof ada)[]): Promise<void> => {
    for (const person of people) {
      const list = person.page.getByRole('list', { name: 'Raised hands' })
      const shown = raised.map(
        (each, index) => `${String(index + 1)}\n${each === person ? 'You' : nameOf(each)}`,
      )
      await becomes(async () => (await list.locator('li').allInnerTexts()).map(withoutNumber), shown)
    }
  }
  await raise(cleo)
  await order(cleo)

  await scene.restart(async () => {
    for (const { page } of people) await page.locator('[data-direct="2"]').waitFor()
    await order(cleo)
    await raise(ben)
    await order(cleo, ben)
    await raise(ada)
    await order(cleo, ben, ada)
    await cleo.page.getByRole('button', { name: 'Lower hand' }).click()
    await order(ben, ada)
    await ada.page.keyboard.press('r')
    await ada.page.getByRole('button', { name: 'Applause' }).click()
    for (const { others } of [ben, cleo]) await others.locator('[data-reaction="👏"]').waitFor()
    await ada.page.keyboard.press('Escape')
  })

  for (const person of people) await person.isConnection('live')
  for (const { page } of people) await page.locator('[data-direct="0"], [data-direct="2"]').waitFor()
  await order(ben, ada)
  await ben.page.getByRole('button', { name: 'Lower hand' }).click()
  await order(ada)
  await ada.page.getByRole('button', { name: 'Lower hand' }).click()
  await order()
})

test('[DP6] [DP1] the server is away: pictures that are sent and put on the board are seen by all in the call, and saved afterwards', async () => {
  const people = await scene.meet('Ada', 'Ben', 'Cleo')
  const [ada, ben, cleo] = people
  assert.ok(ada !== undefined && ben !== undefined && cleo !== undefined)
  for (const person of people) await person.joinCall()
  for (const person of people) await person.hasOthers(2)
  const shows = async ({ page }: typeof ada, name: string): Promise<void> => {
    const image = page.getByRole('button', { name: `Open the picture ${name}` }).locator('img')
    await image.waitFor()
    await until(
      () => image.evaluate((shown) => (shown as HTMLImageElement).naturalWidth > 0),
      `${name} to be seen`,
    )
  }

  for (const person of [ada, ben])
    await person.page.getByRole('button', { name: 'Board', exact: true }).first().click()
  // A page that keeps nothing of the client has what draws pictures only once it was wanted.
  await drop(ada, [0.3, 0.6], red)
  await isPainted(ben.page, [0.3, 0.6])

  await scene.restart(async () => {
    for (const { page } of people) await page.locator('[data-direct="2"]').waitFor()
    await ada.attach('dot.png', 'image/png', pixel)
    await ada.send()
    for (const person of [ben, cleo]) await shows(person, 'dot.png')
    await ben.page.getByRole('button', { name: 'Open the picture dot.png' }).click()
    await until(
      () =>
        ben.page
          .getByRole('dialog', { name: 'dot.png' })
          .locator('img')
          .evaluate((shown) => (shown as HTMLImageElement).naturalWidth === 1),
      'the whole picture',
    )
    await ben.page.keyboard.press('Escape')
    await drop(ada, [0.6, 0.6], { ...red, colour: '#0000ff' })
    await ben.hasShapes(2)
    await isPainted(ben.page, [0.6, 0.6], '0,0,255,255')
  })

  for (const person of people) await person.isConnection('live')
  for (const { page } of people)
    await becomes(() => page.locator('[data-message-key][data-state="sent"]').count(), 1)
  await cleo.page.reload()
  await cleo.isConnection('live')
  await shows(cleo, 'dot.png')
  await isPainted(cleo.page, [0.3, 0.6])
  await isPainted(cleo.page, [0.6, 0.6], '0,0,255,255')
  await becomes(() => cleo.messages.count(), 1)
})
