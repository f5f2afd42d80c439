/** The sheets of a board: several in a room, each seen by all, each with its own past. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RoomPage } from '../support/room-page.ts'
import { openScene } from '../support/scene.ts'
import { becomes } from '../support/until.ts'

const scene = await openScene()

const opener = ({ page }: RoomPage, shown: string) =>
  page.getByRole('button', { name: `Sheets, ${shown} is shown` })

async function openSheet(room: RoomPage, shown: string, name: string): Promise<void> {
  await opener(room, shown).click()
  await room.page.getByRole('dialog', { name: 'Sheets' }).getByRole('button', { name }).first().click()
  await opener(room, name === 'Add sheet' ? 'Sheet 2' : name).waitFor()
}

test('[BO4] [BO10] a sheet that was left is as it was: all see it, and each can still take back what they did', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  await ada.tool('Pen')
  await ada.drag([0.2, 0.4], [0.4, 0.5])
  await ada.drag([0.2, 0.6], [0.4, 0.7])
  await ben.hasShapes(2)
  await ada.tool('Undo')
  await ben.hasShapes(1)

  await openSheet(ada, 'Sheet 1', 'Add sheet')
  await ada.hasShapes(0)
  await becomes(() => ada.page.getByRole('button', { name: 'Undo', exact: true }).isDisabled(), true)
  await openSheet(ben, 'Sheet 1', 'Sheet 2')
  await ada.drag([0.3, 0.4], [0.5, 0.5])
  await ben.hasShapes(1)

  await openSheet(ada, 'Sheet 2', 'Sheet 1')
  await ada.hasShapes(1)
  await ada.tool('Redo')
  await ada.hasShapes(2)
  await ada.tool('Undo')
  await ada.tool('Undo')
  await ada.hasShapes(0)
  await ben.hasShapes(1)
  await openSheet(ben, 'Sheet 2', 'Sheet 1')
  await ben.hasShapes(0)
})
