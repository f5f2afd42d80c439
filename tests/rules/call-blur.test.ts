/** Who is a person in a picture, by a network that is read from its file; and what lies behind them, blurred. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { follow, soften, within } from '#web/call/engine/effects/backdrop.ts'
import { readModel, type Model } from '#web/call/engine/effects/model.ts'
import { Network } from '#web/call/engine/effects/network.ts'

const file = fileURLToPath(
  import.meta.resolve('@mediapipe/selfie_segmentation/selfie_segmentation_landscape.tflite'),
)
const bytes = new Uint8Array(await readFile(file)).buffer

test('the network’s file is read: a picture goes in, and how sure it is of each pixel comes out', () => {
  const network = new Network(readModel(bytes))
  assert.deepEqual([network.input.width, network.input.height, network.input.channels], [256, 144, 3])
  assert.deepEqual([network.output.width, network.output.height, network.output.channels], [256, 144, 1])
  network.input.values.fill(0.5)
  network.run()
  assert.ok(
    network.output.values.every((sure) => sure >= 0 && sure < 0.01),
    'nobody is on a grey wall',
  )
})

test('a file that is cut, or has a bit turned over, is refused or read, but never hangs', () => {
  fc.assert(
    fc.property(fc.nat(bytes.byteLength - 1), fc.nat(7), fc.boolean(), (at, bit, isCut) => {
      const other = new Uint8Array(bytes.slice(0, isCut ? at : bytes.byteLength))
      if (!isCut) other[at] = (other[at] ?? 0) ^ (1 << bit)
      try {
        readModel(other.buffer)
      } catch (error) {
        assert.ok(error instanceof Error)
      }
    }),
    { numRuns: 30 },
  )
})

/** A network of one step, from one tensor of the given shape. */
function oneStep(
  step: Omit<Model['steps'][number], 'inputs' | 'output'>,
  from: readonly number[],
  to: readonly number[],
  constants: readonly Readonly<{ shape: readonly number[]; values: readonly number[] }>[] = [],
): Network {
  return new Network({
    tensors: [
      { shape: from, values: null },
      { shape: to, values: null },
      ...constants.map(({ shape, values }) => ({ shape, values: Float32Array.from(values) })),
    ],
    steps: [{ ...step, inputs: [0, ...constants.map((_, index) => index + 2)], output: 1 }],
    input: 0,
    output: 1,
  })
}

function run(network: Network, input: readonly number[]): number[] {
  network.input.values.set(input)
  network.run()
  return [...network.output.values]
}

test('each step does what its name says', () => {
  const plain = { stride: 1, isPadded: false }
  const sum = oneStep(
    { kind: 'convolve', stride: 1, isPadded: true },
    [1, 2, 2, 1],
    [1, 2, 2, 4],
    [
      { shape: [4, 3, 3, 1], values: Array.from({ length: 36 }, (_, index) => (index < 9 ? 1 : 0)) },
      { shape: [4], values: [0.5, 0, 0, 0] },
    ],
  )
  assert.deepEqual(
    run(sum, [1, 2, 3, 4]).filter((_, index) => index % 4 === 0),
    [10.5, 10.5, 10.5, 10.5],
    'everything is near everything, and beyond the edge is nothing',
  )
  const apart = oneStep(
    { kind: 'convolve-each', stride: 2, isPadded: true },
    [1, 2, 2, 2],
    [1, 1, 1, 2],
    [
      { shape: [1, 3, 3, 2], values: Array.from({ length: 18 }, (_, index) => (index % 2 === 0 ? 1 : 10)) },
      { shape: [2], values: [0, 1] },
    ],
  )
  assert.deepEqual(run(apart, [1, 1, 2, 2, 3, 3, 4, 4]), [10, 101])
  assert.deepEqual(run(oneStep({ kind: 'mean', ...plain }, [1, 2, 1, 2], [1, 1, 1, 2]), [1, 5, 3, 7]), [2, 6])
  assert.deepEqual(run(oneStep({ kind: 'relu', ...plain }, [1, 1, 1, 2], [1, 1, 1, 2]), [-1, 2]), [0, 2])
  assert.deepEqual(
    run(oneStep({ kind: 'hard-swish', ...plain }, [1, 1, 1, 3], [1, 1, 1, 3]), [-4, 0, 4]),
    [0, 0, 4],
  )
  assert.deepEqual(run(oneStep({ kind: 'sigmoid', ...plain }, [1, 1, 1, 1], [1, 1, 1, 1]), [0]), [0.5])
  assert.deepEqual(
    run(oneStep({ kind: 'enlarge', ...plain }, [1, 1, 2, 1], [1, 1, 4, 1]), [0, 4]),
    [0, 1, 3, 4],
  )
  const spread = oneStep(
    { kind: 'spread', ...plain },
    [1, 1, 1, 1],
    [1, 2, 2, 1],
    [
      { shape: [1, 2, 2, 1], values: [1, 2, 3, 4] },
      { shape: [1], values: [1] },
    ],
  )
  assert.deepEqual(run(spread, [2]), [3, 5, 7, 9])
})

test('an edge comes to rest at what the network goes on saying', () => {
  const person = new Float32Array(2)
  for (let count = 0; count < 12; count++) follow(person, Float32Array.of(0.9, 0.1))
  assert.ok((person[0] ?? 0) > 0.999)
  assert.equal(person[1], 0)
})

test('a plain wall stays plain, also around a person, of whose colours nothing is left in it', () => {
  const [width, height] = [24, 16]
  const pixels = new Uint8ClampedArray(width * height * 4)
  const person = new Float32Array(width * height)
  for (let pixel = 0; pixel < person.length; pixel++) {
    const isPerson = pixel % width > 10 && pixel % width < 14
    person[pixel] = isPerson ? 1 : 0
    pixels.set(isPerson ? [255, 0, 0, 255] : [20, 120, 220, 255], pixel * 4)
  }
  soften(pixels, person, width, height)
  for (let pixel = 0; pixel < person.length; pixel++)
    assert.deepEqual([...pixels.slice(pixel * 4, pixel * 4 + 3)], [20, 120, 220])
})

test('a picture of any shape stands whole in the middle of the network’s', () => {
  const side = fc.integer({ min: 16, max: 4_096 })
  fc.assert(
    fc.property(side, side, (width, height) => {
      const frame = { width: 256, height: 144 }
      const place = within({ width, height }, frame)
      assert.ok(place.left >= 0 && place.left + place.width <= frame.width)
      assert.ok(place.top >= 0 && place.top + place.height <= frame.height)
      assert.ok(place.width === frame.width || place.height === frame.height)
    }),
  )
})
