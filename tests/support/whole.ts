/** How every scene of the failure theatre ends. */
import assert from 'node:assert/strict'
import type { RoomPage } from './room-page.ts'
import { becomes } from './until.ts'

/** Nothing waits, everybody has the same messages and shapes, and everybody is here once. */
export async function isWhole(
  people: readonly RoomPage[],
  { messages, shapes }: Readonly<{ messages: number; shapes: number }>,
): Promise<void> {
  for (const person of people) {
    await person.isConnection('live')
    await becomes(() => person.page.locator('[data-message-key]:not([data-state="sent"])').count(), 0)
    await becomes(() => person.messages.count(), messages, 'every message, once')
  }
  const [first, ...others] = people
  assert.ok(first !== undefined)
  const keys = await first.messageKeys()
  for (const person of others) await becomes(() => person.messageKeys(), keys, 'in one order')
  for (const person of people) {
    if (shapes > 0) await person.hasShapes(shapes)
    await person.page.getByRole('tab', { name: /People/ }).click()
    const here = person.page.getByRole('group', { name: 'People' }).locator('li:not(.is-away)')
    await becomes(() => here.count(), people.length, 'everybody here, once')
  }
}
