/** Shapes in words, as they are heard. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { figureOf, type Figure, type Registers } from '#shared/board/figure.ts'
import { packPoints } from '#shared/board/points.ts'
import { boxKinds, inkKinds, lineKinds, type ShapeId } from '#shared/board/shape.ts'
import { firstStyle, styleFields } from '#shared/board/style.ts'
import { shapeName } from '#web/board/shape-name.ts'

const words = JSON.parse(
  readFileSync(new URL('../../web/locales/en/board.json', import.meta.url), 'utf8'),
) as Record<string, unknown>

/** As the interface speaks. */
function t(key: string, parameters: Readonly<Record<string, string>> = {}): string {
  let found: unknown = words
  for (const step of key.split('.').slice(1)) found = (found as Record<string, unknown>)[step]
  assert.equal(typeof found, 'string', key)
  return (found as string).replace(/\{(\w+)\}/gu, (_, name: string) => parameters[name] ?? name)
}

const common = { z: 'V', ...styleFields(firstStyle) }
const board = new Map<string, Figure>()
const figureAt = (id: string): Figure | null => board.get(id) ?? null
const named = (figure: Figure): string => shapeName(figure, figureAt, t)

/** A shape on the board. */
function put(fields: Readonly<Record<string, unknown>>, registers: Registers = {}): Figure {
  const id: ShapeId = `1.${String(board.size)}`
  const figure = figureOf(id, { ...common, ...fields }, registers, figureAt)
  assert.ok(figure !== null)
  board.set(id, figure)
  return figure
}

const box = (k: string, text = ''): Figure => put({ k, t: [0, 0, 100, 50] }, { text })
const line = (k: string, ends: Readonly<Record<string, unknown>> = {}, text = ''): Figure =>
  put({ k, t: { e: [0, 0, 200, 0], ...ends } }, { text })

test('every kind of shape has a name, as itself and where a line ends', () => {
  const p = packPoints([0, 0, 1, 10, 10, 1], false)
  const names = [
    ...inkKinds.map((k) => put({ k, p })),
    ...boxKinds.map((k) => box(k)),
    ...lineKinds.map((k) => line(k)),
  ]
    .map(named)
    .concat(named(put({ k: 'image', t: [0, 0, 10, 10], b: 'a'.repeat(64), m: 'image/png', i: [640, 480] })))
  assert.deepEqual(names, [
    'Drawing',
    'Highlight',
    'Rectangle',
    'Ellipse',
    'Diamond',
    'Text',
    'Sticky note',
    'Frame',
    'Line',
    'Arrow',
    'Picture, 640 by 480',
  ])
  for (const figure of board.values()) assert.match(t(`board.shapes.ends.${figure.kind}`), /^an? /u)
})

test('what is written in a shape is quoted, on one line', () => {
  assert.equal(named(box('rectangle', 'Plan')), 'Rectangle “Plan”')
  assert.equal(named(box('note', '  Buy\n\tbread and   milk \n')), 'Sticky note “Buy bread and milk”')
  assert.equal(named(box('ellipse', ' \n ')), 'Ellipse')
})

test('a long text is quoted up to a length, and no character is cut in half', () => {
  assert.equal(named(box('text', 'x'.repeat(60))), `Text “${'x'.repeat(60)}”`)
  assert.equal(named(box('text', '😀'.repeat(61))), `Text “${'😀'.repeat(59)}…”`)
})

test('an arrow is named by what it leads from and to', () => {
  const [plan, done, empty] = [box('rectangle', 'Plan'), box('note', 'Done'), box('ellipse')]
  const holds = (figure: Figure): unknown => [figure.id, 0.5, 0.5]
  assert.equal(named(line('arrow', { s: holds(plan), t: holds(done) })), 'Arrow from “Plan” to “Done”')
  assert.equal(named(line('arrow', { s: holds(plan), t: holds(empty) })), 'Arrow from “Plan” to an ellipse')
  assert.equal(named(line('arrow', { s: holds(plan) }, 'yes')), 'Arrow “yes” from “Plan”')
  assert.equal(named(line('line', { t: holds(done) })), 'Line to “Done”')
  assert.equal(named(line('arrow', { t: ['1.gone', 0.5, 0.5] })), 'Arrow', 'what is gone is not named')
})

test('a shape that is locked says so', () => {
  assert.equal(
    named(put({ k: 'frame', t: [0, 0, 9, 9] }, { text: 'Monday', l: 1 })),
    'Frame “Monday”, locked',
  )
})

test('text with the marks of our words in it is only text', () => {
  assert.equal(named(box('rectangle', '{shape} | $&')), 'Rectangle “{shape} | $&”')
})
