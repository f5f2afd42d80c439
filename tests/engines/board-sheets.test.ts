/** The list of a room's sheets, as one person and as several change it. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { isSheetFields, newSheetId, sheetsOf } from '#shared/board/sheet.ts'
import { isSheetId, seatMax, type Seat } from '#shared/ids.ts'
import { sheetsMax } from '#shared/limits.ts'
import { firstSheetId } from '#shared/room.ts'
import { policies } from '#shared/sync/policy.ts'
import { SheetList } from '#web/board/engine/sheet-list.ts'
import { exchange, fakeDocument, FakeWorld, type FakeDocument } from '../support/fake-board.ts'

type Author = Readonly<{ document: FakeDocument; list: SheetList }>

function author(seat: number): Author {
  const document = fakeDocument(seat)
  return { document, list: new SheetList(document, new FakeWorld().random) }
}

const names = ({ list }: Author): string[] => list.sheets.map(({ name }) => name)

test('[BO10] a room that lists nothing has its first sheet, and so has one that has lost all', () => {
  const alice = author(1)
  assert.deepEqual(
    alice.list.sheets.map(({ id, name }) => [id, name]),
    [[firstSheetId, '']],
  )
  assert.equal(alice.list.remove(firstSheetId, 'Sheet 1'), false, 'the last one stays')
  assert.deepEqual(
    sheetsOf([['main', { n: 'A', z: 'V', x: 1 }]]).map(({ id }) => id),
    [firstSheetId],
  )
})

test('[BO10] sheets are added, named, moved, taken out and put back', () => {
  const alice = author(1)
  const second = alice.list.add('Plan')
  const third = alice.list.add('  Notes   of May ')
  assert.ok(second !== null && third !== null)
  assert.deepEqual(names(alice), ['', 'Plan', 'Notes of May'])
  assert.ok(alice.list.rename(second, 'Map'))
  assert.equal(alice.list.rename(second, '   '), false)
  alice.list.move(third, -1, '')
  alice.list.move(firstSheetId, 1, 'Sheet 1')
  assert.deepEqual(names(alice), ['Notes of May', 'Sheet 1', 'Map'])
  alice.list.move(second, 1, '')
  assert.deepEqual(names(alice), ['Notes of May', 'Sheet 1', 'Map'], 'it is the last already')
  assert.ok(alice.list.remove(third, ''))
  assert.deepEqual(names(alice), ['Sheet 1', 'Map'])
  alice.list.restore(third)
  assert.deepEqual(names(alice), ['Notes of May', 'Sheet 1', 'Map'])
})

test('[BO10] who adds sheets without a network finds them all, in one order, when they meet', () => {
  const [alice, bob] = [author(1), author(2)]
  alice.list.add('of Alice')
  bob.list.add('of Bob')
  exchange(alice.document.doc, bob.document.doc)
  assert.deepEqual(names(alice).toSorted(), ['', 'of Alice', 'of Bob'])
  assert.deepEqual(names(alice), names(bob))
})

test('[BO10] who may not draw changes nothing', () => {
  const alice = author(1)
  alice.document.set({ canWrite: false })
  assert.equal(alice.list.add('Plan'), null)
  assert.equal(alice.document.writes(), 0)
})

test('[BO11] a page adds no more sheets than a room may have', () => {
  const alice = author(1)
  for (let count = 1; count < sheetsMax; count++) assert.ok(alice.list.add('More') !== null, String(count))
  assert.equal(alice.list.add('One too many'), null)
  assert.equal(alice.list.sheets.length, sheetsMax)
})

test('[BO10] an id of a sheet is an id, and its seat’s own', () => {
  const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: seatMax }), chance, (seat, random) => {
      const id = newSheetId(seat as Seat, random)
      assert.ok(isSheetId(id))
      assert.equal(id.split('-')[0], seat.toString(36))
    }),
  )
})

test('[BO10] the list takes names and places, and nothing else', () => {
  const writer = { seat: 1 as Seat, role: 'member', canDraw: true, canPost: true } as const
  const allows = (key: string, value: unknown): boolean =>
    policies.board.allowsEntry('sheets', key, value, writer)
  assert.ok(allows('1-0000000000', { n: 'Plan', z: 'V' }))
  assert.ok(allows('main', { n: 'Plan', z: 'V', x: 1 }))
  assert.equal(allows('sheets', { n: 'Plan', z: 'V' }), false, 'the list is no sheet')
  assert.equal(allows('a/b', { n: 'Plan', z: 'V' }), false)
  const faults = [null, 1, {}, { n: 'Plan' }, { z: 'V' }, { n: '', z: 'V' }, { n: ' Plan', z: 'V' }]
  const others = [
    { n: 'Plan', z: '' },
    { n: 'Plan', z: 'V', x: 2 },
    { n: 'Plan', z: 'V', y: 1 },
  ]
  const long = { n: 'x'.repeat(101), z: 'V' }
  for (const value of [...faults, ...others, long])
    assert.equal(isSheetFields(value), false, JSON.stringify(value))
})
