/** The client on a device: versions come whole, go when nobody uses them, and a broken one has a way out. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { openingsMax, Shell } from '#web/service-worker/shell.ts'
import { FakeCaches, FakeOrigin, integrityOf } from '../support/fake-caches.ts'

const first = new Map([
  ['/', 'page of one'],
  ['/assets/main-1.js', 'main of one'],
  ['/assets/font.woff2', 'a font'],
])
const second = new Map([
  ['/', 'page of two'],
  ['/assets/main-2.js', 'main of two'],
  ['/assets/font.woff2', 'a font'],
])

function setUp() {
  const caches = new FakeCaches()
  const origin = new FakeOrigin()
  origin.files = first
  const shellOf = (version: string, files: ReadonlyMap<string, string>) =>
    new Shell(origin.world(caches), {
      version,
      files: [...files].map(([path, body]) => ({ path, integrity: integrityOf(body) })),
    })
  return { caches, origin, one: shellOf('one', first), two: shellOf('two', second) }
}

const textOf = async (response: Promise<Response>) => (await response).text()

test('[OF1] a kept version opens without a network, at any address', async () => {
  const { origin, one } = setUp()
  await one.install()
  origin.isAway = true
  assert.equal(await textOf(one.page()), 'page of one')
  assert.equal(await textOf(one.file('/assets/main-1.js')), 'main of one')
  await assert.rejects(one.file('/assets/gone.js'))
})

test('[OF1] a version of which one file is missing or another is not kept at all', async () => {
  for (const wrong of [undefined, 'what a captive portal answers']) {
    const { caches, origin, one } = setUp()
    const files = new Map(first)
    if (wrong === undefined) files.delete('/assets/main-1.js')
    else files.set('/assets/main-1.js', wrong)
    origin.files = files
    await assert.rejects(one.install())
    assert.deepEqual(caches.names, [])
  }
})

test('[OF1] what an earlier version has is not fetched again, but for what has no hash in its name', async () => {
  const { origin, one, two } = setUp()
  await one.install()
  origin.files = second
  origin.asked = []
  await two.install()
  assert.deepEqual(origin.asked.sort(), ['/', '/assets/main-2.js'])
})

test('[OF1] a file that the browser has thrown away is fetched again', async () => {
  const { caches, origin, one } = setUp()
  await one.install()
  caches.evict('stoa/app/one', '/assets/main-1.js')
  assert.equal(await textOf(one.file('/assets/main-1.js')), 'main of one', 'from the network meanwhile')
  await one.complete()
  origin.isAway = true
  assert.equal(await textOf(one.file('/assets/main-1.js')), 'main of one')
})

test('[OF3] pages of an earlier version go on loading its files until none is open', async () => {
  const { caches, origin, one, two } = setUp()
  await one.install()
  origin.files = second
  await two.install()
  origin.isAway = true
  await two.forget(new Set(['one', 'two']))
  assert.equal(await textOf(two.file('/assets/main-1.js')), 'main of one')
  await two.forget(new Set(['two']))
  assert.deepEqual(caches.paths('stoa/app/one'), [])
  await assert.rejects(two.file('/assets/main-1.js'))
})

test('[OF3] the version in use leaves one that waits where it is', async () => {
  const { caches, origin, one, two } = setUp()
  await one.install()
  origin.files = second
  await two.install()
  await one.forget(new Set(['one']))
  assert.equal(caches.paths('stoa/app/two').length, 3)
})

test('[OF4] after three openings that never began, the page comes from the network', async () => {
  const { origin, one } = setUp()
  await one.install()
  origin.files = second
  for (let opening = 0; opening < openingsMax; opening++)
    assert.equal(await textOf(one.page()), 'page of one')
  assert.equal(await one.isUsedOneBroken(), true)
  assert.equal(await textOf(one.page()), 'page of two')
  origin.isAway = true
  assert.equal(await textOf(one.page()), 'page of one', 'better than nothing')
})

test('[OF4] a page that begins shows that its version is sound', async () => {
  const { origin, one } = setUp()
  await one.install()
  origin.files = second
  for (let opening = 0; opening < 2 * openingsMax; opening++) {
    assert.equal(await textOf(one.page()), 'page of one')
    await one.started()
  }
  assert.equal(await one.isUsedOneBroken(), false)
})
