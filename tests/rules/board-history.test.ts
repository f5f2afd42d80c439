/** Undo and redo for one person among others. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import {
  emptyHistory,
  historyEntriesMax,
  record,
  redo,
  undo,
  type Entry,
  type History,
  type Step,
} from '#shared/board/history.ts'

/** A document that Alice changes with her history, and Bob without. */
class Sheet {
  readonly values = new Map<string, number>()
  history: History<number> = emptyHistory

  act(changes: Readonly<Record<string, number | null>>): void {
    const entry = Object.entries(changes).map(([key, after]) => ({
      key,
      before: this.values.get(key) ?? null,
      after,
    }))
    this.history = record(this.history, entry)
    this.#write(entry)
  }

  /** What was written, or null if there was nothing to take back. */
  step(take: typeof undo): Entry<number> | null {
    const taken: Step<number> | null = take(this.history, {
      read: (key) => this.values.get(key) ?? null,
      isSame: (a, b) => a === b,
    })
    if (taken === null) return null
    this.history = taken.history
    this.#write(taken.changes)
    return taken.changes
  }

  get now(): Record<string, number> {
    return Object.fromEntries([...this.values].sort())
  }

  #write(entry: Entry<number>): void {
    for (const { key, after } of entry) {
      if (after === null) this.values.delete(key)
      else this.values.set(key, after)
    }
  }
}

test('[BO4] undo restores what an action changed, and redo does it again', () => {
  const sheet = new Sheet()
  sheet.act({ a: 1, b: 2 })
  sheet.act({ a: null })
  sheet.step(undo)
  assert.deepEqual(sheet.now, { a: 1, b: 2 })
  sheet.step(undo)
  assert.deepEqual(sheet.now, {})
  sheet.step(redo)
  sheet.step(redo)
  assert.deepEqual(sheet.now, { b: 2 })
  assert.equal(sheet.step(redo), null)
})

test('[BO4] a value that Bob has changed since is his, and stays; the rest is restored', () => {
  const sheet = new Sheet()
  sheet.act({ a: 1, b: 1 })
  sheet.values.set('a', 7)
  sheet.step(undo)
  assert.deepEqual(sheet.now, { a: 7 })
  sheet.step(redo)
  assert.deepEqual(sheet.now, { a: 7, b: 1 })
})

test('[BO4] what Bob has deleted does not come back', () => {
  const sheet = new Sheet()
  sheet.act({ a: 1 })
  sheet.act({ a: 2 })
  sheet.values.delete('a')
  assert.deepEqual(sheet.step(undo), [])
  assert.deepEqual(sheet.now, {})
})

test('[BO4] an action of which nothing is left is consumed alone: one press never undoes two', () => {
  const sheet = new Sheet()
  sheet.act({ a: 1 })
  sheet.act({ b: 1 })
  sheet.values.set('b', 7)
  assert.deepEqual(sheet.step(undo), [])
  assert.deepEqual(sheet.now, { a: 1, b: 7 })
  assert.equal(sheet.history.undone.length, 0, 'there is nothing in it to do again')
  sheet.step(undo)
  assert.deepEqual(sheet.now, { b: 7 })
  assert.equal(sheet.step(undo), null)
})

test('[BO4] redo too leaves alone what somebody has changed', () => {
  const sheet = new Sheet()
  sheet.act({ a: 1 })
  sheet.step(undo)
  sheet.values.set('a', 7)
  assert.deepEqual(sheet.step(redo), [])
  assert.deepEqual(sheet.now, { a: 7 })
})

test('[BO4] an action of one’s own ends what could be done again', () => {
  const sheet = new Sheet()
  sheet.act({ a: 1 })
  sheet.step(undo)
  sheet.act({ b: 1 })
  assert.equal(sheet.step(redo), null)
  assert.deepEqual(sheet.now, { b: 1 })
})

test('[BO4] the oldest actions are forgotten', () => {
  const sheet = new Sheet()
  for (let i = 0; i <= historyEntriesMax; i++) sheet.act({ a: i })
  let count = 0
  while (sheet.step(undo) !== null) count++
  assert.equal(count, historyEntriesMax)
  assert.deepEqual(sheet.now, { a: 0 })
})

test('[BO4] alone, undoing everything empties the sheet and redoing everything fills it as it was', () => {
  const key = fc.constantFrom('a', 'b', 'c')
  const action = fc.dictionary(key, fc.option(fc.nat(3)), { minKeys: 1 })
  fc.assert(
    fc.property(fc.array(action, { maxLength: 12 }), (actions) => {
      const sheet = new Sheet()
      for (const one of actions) sheet.act(one)
      const full = sheet.now
      while (sheet.step(undo) !== null);
      assert.deepEqual(sheet.now, {})
      while (sheet.step(redo) !== null);
      assert.deepEqual(sheet.now, full)
    }),
  )
})

test('[BO4] among others, undo never touches a value that is not what one’s own change had left', () => {
  const key = fc.constantFrom('a', 'b')
  const event = fc.record({ who: fc.constantFrom('alice', 'bob', 'undo', 'redo'), key, isGone: fc.boolean() })
  fc.assert(
    fc.property(fc.array(event, { maxLength: 30 }), (events) => {
      const sheet = new Sheet()
      const bobs = new Map<string, number | null>()
      events.forEach(({ who, key: at, isGone }, index) => {
        const value = isGone ? null : index + 100
        if (who === 'alice') {
          sheet.act({ [at]: value })
          bobs.delete(at)
        } else if (who === 'bob') {
          if (value === null) sheet.values.delete(at)
          else sheet.values.set(at, value)
          if (value !== null) bobs.set(at, value)
          else bobs.delete(at)
        } else sheet.step(who === 'undo' ? undo : redo)
        for (const [mine, his] of bobs) assert.equal(sheet.values.get(mine), his)
      })
    }),
  )
})
