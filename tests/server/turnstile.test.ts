/** Letting in sockets of which many come in the same moment. Time is moved by hand. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { Turnstile } from '#server/front/turnstile.ts'

const arrivingMax = 16

/** So many come at once; what is told is who has been let in so far. */
function crowd({ mock }: TestContext, count: number) {
  mock.timers.enable({ apis: ['setTimeout'] })
  const entered: number[] = []
  let openedCount = 0
  const turnstile = new Turnstile(() => entered.length - openedCount)
  for (let index = 0; index < count; index += 1) turnstile.pass(() => entered.push(index))
  return {
    entered,
    /** Those who are in open something, and the door is looked at once. */
    opened: () => {
      openedCount = entered.length
      mock.timers.tick(5)
    },
    look: () => {
      mock.timers.tick(5)
    },
  }
}

test('[W-20] a few are let in at once, whoever waits in the order in which they came', (context) => {
  const { entered, opened } = crowd(context, 40)
  assert.equal(entered.length, arrivingMax)
  opened()
  assert.equal(entered.length, 2 * arrivingMax)
  opened()
  assert.deepEqual(
    entered,
    Array.from({ length: 40 }, (_, index) => index),
  )
})

test('[W-20] who is let in and opens nothing keeps nobody out', (context) => {
  const { entered, look } = crowd(context, 40)
  for (let count = 1; count <= 24; count += 1) {
    look()
    assert.equal(entered.length, arrivingMax + count)
  }
})
