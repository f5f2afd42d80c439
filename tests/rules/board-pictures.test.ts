/** Pictures on a board: what their rows may hold, and that they come back from a drawing. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { figureOf, type Figure } from '#shared/board/figure.ts'
import { openExcalidraw, picturesShown, readExcalidraw } from '#shared/board/io/excalidraw-read.ts'
import { writeExcalidraw } from '#shared/board/io/excalidraw-write.ts'
import { boxPlace, placeFields } from '#shared/board/place.ts'
import { isShapeRow, type ImageRow } from '#shared/board/shape.ts'
import type { FileHash } from '#shared/files/file.ts'
import { imagePixelsMax, importSizeMax } from '#shared/limits.ts'

const hash = 'a0'.repeat(32) as FileHash
const row: ImageRow = {
  k: 'image',
  z: 'V',
  c: 0,
  w: 1,
  t: [10, 20, 320, 240],
  b: hash,
  m: 'image/jpeg',
  i: [640, 480],
}

function figure(over: Partial<ImageRow> = {}, text = ''): Figure {
  const made = figureOf('1.a', { ...row, ...over }, { text }, () => null)
  assert.ok(made !== null)
  return made
}

test('[BO8] a row names its bytes, their type and their pixels, and nothing else', () => {
  assert.ok(isShapeRow(row))
  const faults: Readonly<Record<string, unknown>>[] = [
    { b: hash.toUpperCase() },
    { b: hash.slice(1) },
    { b: 7 },
    { m: 'image/svg+xml' },
    { m: 'text/html' },
    { m: 'image/avif' },
    { i: undefined },
    { i: [640] },
    { i: [640, 480, 1] },
    { i: { 0: 640, 1: 480, length: 2 } },
    { t: undefined },
    { p: Uint8Array.of(1) },
    { href: 'https://a.b/c.png' },
  ]
  for (const fault of faults) assert.equal(isShapeRow({ ...row, ...fault }), false, JSON.stringify(fault))
})

test('[BO8] U-02 pixels are whole, there, and no more than a page may unpack', () => {
  const side = fc.oneof(fc.integer({ min: -5, max: 2 * imagePixelsMax }), fc.double(), fc.anything())
  fc.assert(
    fc.property(side, side, (width, height) => {
      const isSound =
        Number.isInteger(width) &&
        Number.isInteger(height) &&
        (width as number) > 0 &&
        (height as number) > 0 &&
        (width as number) * (height as number) <= imagePixelsMax
      assert.equal(isShapeRow({ ...row, i: [width, height] }), isSound)
    }),
  )
})

test('[BO12] a picture comes back from a drawing: place, flips, opacity, words and bytes', () => {
  const size = fc.integer({ min: 1, max: 5_000 })
  const at = fc.integer({ min: -50_000, max: 50_000 })
  fc.assert(
    fc.property(
      at,
      at,
      size,
      size,
      fc.nat(359),
      fc.boolean(),
      fc.boolean(),
      (x, y, width, height, turn, ...flips) => {
        const [isFlippedX, isFlippedY] = flips
        const place = { ...boxPlace(x, y, width, height), turn, isFlippedX, isFlippedY }
        const before = figure({ t: placeFields(place), o: 50 }, 'A red house')
        const url = 'data:image/jpeg;base64,AAAA'
        const text = writeExcalidraw([before], 'test', new Map([[hash, url]]))
        const drawing = openExcalidraw(text)
        assert.ok(drawing.kind === 'drawing')
        assert.deepEqual([...picturesShown(drawing)], [hash])
        assert.equal(drawing.pictures.get(hash)?.base64, 'AAAA')
        const read = readExcalidraw(text, (name) => (name === hash ? { b: hash, m: row.m, i: row.i } : null))
        assert.ok(read.kind === 'read')
        const [after] = read.figures
        assert.deepEqual(after?.place, before.place)
        assert.equal(after.text, 'A red house')
        assert.equal(after.style.opacity, 50)
        assert.ok(isShapeRow(after.row))
      },
    ),
  )
})

test('[BO12] a picture whose bytes are not known is counted and left out', () => {
  const element = { id: 'a', type: 'image', x: 0, y: 0, width: 10, height: 10, fileId: 'f' }
  const box = { id: 'b', type: 'rectangle', x: 0, y: 0, width: 10, height: 10 }
  const read = readExcalidraw(
    JSON.stringify({ type: 'excalidraw', elements: [element, box], files: { f: {} } }),
  )
  assert.ok(read.kind === 'read')
  assert.equal(read.report.images, 1)
  assert.deepEqual(
    read.figures.map(({ kind }) => kind),
    ['rectangle'],
  )
})

test('[BO12] pictures have room of their own in a drawing, and nothing else has it', () => {
  const fileOf = (dataURL: string, more = ''): string =>
    JSON.stringify({ type: 'excalidraw', elements: [], files: { f: { dataURL } }, more })
  const large = 'A'.repeat(importSizeMax + 1)
  assert.equal(openExcalidraw(fileOf(`data:image/png;base64,${large}`)).kind, 'drawing')
  assert.deepEqual(openExcalidraw(fileOf(large)), { kind: 'fault', fault: 'too-large' })
  assert.deepEqual(openExcalidraw(fileOf('data:image/png;base64,A', large)), {
    kind: 'fault',
    fault: 'too-large',
  })
})
