/** The page’s short sounds: heard once, faded, and gone. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { createChimes } from '#web/ui/chime.ts'
import { FakeClock } from '../support/fake-call-clock.ts'

/** A context that keeps what was played on it. */
class FakeContext {
  readonly currentTime = 0
  readonly destination = {}
  readonly hertz: { value: number }[] = []
  isClosed = false

  createGain() {
    const param = {
      setValueAtTime: () => param,
      linearRampToValueAtTime: () => param,
      exponentialRampToValueAtTime: () => param,
    }
    return { gain: param, connect: (next: unknown) => next }
  }

  createOscillator() {
    const frequency = { value: 0 }
    this.hertz.push(frequency)
    return { frequency, connect: (next: unknown) => next, start: () => undefined, stop: () => undefined }
  }

  async close(): Promise<void> {
    this.isClosed = true
  }
}

function world() {
  const clock = new FakeClock()
  const contexts: FakeContext[] = []
  const chimes = createChimes(clock, () => {
    const made = new FakeContext()
    contexts.push(made)
    return made as unknown as AudioContext
  })
  return { clock, contexts, chimes }
}

test('who comes is heard as a rise, who goes as a fall, and no context stays open', async () => {
  const { clock, contexts, chimes } = world()
  chimes.play('joined')
  await clock.run(2_000)
  chimes.play('left')
  const [joined, left] = contexts.map(({ hertz }) => hertz.map(({ value }) => value))
  assert.ok(joined !== undefined && joined[0]! < joined[1]!)
  assert.ok(left !== undefined && left[0]! > left[1]!)
  assert.deepEqual(
    contexts.map(({ isClosed }) => isClosed),
    [true, false],
  )
  await clock.run(2_000)
  assert.ok(contexts.every(({ isClosed }) => isClosed))
})

test('five who come at once are heard once', async () => {
  const { clock, contexts, chimes } = world()
  for (let i = 0; i < 5; i++) chimes.play('joined')
  assert.equal(contexts.length, 1)
  await clock.run(2_000)
  chimes.play('joined')
  assert.equal(contexts.length, 2)
})
