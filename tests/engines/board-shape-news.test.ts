/** What is said of others' shapes: counted, in good time, and nothing of one's own. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { ShapeNews, type Counts } from '#web/board/engine/shape-news.ts'
import { Drawer, exchange, FakeLive, FakeWorld } from '../support/fake-board.ts'

/** Alice hears; Bob draws. */
function withNews(isNews = () => true) {
  const world = new FakeWorld()
  const live = new FakeLive()
  const [alice, bob] = [new Drawer(1, { world, live }), new Drawer(2, { world, live })]
  const heard: Counts[] = []
  const news = new ShapeNews({ doc: alice.board, world, isNews }, (counts) => heard.push(counts))
  const meet = (): void => {
    exchange(alice.document.doc, bob.document.doc)
  }
  return { world, alice, bob, heard, news, meet }
}

test('what others draw within a while is counted together; one’s own is not', () => {
  const { world, alice, bob, heard, meet } = withNews()
  alice.draw(0, 0)
  bob.draw(0, 50)
  meet()
  bob.draw(0, 100).draw(0, 150)
  meet()
  assert.deepEqual(heard, [], 'not at once')
  world.pass(5_000)
  assert.deepEqual(heard, [{ added: 3, removed: 0 }])
  world.pass(5_000)
  assert.equal(heard.length, 1, 'and once')
})

test('what others remove is counted, and what they only change is not', () => {
  const { world, alice, bob, heard, meet } = withNews()
  const box = alice.make('rectangle', 100, 100, 200, 160)
  alice.draw(0, 0)
  meet()
  bob.tool('select')
  bob.editor.selection.setAlone(bob.now(box))
  bob.run('right')
  meet()
  world.pass(5_000)
  assert.deepEqual(heard, [])
  bob.run('delete')
  meet()
  world.pass(5_000)
  assert.deepEqual(heard, [{ added: 0, removed: 1 }])
})

test('what comes and goes within the same while is no news', () => {
  const { world, bob, heard, meet } = withNews()
  bob.draw(0, 50)
  meet()
  bob.run('undo')
  meet()
  world.pass(5_000)
  assert.deepEqual(heard, [])
})

test('what was there when the sheet was opened is no news', () => {
  let isKnown = false
  const { world, bob, heard, meet } = withNews(() => isKnown)
  bob.draw(0, 50)
  meet()
  isKnown = true
  bob.draw(0, 90)
  meet()
  world.pass(5_000)
  assert.deepEqual(heard, [{ added: 1, removed: 0 }])
})

test('a board that is closed says nothing more', () => {
  const { world, bob, heard, news, meet } = withNews()
  bob.draw(0, 50)
  meet()
  news[Symbol.dispose]()
  bob.draw(0, 90)
  meet()
  world.pass(5_000)
  assert.deepEqual(heard, [])
})
