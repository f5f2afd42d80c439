/** The crowd, a process of its own: thousands of pages as the real client has them, and when each was back and whole. */
import { setTimeout as sleep } from 'node:timers/promises'
import { CrowdPage, type Whole } from '../../support/crowd-page.ts'
import { until } from '../../support/until.ts'
import type { Answer, Order, Result } from './plan.ts'

/** Opened at once: a server lets in only so many that have not said who they are. */
const openingMax = 64
const lookMs = 50
const wholeTimeoutMs = 120_000

const rooms: CrowdPage[][] = []

async function open({ origin, rooms: wanted, whole }: Extract<Order, { kind: 'open' }>): Promise<void> {
  let index = 0
  const opening = new Set<CrowdPage>()
  for (const room of wanted) {
    const pages: CrowdPage[] = []
    rooms.push(pages)
    for (const person of room.people) {
      const page = new CrowdPage(origin, room, person, index++)
      pages.push(page)
      opening.add(page)
      await until(() => {
        for (const each of opening) if (each.isLive) opening.delete(each)
        return opening.size < openingMax
      }, 'pages to be let in')
    }
  }
  const pages = rooms.flat()
  await until(() => pages.every((page) => page.isInStep(whole)), 'everybody to be whole', wholeTimeoutMs)
}

async function write(what: Extract<Order, { kind: 'write' }>): Promise<void> {
  const pages = rooms.flat()
  await until(() => pages.every((page) => !page.isLive), 'everybody to notice')
  for (const page of pages) page.write(what)
}

async function watch(whole: Whole): Promise<Result> {
  const usedBefore = process.cpuUsage()
  const beganAtMs = performance.now()
  const waiting = new Set(rooms.flat())
  const wholeAtMs: number[] = []
  const giveUpAtMs = performance.now() + wholeTimeoutMs
  while (waiting.size > 0 && performance.now() < giveUpAtMs) {
    for (const page of waiting) {
      if (!page.isInStep(whole)) continue
      waiting.delete(page)
      wholeAtMs.push(Date.now())
    }
    await sleep(lookMs)
  }
  const { user, system } = process.cpuUsage(usedBefore)
  const share = (user + system) / 1_000 / (performance.now() - beganAtMs)
  const liveAtMs = rooms.flat().map(({ liveSinceMs }) => liveSinceMs)
  const unequal = rooms.filter((pages) => new Set(pages.map((page) => page.content())).size > 1).length
  return { liveAtMs, wholeAtMs, missing: waiting.size, unequal, share }
}

async function obey(order: Order): Promise<Answer> {
  switch (order.kind) {
    case 'open':
      await open(order)
      return { kind: 'open' }
    case 'write':
      await write(order)
      return { kind: 'written' }
    case 'watch':
      return { kind: 'back', result: await watch(order.whole) }
  }
}

process.on('message', (order: Order) => {
  obey(order).then(
    (answer) => process.send?.(answer),
    (error: unknown) => {
      console.error(error)
      process.exit(1)
    },
  )
})
