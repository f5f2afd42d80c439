/** What travels beside the board's document. */
import assert from 'node:assert/strict'
import test from 'node:test'
import * as encoding from 'lib0/encoding'
import fc from 'fast-check'
import { liveFrameSizeMax } from '#shared/limits.ts'
import { decodeLive, encodeLive, livePointsMax, type DrawnRow, type LivePart } from '#shared/board/live.ts'
import { coordinateMax, packPoints, pointStride } from '#shared/board/points.ts'
import { isShapeRow, type ShapeId } from '#shared/board/shape.ts'
import type { FileHash } from '#shared/files/file.ts'
import { inkCount, strokeWidthMax } from '#shared/board/style.ts'

const sixteenth = fc
  .integer({ min: -coordinateMax * 16, max: coordinateMax * 16 })
  .filter((units) => units !== 0)
  .map((units) => units / 16)
const count = fc.nat(2 ** 31 - 1)
const packed = fc
  .array(fc.tuple(sixteenth, sixteenth, fc.constant(0.5)), { minLength: 1, maxLength: 9 })
  .map((points) => packPoints(points.flat(), false))
/** Objects as code makes them, with a prototype. */
const plain = <T>(model: { [Key in keyof T]: fc.Arbitrary<T[Key]> }): fc.Arbitrary<T> =>
  fc.record<T>(model, { noNullPrototype: true })
const part: fc.Arbitrary<LivePart> = fc.oneof(
  plain({ kind: fc.constant('cursor' as const), at: plain({ x: sixteenth, y: sixteenth }) }),
  fc.constant({ kind: 'away' as const }),
  fc.constant({ kind: 'look' as const }),
  plain({
    kind: fc.constant('begin' as const),
    stroke: count,
    style: plain({ ink: fc.nat(inkCount - 1), width: fc.integer({ min: 1, max: strokeWidthMax }) }),
  }),
  plain({ kind: fc.constant('points' as const), stroke: count, from: count, packed }),
  plain({ kind: fc.constant('commit' as const), stroke: count, id: fc.constant<ShapeId>('7.abc') }),
  plain({ kind: fc.constant('drop' as const), stroke: count }),
  plain({
    kind: fc.constant('draw' as const),
    id: fc.constant<ShapeId>('7.abc'),
    row: fc.constantFrom<DrawnRow>(
      { k: 'ellipse', z: 'V', c: 1, w: 4, t: [1, 2, 30, 40] },
      { k: 'arrow', z: 'V', c: 1, w: 4, h: 1, t: { e: [0, 0, 9, 9], s: ['7.x', 0.5, 1] } },
    ),
  }),
  fc.constantFrom<LivePart>({ kind: 'drawn' }, { kind: 'undrawn' }),
  fc
    .tuple(sixteenth, sixteenth, sixteenth, sixteenth)
    .filter(([minX, minY, maxX, maxY]) => minX < maxX && minY < maxY)
    .map(([minX, minY, maxX, maxY]) => ({ kind: 'view' as const, box: { minX, minY, maxX, maxY } })),
  plain({ kind: fc.constant('brought' as const), hash: fc.constant('a0'.repeat(32) as FileHash) }),
)
const parts = fc.array(part, { minLength: 1, maxLength: 8 })

test('[W4] what is sent is what is received', () => {
  fc.assert(
    fc.property(parts, (sent) => {
      const received = decodeLive(encodeLive(sent))?.map((one) => {
        if (one.kind !== 'points') return one
        const { points, ...rest } = one
        return { ...rest, packed: packPoints(points.values, points.hasPressure) }
      })
      assert.deepEqual(received, sent)
    }),
  )
})

test('[W4] as many points as a frame takes fit it, whatever the movement', () => {
  const values = Array.from({ length: livePointsMax }, (_, i) => {
    const far = i % 2 === 0 ? coordinateMax : -coordinateMax
    return [far, -far, i % 2]
  }).flat()
  assert.equal(values.length, livePointsMax * pointStride)
  const id: ShapeId = `zzzzz.${'x'.repeat(32)}`
  const frame = encodeLive([
    { kind: 'cursor', at: { x: -coordinateMax, y: coordinateMax } },
    { kind: 'begin', stroke: 2 ** 31 - 1, style: { ink: 7, width: 64 } },
    { kind: 'points', stroke: 2 ** 31 - 1, from: 2 ** 31 - 1, packed: packPoints(values, true) },
    { kind: 'commit', stroke: 2 ** 31 - 1, id },
  ])
  assert.ok(frame.length <= liveFrameSizeMax, String(frame.length))
})

test('[W4] a frame that is cut, too long, empty or of another version says nothing', () => {
  const frame = encodeLive([{ kind: 'commit', stroke: 300, id: '7.abc' }])
  assert.equal(decodeLive(frame)?.length, 1)
  for (let length = 0; length < frame.length; length++) assert.equal(decodeLive(frame.slice(0, length)), null)
  assert.equal(decodeLive(frame.with(0, 2)), null)
  const away = { kind: 'away' } as const
  assert.equal(
    decodeLive(encodeLive(Array<LivePart>(liveFrameSizeMax - 1).fill(away)))?.length,
    liveFrameSizeMax - 1,
  )
  assert.equal(decodeLive(encodeLive(Array<LivePart>(liveFrameSizeMax).fill(away))), null)
})

test('[W4] a part with a fault spoils its frame', () => {
  const bytesOf = (write: (encoder: encoding.Encoder) => void): Uint8Array =>
    encoding.encode((encoder) => {
      encoding.writeUint8(encoder, 1)
      write(encoder)
    })
  const numbers = (kind: number, ...values: readonly number[]): Uint8Array =>
    bytesOf((encoder) => {
      encoding.writeUint8(encoder, kind)
      for (const value of values) encoding.writeVarUint(encoder, value)
    })
  const commit = (id: string): Uint8Array =>
    bytesOf((encoder) => {
      encoding.writeUint8(encoder, 4)
      encoding.writeVarUint(encoder, 1)
      encoding.writeVarString(encoder, id)
    })
  const drawing = (id: string, row: unknown): Uint8Array =>
    bytesOf((encoder) => {
      encoding.writeUint8(encoder, 13)
      encoding.writeVarString(encoder, id)
      encoding.writeVarString(encoder, JSON.stringify(row))
    })
  assert.deepEqual(decodeLive(numbers(2, 1, 7, 64)), [
    { kind: 'begin', stroke: 1, style: { ink: 7, width: 64 } },
  ])
  const faults = {
    'an ink there is not': numbers(2, 1, inkCount, 4),
    'a width there is not': numbers(2, 1, 0, 0),
    'a stroke beyond counting': numbers(5, 2 ** 31),
    'a kind there is not': numbers(6, 1),
    'points that are none': numbers(3, 1, 0, 0),
    'a commit under a register': commit('7.abc:z'),
    'a commit under no id': commit('__proto__'),
    'a drawn shape under a register': drawing('7.abc:t', { k: 'note', z: 'V', c: 1, w: 4, t: [0, 0, 9, 9] }),
    'ink, whose points come by themselves': drawing('7.abc', { k: 'stroke', z: 'V', c: 1, w: 4, p: {} }),
    'a drawn shape of no size': drawing('7.abc', { k: 'note', z: 'V', c: 1, w: 4, t: [0, 0] }),
    'no JSON': bytesOf((encoder) => {
      encoding.writeUint8(encoder, 13)
      encoding.writeVarString(encoder, '7.abc')
      encoding.writeVarString(encoder, '{')
    }),
    'a cursor beyond the board': bytesOf((encoder) => {
      encoding.writeUint8(encoder, 0)
      encoding.writeVarInt(encoder, coordinateMax * 16 + 1)
      encoding.writeVarInt(encoder, 0)
    }),
  }
  for (const [name, bytes] of Object.entries(faults)) assert.equal(decodeLive(bytes), null, name)
})

test('[W4] whatever the bytes, nothing is thrown and nothing unsound comes out', () => {
  const hostile = fc
    .tuple(fc.nat(16), fc.uint8Array({ maxLength: 60 }))
    .map(([kind, rest]) => Uint8Array.of(1, kind, ...rest))
  const flipped = fc.tuple(parts, fc.nat(), fc.nat(255)).map(([sent, at, byte]) => {
    const frame = encodeLive(sent)
    return frame.with(at % frame.length, byte)
  })
  fc.assert(
    fc.property(fc.oneof(hostile, flipped), (bytes) => {
      for (const one of decodeLive(bytes) ?? []) {
        if (one.kind === 'cursor') assert.ok(Math.abs(one.at.x) <= coordinateMax)
        if (one.kind === 'draw') assert.ok(isShapeRow(one.row))
        if ('stroke' in one) assert.ok(one.stroke < 2 ** 31)
      }
    }),
    { numRuns: 3_000 },
  )
})
