/** Two people in a room: they write, draw, and see each other. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openScene } from '../support/scene.ts'
import { becomes, until } from '../support/until.ts'

const scene = await openScene()

test('two people write to each other, and both see the same', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  await ada.say('A fine day')
  await ben.hears('A fine day')
  await ben.say('Good **morning** to you', 'Good morning to you')
  await ada.hears('Good morning to you')
  await ada.isSent('A fine day')
  await becomes(() => ada.messageKeys(), await ben.messageKeys())
  await becomes(() => ada.message('to you').locator('strong').innerText(), 'morning')
})

test('[X-01] markup in a message is shown as it was typed', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  const text = '<img src=x onerror=alert(1)> <script>alert(2)</script>'
  await ada.say(text)
  await ben.hears(text)
  await becomes(() => ben.messages.locator('img, script').count(), 0)
})

test('[X-02] a link to a script is no link', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  await ada.say('[press me](javascript:alert(1)) and [here](https://example.org/)', 'press me')
  await ben.hears('press me')
  const links = await ben.messages.locator('a').evaluateAll((all) => all.map((a) => a.getAttribute('href')))
  assert.deepEqual(links, ['https://example.org/'])
})

test('who writes is shown to the other while they write', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  await ada.composer.pressSequentially('I am thi')
  await ben.page.getByText(/^Ada \d+ is writing/).waitFor()
  await ada.composer.fill('')
  await ben.page.getByText(/^Ada \d+ is writing/).waitFor({ state: 'hidden' })
})

test('two people draw, each sees the other’s stroke, and undoes only their own', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  await ada.tool('Pen')
  await ada.drag([0.2, 0.6], [0.4, 0.7], [0.5, 0.6])
  await ben.hasShapes(1)
  await ben.tool('Pen')
  await ben.drag([0.5, 0.7], [0.7, 0.8])
  await ada.hasShapes(2)
  await ada.tool('Undo')
  await ben.hasShapes(1)
  await ada.tool('Redo')
  await ben.hasShapes(2)
})

test('the eraser takes a stroke away for both', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  await ada.tool('Pen')
  await ada.drag([0.3, 0.7], [0.5, 0.7])
  await ben.hasShapes(1)
  await ben.tool('Eraser')
  await ben.drag([0.4, 0.6], [0.4, 0.8])
  await ada.hasShapes(0)
})

test('[BO16] the ink eraser takes the middle out of a stroke of another, who sees two', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  await ada.tool('Pen')
  await ada.drag([0.3, 0.7], [0.5, 0.7])
  await ben.hasShapes(1)
  await ben.board.click({ position: { x: 20, y: 300 }, button: 'middle' })
  await ben.page.keyboard.press('Shift+E')
  await ben.drag([0.4, 0.6], [0.4, 0.8])
  await ada.hasShapes(2)
  await ben.page.keyboard.press('Control+z')
  await ada.hasShapes(1)
})

test('a new name for the room reaches everybody, and the people are listed', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  await ada.page.getByRole('button', { name: 'Room menu' }).click()
  await ada.page.getByRole('menuitem', { name: 'Room settings' }).click()
  await ada.page.getByRole('textbox', { name: 'Name' }).fill('The garden')
  await ada.page.getByRole('button', { name: 'Save', exact: true }).click()
  await ben.page.getByRole('heading', { level: 1, name: 'The garden' }).waitFor()

  await ben.page.getByRole('tab', { name: /People/ }).click()
  await ben.page
    .getByRole('group', { name: 'People' })
    .getByText(/^Ada \d+$/)
    .waitFor()
  await until(
    async () => (await ben.page.title()).startsWith('The garden') || undefined,
    'the title of the page',
  )
})

test('[H-11] who leaves a room is out of it at once, and finds it gone', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  await ben.page.getByRole('button', { name: 'Room menu' }).click()
  await ben.page.getByRole('menuitem', { name: 'Leave room' }).click()
  await ben.page.getByRole('button', { name: 'Leave', exact: true }).click()
  await ben.page.waitForURL('/')
  await ben.page.goto(`/r/${ben.roomId}`)
  await ben.page.getByText('This room is not here').first().waitFor()
  await ada.say('Still here')
  await ada.isSent('Still here')
})
