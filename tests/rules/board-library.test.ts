/** Excalidraw's libraries: both versions, damage, and what is too much. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { libraryNameMax, readLibrary } from '#shared/board/io/excalidraw-library.ts'
import { importShapesMax, importSizeMax, libraryItemsMax } from '#shared/limits.ts'

const box = (x: number) => ({ id: String(x), type: 'rectangle', x, y: 0, width: 10, height: 10 })
const fileOf = (fields: object): string => JSON.stringify({ type: 'excalidrawlib', ...fields })

function essence(text: string): unknown {
  const read = readLibrary(text)
  if (read.kind === 'fault') return read.fault
  const drawings = read.drawings.map(({ name, figures }) => [name, figures.map(({ kind }) => kind).join()])
  return [drawings, read.damagedCount]
}

test('[BO15] a library is read in both versions: lists of elements, and items with names', () => {
  const first = fileOf({ version: 1, library: [[box(0), { ...box(20), type: 'ellipse' }], [box(40)]] })
  assert.deepEqual(essence(first), [
    [
      ['', 'rectangle,ellipse'],
      ['', 'rectangle'],
    ],
    0,
  ])
  const second = fileOf({
    version: 2,
    libraryItems: [
      { id: 'a', status: 'published', created: 1, name: '  Server  ', elements: [box(0)] },
      { id: 'b', status: 'unpublished', created: 1, elements: [box(0)] },
    ],
  })
  assert.deepEqual(essence(second), [
    [
      ['Server', 'rectangle'],
      ['', 'rectangle'],
    ],
    0,
  ])
})

test('[BO15] a drawing of which nothing can be read is counted, and the others are read', () => {
  const items = [null, 7, {}, { name: 7, elements: [box(0)] }, { elements: [{ type: 'iframe' }] }, [[]]]
  assert.deepEqual(essence(fileOf({ libraryItems: items })), [[['', 'rectangle']], 5])
  const long = { name: '\u{1F600}'.repeat(libraryNameMax), elements: [box(0)] }
  const read = readLibrary(fileOf({ libraryItems: [long] }))
  assert.ok(read.kind === 'read' && read.drawings[0]?.name.length === libraryNameMax)
})

test('[BO15] what is no library, or too much of one, says what is wrong', () => {
  const drawing = JSON.stringify({ type: 'excalidraw', elements: [box(0)] })
  for (const text of ['', '{', '[1']) assert.equal(essence(text), 'not-json')
  for (const text of ['null', '{}', drawing, fileOf({}), fileOf({ library: 7 })])
    assert.equal(essence(text), 'not-excalidraw', text)
  for (const text of [fileOf({ library: [] }), fileOf({ library: [[]] })])
    assert.equal(essence(text), 'nothing')
  const many = Array.from({ length: libraryItemsMax + 1 }, () => [box(0)])
  assert.equal(essence(fileOf({ library: many })), 'too-many')
  const large = Array.from({ length: importShapesMax + 1 }, () => 0)
  assert.equal(essence(fileOf({ library: [large] })), 'too-many')
  assert.equal(essence(' '.repeat(importSizeMax + 1)), 'too-large')
})

test('[BO15] whatever stands in a library, the reader ends, and what it reads has something in it', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), fc.constantFrom('library', 'libraryItems'), (items, key) => {
      const read = readLibrary(fileOf({ [key]: items }))
      if (read.kind === 'fault') return
      for (const { name, figures } of read.drawings)
        assert.ok(figures.length > 0 && name.length <= libraryNameMax && name.isWellFormed())
    }),
  )
})
