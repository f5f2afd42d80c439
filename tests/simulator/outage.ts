/**
 * The server goes away from everybody at once, who had agreed with it, and the call goes on: those who hear each other
 * come to see the same (I24), and see it still once the server is back (I25).
 */
import assert from 'node:assert/strict'
import { toldRoots } from '#web/sync/direct/direct-document.ts'
import { parseReactionKey } from '#shared/chat/reaction.ts'
import type { History } from './history.ts'
import type { Participant } from './mesh.ts'
import type { Page } from './page.ts'
import { count } from './tally.ts'

const stepsMax = 30
/** Until what was said has come to all, over the slowest channel, and what waited for its turn was said. */
const restMs = 20_000
/** Until another has mostly seen what was just told. */
const seenMs = 1_500
/** Longer than what was told stays once the server is heard. */
const goneMs = 5_000

/** By root and key: the document, and what a page shows there. */
type Shown = ReadonlyMap<string, Readonly<{ name: string; value: unknown }>>

export async function playOutage(history: History): Promise<string | null> {
  const { call, chance, tally } = history
  if (!history.server.isUp || call.honest().length < 2) return null
  history.note('everybody agrees')
  call.mesh.heal()
  await history.agree()
  call.mesh.connect()
  await history.calm(goneMs)
  for (const page of history.pages) page.touched.clear()
  // By somebody who died, and is not missed yet.
  const stillTold = call.toldKeys()
  const agreed = new Map([...history.pages].map((page) => [page, namesOf(page)]))
  history.note('the server is away from everybody')
  history.loseServer()
  const present = new Set(history.pages)
  const isQuarrelsome = chance.isLikely(0.5)
  for (let step = 0, steps = 5 + chance.below(stepsMax); step < steps; step += 1) {
    if (isQuarrelsome && chance.isLikely(0.2)) await quarrel(history)
    else await history.stepWithoutServer()
    for (const page of history.pages) present.add(page)
  }
  call.mesh.heal()
  await history.time.pass(restMs)
  const clique = cliqueOf(history)
  const others = [...present].filter((page) => !clique.some((each) => each === page))
  const unclear = new Set([
    ...stillTold,
    ...(call.liar?.keys ?? []),
    ...others.flatMap(({ touched }) => [...touched]),
  ])
  if (clique.length < 2) return 'the outage is over'
  count(tally, 'calls without a server that agreed')
  const seen = checkSame(clique, (page) => agreed.get(page) ?? [], unclear)
  if (chance.isLikely(0.5)) return 'the outage is over'
  history.note('the server is back, and everybody is there')
  history.server.start()
  await history.agree()
  await history.calm(goneMs)
  if (clique.every((page) => call.has(page))) {
    checkStill(clique, seen, unclear)
    count(tally, 'outages of which everything was kept')
  }
  return 'the outage is over'
}

/**
 * Somebody changes a shape, and somebody else who has seen that changes the same. By the rules of Yjs either may win
 * once the server is back; what counts is that the second came later.
 */
async function quarrel(history: History): Promise<void> {
  const { chance, time, tally } = history
  const able = cliqueOf(history).filter(({ board }) => board.canWrite)
  if (able.length < 2) return
  const first = chance.pick(able)
  const key = first.change()
  if (key === null) return void first.draw()
  history.note(`${history.nameOf(first)} changes ${key}`)
  await time.pass(seenMs)
  const second = chance.pick(able.filter((page) => page !== first))
  if (first.board.value(key) !== second.board.value(key)) return
  second.changeAt(key)
  history.note(`${history.nameOf(second)} changes ${key} too`)
  count(tally, 'quarrels without a server')
}

/** Pages that all hear each other. */
function cliqueOf({ call }: History): readonly Page[] {
  const clique: Participant[] = []
  for (const each of call.honest())
    if (clique.every((other) => call.mesh.isUp(each, other))) clique.push(each)
  return clique.map(({ page }) => page)
}

/** I24 */
function checkSame(
  pages: readonly Page[],
  agreed: (page: Page) => readonly string[],
  unclear: ReadonlySet<string>,
): Shown {
  const [first, ...others] = pages
  if (first === undefined) return new Map()
  const open = (page: Page): readonly string[] => agreed(page).filter((name) => page.documents.has(name))
  for (const other of others) {
    const names: readonly string[] = open(first).filter((name) => open(other).includes(name))
    const expected: Shown = shownBy(first, names, unclear)
    const what: string = `I24 ${first.member.name} and ${other.member.name} are shown the same`
    assert.deepEqual(shownBy(other, names, unclear), expected, what)
  }
  return shownBy(first, open(first), unclear)
}

/** Those of which it has all that the server has. */
function namesOf({ documents }: Page): readonly string[] {
  return [...documents].flatMap(([name, { currentAtMs }]) => (currentAtMs === null ? [] : [name]))
}

/** I25 */
function checkStill(pages: readonly Page[], seen: Shown, unclear: ReadonlySet<string>): void {
  const touched = new Set(pages.flatMap((page) => [...page.touched]))
  for (const page of pages) {
    const shown = shownBy(page, [...page.documents.keys()], unclear)
    for (const [id, { name, value }] of seen)
      if (page.documents.has(name) && !isOfNone(id, seen))
        assert.deepEqual(shown.get(id)?.value, value, `I25 ${page.member.name} still has ${id}`)
    for (const id of shown.keys())
      if (touched.has(keyOf(id)) && !isOfNone(id, seen))
        assert.ok(seen.has(id), `I25 ${page.member.name} has ${id} again`)
  }
}

/** A reaction to a message that was deleted, which the server takes from nobody (CH8). */
function isOfNone(id: string, shown: Shown): boolean {
  const message = parseReactionKey(keyOf(id))?.messageKey
  return message !== undefined && !shown.has(`m ${message}`)
}

function keyOf(id: string): string {
  return id.slice(id.indexOf(' ') + 1)
}

function shownBy(page: Page, names: readonly string[], unclear: ReadonlySet<string>): Shown {
  const shown = new Map<string, Readonly<{ name: string; value: unknown }>>()
  for (const name of names) {
    const document = page.documents.get(name)?.document
    if (document === undefined) continue
    for (const root of toldRoots[document.kind])
      for (const [key, value] of document.root(root).entries())
        if (!unclear.has(key)) shown.set(`${root} ${key}`, { name, value })
  }
  return shown
}
