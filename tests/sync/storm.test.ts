/** Everybody comes back in the same moment, after a server that ended or was killed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openStore } from '#server/store/open.ts'
import { CrowdPage, type Whole } from '../support/crowd-page.ts'
import { seatCrowd } from '../support/crowd.ts'
import { startProcess } from '../support/process.ts'
import { makeDataFolder, removeFolder } from '../support/server.ts'
import { until } from '../support/until.ts'

const shape = { rooms: 30, people: 5 }
const written = { messages: 3, strokes: 2 }

/** Everything that each has written in their room, so many times. */
const wholeAfter = (times: number): Whole => ({
  messages: times * shape.people * written.messages,
  shapes: times * shape.people * written.strokes,
  others: shape.people - 1,
})

async function areWhole(rooms: readonly (readonly CrowdPage[])[], times: number): Promise<void> {
  const pages = rooms.flat()
  await until(() => pages.every((page) => page.isInStep(wholeAfter(times))), 'every page to be whole', 60_000)
  for (const room of rooms) {
    const [first, ...others] = room.map((page) => page.content())
    for (const other of others) assert.equal(other, first, 'equal within a room')
  }
}

/** What the server counts as refused, and as ended for too much. */
async function refusalsOf(origin: string): Promise<string[]> {
  const text = await (await fetch(`${origin}/metrics`)).text()
  return text.match(/^stoa_(?:(?:updates_)?refus.*|socket_closes_total\{code="44.*)$/gm) ?? []
}

for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
  test(`[W5] 150 pages with unsent work lose their server by ${signal}: all are whole after it, nobody is refused`, async () => {
    await using ends = new AsyncDisposableStack()
    const dataDir = await makeDataFolder()
    ends.defer(() => removeFolder(dataDir))
    const start = (port: number) => ends.use(startProcess({ DATA_DIR: dataDir, PORT: String(port) }))
    const seated = (() => {
      using store = openStore(dataDir)
      return seatCrowd(store, shape)
    })()
    const before = start(0)
    const { origin, port } = await before.ready()
    let index = 0
    const rooms = seated.map((room) =>
      room.people.map((person) => ends.use(new CrowdPage(origin, room, person, index++))),
    )
    await areWhole(rooms, 0)
    for (const page of rooms.flat()) page.write(written)
    await areWhole(rooms, 1)

    before.child.kill(signal)
    await before.ended
    await until(() => rooms.flat().every((page) => !page.isLive), 'everybody to notice')
    for (const page of rooms.flat()) page.write(written)
    await start(port).ready()
    await areWhole(rooms, 2)
    assert.deepEqual(await refusalsOf(origin), [])
  })
}
