/** The text of a shape, written by several at once. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { boardTextLengthMax } from '#shared/limits.ts'
import { isPenLog, textOf, writeText, type PenLog } from '#shared/board/text.ts'
import { layOut } from '#web/board/engine/letters.ts'

const [alices, bobs] = ['1.a', '2.b']

/** The logs after this pen has made the text so. */
function written(logs: ReadonlyMap<string, PenLog>, pen: string, text: string): ReadonlyMap<string, PenLog> {
  const log = writeText(logs, pen, text)
  return log === null ? logs : new Map([...logs, [pen, log]])
}

/** What each has of their own pen, together. */
function merged(a: ReadonlyMap<string, PenLog>, b: ReadonlyMap<string, PenLog>): ReadonlyMap<string, PenLog> {
  const all = new Map([...a, ...b])
  if (a.has(alices)) all.set(alices, a.get(alices)!)
  if (b.has(bobs)) all.set(bobs, b.get(bobs)!)
  return all
}

test('[BO7] typing letter by letter is one insertion, and what is taken out is gone', () => {
  let logs: ReadonlyMap<string, PenLog> = new Map()
  for (const text of ['h', 'he', 'hel', 'helo', 'hel', 'hell', 'hello']) logs = written(logs, alices, text)
  assert.equal(textOf(logs), 'hello')
  assert.equal(logs.get(alices)?.i.length, 2)
  assert.equal(textOf(written(logs, bobs, '')), '')
})

test('[BO7] two people who type in the same text at the same time lose nothing, and what each typed stays together', () => {
  const both = written(new Map(), alices, 'The sun.')
  const hers = written(written(both, alices, 'The large sun.'), alices, 'The large red sun.')
  const his = written(both, bobs, 'The sun is warm.')
  assert.equal(textOf(merged(hers, his)), 'The large red sun is warm.')
  const [left, right] = [written(both, alices, 'The sun. Yes'), written(both, bobs, 'The sun. Never')]
  assert.match(textOf(merged(left, right)), /^The sun\.( Yes Never| Never Yes)$/u)
})

test('[BO7] the text is the same in whichever order the logs came, and is what the last writer made it', () => {
  const edit = fc.record({
    isAlice: fc.boolean(),
    at: fc.nat(30),
    cut: fc.nat(4),
    text: fc.string({ maxLength: 5 }),
    isMet: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 30 }), (edits) => {
      let [hers, his]: ReadonlyMap<string, PenLog>[] = [new Map(), new Map()] as [
        Map<string, PenLog>,
        Map<string, PenLog>,
      ]
      for (const { isAlice, at, cut, text, isMet } of edits) {
        const own = isAlice ? hers : his
        const now = textOf(own)
        const target = now.slice(0, at) + text + now.slice(at + cut)
        const next = written(own, isAlice ? alices : bobs, target)
        assert.equal(textOf(next), target)
        if (isAlice) hers = next
        else his = next
        if (isMet) hers = his = merged(hers, his)
      }
      const all = merged(hers, his)
      assert.equal(textOf(all), textOf(new Map([...all].reverse())))
      for (const log of all.values()) assert.equal(isPenLog(log), true)
    }),
  )
})

test('[BO7] a pair of surrogates is never parted', () => {
  const logs = written(written(new Map(), alices, 'a😀b'), bobs, 'a😃b')
  assert.equal(textOf(logs), 'a😃b')
  assert.deepEqual(logs.get(bobs)?.i[0]?.[3], '😃')
})

test('[BO7] a log is taken in within its limits, and nothing else is one', () => {
  const insertion = ['', 0, 1, 'a']
  assert.equal(isPenLog({ i: [insertion], d: [['1.a', 0, 1]] }), true)
  for (const i of [
    [['', 1, 1, 'a']],
    [['', 0, 1, '']],
    [['?', 0, 1, 'a']],
    [['1.a', -1, 1, 'a']],
    [['1.a', 0, 0.5, 'a']],
    [['1.a', 0, 2 ** 31, 'a']],
    [['', 0, 1, 'a'.repeat(boardTextLengthMax + 1)]],
    Array<unknown>(401).fill(insertion),
    'a',
  ])
    assert.equal(isPenLog({ i, d: [] }), false, JSON.stringify(i).slice(0, 40))
  for (const d of [[['1.a', 1, 1]], [['1.a', 0, boardTextLengthMax + 1]], [['', 0, 1]], [[]], null])
    assert.equal(isPenLog({ i: [], d }), false, JSON.stringify(d))
  assert.equal(isPenLog({ i: [], d: [], more: 1 }), false)
  fc.assert(fc.property(fc.anything(), (value) => assert.equal(isPenLog(value), false)))
})

test('[BO7] circles, gaps and what follows nothing end in a text, whatever a log says', () => {
  const circle: PenLog = {
    i: [
      ['1.a', 1, 1, 'a'],
      ['1.a', 0, 2, 'b'],
    ],
    d: [],
  }
  assert.equal(textOf(new Map([['1.a', circle]])), '')
  const orphan: PenLog = { i: [['9.z', 7, 1, 'found']], d: [['9.z', 0, 5]] }
  assert.equal(textOf(new Map([['1.a', orphan]])), 'found')
})

test('[BO7] a log that is full takes nothing more', () => {
  const logs = written(new Map(), alices, 'a'.repeat(boardTextLengthMax))
  assert.equal(writeText(logs, alices, 'a'.repeat(boardTextLengthMax) + 'b'), null)
  assert.notEqual(writeText(logs, bobs, 'a'.repeat(boardTextLengthMax) + 'b'), null)
})

test('a word that is too long is broken between characters, never within one, and nothing of it is lost', () => {
  const letters = { width: (text: string, size: number) => text.length * size }
  const lines = (text: string, widthMax: number) => layOut(letters, text, { textSize: 1 }, widthMax).lines
  assert.deepEqual(lines('one another', 4), ['one', 'anot', 'her'])
  assert.deepEqual(lines('a\u{1F600}b', 2), ['a', '\u{1F600}', 'b'])
  // A family is one character of eight units, wider than there is room.
  const family = '\u{1F468}\u200d\u{1F469}\u200d\u{1F467}'
  assert.deepEqual(lines(`${family}${family}`, 3), [family, family])
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: -1, max: 9 }), (text, widthMax) => {
      assert.equal(lines(text, widthMax).join('').replace(/\s/gu, ''), text.replace(/\s/gu, ''))
      for (const line of lines(text, widthMax)) assert.ok(line.isWellFormed())
    }),
  )
})
