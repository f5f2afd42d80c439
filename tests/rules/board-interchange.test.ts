/** Excalidraw's files, in and out: every kind and generation, damage, and malice. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import type { Figure } from '#shared/board/figure.ts'
import { readExcalidraw, type Import } from '#shared/board/io/excalidraw-read.ts'
import { writeExcalidraw } from '#shared/board/io/excalidraw-write.ts'
import { unpackPoints } from '#shared/board/points.ts'
import { isShapeRow } from '#shared/board/shape.ts'
import { importShapesMax, importSizeMax } from '#shared/limits.ts'

type Fields = Readonly<Record<string, unknown>>

const fileOf = (...elements: readonly unknown[]): string =>
  JSON.stringify({ type: 'excalidraw', version: 2, elements })
const box = (type: string, more: Fields = {}): Fields => ({
  id: type,
  type,
  x: 10,
  y: 20,
  width: 100,
  height: 50,
  ...more,
})

function read(text: string): Extract<Import, { kind: 'read' }> {
  const found = readExcalidraw(text)
  assert.ok(found.kind === 'read', JSON.stringify(found))
  for (const { row } of found.figures) assert.ok(isShapeRow(row))
  return found
}

const faultOf = (text: string): string => {
  const found = readExcalidraw(text)
  return found.kind === 'fault' ? found.fault : found.kind
}

/** What of a figure has to come back: all but its own id and order. */
function essence(figures: readonly Figure[]): unknown[] {
  const numberOf = new Map(figures.map(({ id }, index) => [id as string, index]))
  const near = (value: number): number => Math.round(value * 4) / 4
  return figures.map(({ kind, style, place, text, groups, isLocked, line, row }) => ({
    kind,
    style,
    text,
    groups,
    isLocked,
    place: [place.x, place.y, place.width, place.height, place.turn].map(near),
    isFixed: place.isFixed,
    points: 'p' in row ? unpackPoints(row.p)?.values.map(near) : null,
    bend: line === null ? null : near(line.ends.bend),
    holds: [line?.ends.startsAt, line?.ends.endsAt].map((end) =>
      end == null ? null : [numberOf.get(end.id), near(end.u), near(end.v)],
    ),
  }))
}

function comesBack(text: string): void {
  const first = read(text)
  const second = read(writeExcalidraw(first.figures, 'test'))
  assert.deepEqual(essence(second.figures), essence(first.figures))
}

const everyKind: readonly Fields[] = [
  box('rectangle', {
    strokeColor: '#e03131',
    backgroundColor: '#ffc9c9',
    strokeWidth: 4,
    strokeStyle: 'dashed',
  }),
  box('ellipse', { x: 300, backgroundColor: '#1e1e1e', angle: 0.5, opacity: 50, locked: true }),
  box('diamond', { x: 500, groupIds: ['inner', 'outer'] }),
  box('frame', { x: 700, name: 'Plan' }),
  box('text', { y: 200, text: 'Words\nin lines', fontSize: 28, textAlign: 'center', autoResize: false }),
  {
    id: 'label',
    type: 'text',
    x: 0,
    y: 0,
    width: 1,
    height: 1,
    text: 'In the box',
    containerId: 'rectangle',
    fontSize: 16,
  },
  {
    ...box('freedraw'),
    y: 300,
    points: [
      [0, 0],
      [10, 4],
      [20, 9],
    ],
    pressures: [],
    simulatePressure: true,
  },
  {
    ...box('freedraw'),
    id: 'pen',
    y: 400,
    points: [
      [0, 0],
      [10, 4],
    ],
    pressures: [0.2, 0.8],
    simulatePressure: false,
  },
  {
    ...box('line'),
    y: 500,
    points: [
      [0, 0],
      [100, 40],
    ],
  },
  {
    ...box('arrow'),
    y: 600,
    points: [
      [0, 0],
      [50, 40],
      [100, 0],
    ],
    startArrowhead: 'dot',
    endArrowhead: 'arrow',
  },
]

test('[BO12] every kind of element comes in, and comes back the same from what is written', () => {
  const { figures, report } = read(fileOf(...everyKind))
  const kinds = figures.map(({ kind }) => kind)
  assert.deepEqual(kinds, [
    'rectangle',
    'ellipse',
    'diamond',
    'frame',
    'text',
    'stroke',
    'stroke',
    'line',
    'arrow',
  ])
  assert.deepEqual(report, { images: 0, unknown: 0, damaged: 0, simplified: 0 })
  const [rectangle, ellipse, diamond, frame] = figures
  assert.equal(rectangle?.text, 'In the box')
  assert.deepEqual(
    [rectangle.style.ink, rectangle.style.fill, rectangle.style.dash, rectangle.style.textSize],
    [2, 'tint', 'dashed', 16],
  )
  assert.deepEqual([ellipse?.style.fill, ellipse?.style.opacity, ellipse?.isLocked], ['solid', 50, true])
  assert.deepEqual(diamond?.groups, ['outer', 'inner'])
  assert.equal(frame?.text, 'Plan')
  comesBack(fileOf(...everyKind))
})

for (const [generation, binding, at] of [
  ['focus and gap', { focus: 0.3, gap: 4 }, [0.5, 0.5]],
  ['a fixed point of elbows', { focus: 0, gap: 4, fixedPoint: [0.25, 1.02] }, [0.25, 1]],
  ['a fixed point and a mode', { fixedPoint: [0.75, 0.5], mode: 'orbit' }, [0.75, 0.5]],
] as const) {
  test(`[BO12] an arrow holds on by ${generation}, also to what comes after it, and both ends are written`, () => {
    const arrow = {
      ...box('arrow'),
      points: [
        [0, 0],
        [200, 0],
      ],
      startBinding: { elementId: 'rectangle', ...binding },
      endBinding: { elementId: 'ellipse', ...binding },
    }
    const text = fileOf(box('rectangle'), arrow, box('ellipse', { x: 300 }))
    const { figures } = read(text)
    const ends = figures.find(({ kind }) => kind === 'arrow')?.line?.ends
    assert.deepEqual([ends?.startsAt?.u, ends?.startsAt?.v], at)
    assert.equal(ends?.endsAt?.id, figures.find(({ kind }) => kind === 'ellipse')?.id)
    comesBack(text)
    const { elements } = JSON.parse(writeExcalidraw(figures, 'test')) as { elements: readonly Fields[] }
    const [rectangle, written] = elements
    assert.deepEqual(rectangle?.['boundElements'], [{ id: written?.['id'], type: 'arrow' }])
    assert.equal((written?.['startBinding'] as Fields)['elementId'], rectangle['id'])
  })
}

test('[BO12] the files of 2020 are read: `draw`, sharpness, and fields that were not there yet', () => {
  const { figures, report } = read(
    fileOf(
      {
        id: 'a',
        type: 'draw',
        x: 0,
        y: 0,
        points: [
          [0, 0],
          [5, 5],
        ],
        strokeSharpness: 'round',
      },
      { id: 'b', type: 'rectangle', x: 50, y: 50, width: -20, height: -10 },
      {
        id: 'c',
        type: 'arrow',
        x: 0,
        y: 0,
        points: [
          [0, 0],
          [9, 9],
        ],
      },
    ),
  )
  assert.deepEqual(
    figures.map(({ kind }) => kind),
    ['stroke', 'rectangle', 'arrow'],
  )
  assert.deepEqual([figures[1]?.place.x, figures[1]?.place.width], [30, 20])
  assert.equal(figures[2]?.style.heads, 'end')
  assert.equal(report.damaged, 0)
})

test('[BO12] what cannot be read is counted by what it is, and the rest is read', () => {
  const { figures, report } = read(
    fileOf(
      box('rectangle'),
      box('image'),
      box('iframe'),
      box('constructor'),
      null,
      { type: 7 },
      box('ellipse', { x: '10' }),
      box('ellipse', { x: 1e300 }),
      box('text', { text: '' }),
      { ...box('line'), points: [[0, 0]] },
      { ...box('freedraw'), points: [[0, null]] },
      {
        ...box('arrow'),
        points: [
          [0, 0],
          [1, 1],
          [2, 0],
          [3, 1],
        ],
      },
      box('diamond', { isDeleted: true }),
    ),
  )
  assert.deepEqual(
    figures.map(({ kind }) => kind),
    ['rectangle', 'arrow'],
  )
  assert.deepEqual(report, { images: 1, unknown: 2, damaged: 7, simplified: 1 })
})

test('[BO12] what is no drawing says what is wrong', () => {
  for (const text of ['', '{', 'PK\u0003', '[1']) assert.equal(faultOf(text), 'not-json', text)
  for (const text of ['null', '[]', '{}', '{"type":"excalidraw"}', '{"type":"excalidraw","elements":{}}'])
    assert.equal(faultOf(text), 'not-excalidraw', text)
  assert.equal(faultOf(fileOf()), 'nothing')
  assert.equal(faultOf(fileOf(...Array.from({ length: importShapesMax + 1 }, () => 0))), 'too-many')
  assert.equal(faultOf(' '.repeat(importSizeMax + 1)), 'too-large')
})

test('[BO12] malice is bounded: depth, inherited names, and numbers that are none', () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
  assert.equal(faultOf(`{"type":"excalidraw","elements":${deep}}`), 'nothing')
  const proto = `{"type":"excalidraw","elements":[{"__proto__":{"isAdmin":true},"id":"__proto__","type":"rectangle","x":0,"y":0,"width":1e999,"height":1}]}`
  assert.equal(faultOf(proto), 'nothing')
  assert.equal(({} as Fields)['isAdmin'], undefined)
  const long = read(
    fileOf({ ...box('freedraw'), points: Array.from({ length: 90_000 }, (_, x) => [x % 97, x % 89]) }),
  )
  assert.equal(long.figures.length, 1)
})

test('[BO12] whatever stands in an element, the reader ends, and makes only rows that the guard takes', () => {
  const junk = fc.oneof(fc.jsonValue(), fc.double(), fc.constantFrom('arrow', 'text', 'freedraw', 'x'))
  const names = [
    'x',
    'y',
    'width',
    'height',
    'angle',
    'points',
    'pressures',
    'groupIds',
    'fontSize',
    'opacity',
  ]
  const others = [
    'strokeWidth',
    'strokeColor',
    'startBinding',
    'endBinding',
    'text',
    'containerId',
    'customData',
    'name',
  ]
  const fields = fc.dictionary(fc.constantFrom(...names, ...others), junk)
  const type = fc.constantFrom('rectangle', 'ellipse', 'line', 'arrow', 'freedraw', 'text', 'frame', 'image')
  fc.assert(
    fc.property(fc.array(fc.tuple(type, fields), { maxLength: 6 }), (all) => {
      const found = readExcalidraw(fileOf(...all.map(([kind, more]) => ({ ...box(kind), ...more }))))
      if (found.kind === 'read') for (const { row } of found.figures) assert.ok(isShapeRow(row))
    }),
  )
})

test('[BO12] geometry comes back, wherever it lies', () => {
  const place = fc.integer({ min: -50_000, max: 50_000 })
  const size = fc.integer({ min: 1, max: 5_000 })
  const kind = fc.constantFrom('rectangle', 'ellipse', 'diamond', 'frame')
  const angle = fc.double({ min: 0, max: 6.28, noNaN: true })
  const shapes = fc.record({ type: kind, x: place, y: place, width: size, height: size, angle })
  const course = fc.array(fc.tuple(place, place), { minLength: 2, maxLength: 2 })
  fc.assert(
    fc.property(fc.array(shapes, { minLength: 1, maxLength: 5 }), course, (boxes, points) => {
      const elements = boxes.map((each, index) => ({
        ...each,
        id: String(index),
        angle: each.type === 'frame' ? 0 : each.angle,
      }))
      comesBack(fileOf(...elements, { id: 'line', type: 'line', x: 0, y: 0, points }))
    }),
  )
})
