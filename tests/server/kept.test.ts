/** Answers of the API and the disk: nobody is told what the power could still take away. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { Hono } from 'hono'
import { createApp } from '#server/front/app.ts'
import type { Env } from '#server/front/door.ts'
import { openStaticFiles } from '#server/front/static.ts'
import { createLog } from '#server/log.ts'
import { AppError, type ErrorCode } from '#shared/errors.ts'
import { paths } from '#shared/http.ts'

/** An API of one path, over a database of which `kept` is told. */
async function appOver(kept: () => Promise<void>) {
  const refused: ErrorCode[] = []
  const routes = new Hono<Env>()
  routes.get(paths.rooms, (c) => c.json({ mine: [] }))
  const app = createApp({
    log: createLog('silent'),
    origins: { public: 'http://localhost', isAllowed: () => true },
    sessions: { use: () => Promise.resolve(null) },
    staticFiles: await openStaticFiles(null),
    faultsNow: () => [],
    kept,
    routes: [routes],
    onRefused: (code) => void refused.push(code),
    metrics: (_c, next) => next(),
  })
  return { app, refused }
}

test('[W5] an answer waits until what it tells is on disk', async () => {
  const disk = Promise.withResolvers<undefined>()
  const { app } = await appOver(() => disk.promise)
  let isAnswered = false
  const answer = Promise.resolve(app.request(paths.rooms)).then((response) => {
    isAnswered = true
    return response
  })
  assert.equal((await app.request(paths.health)).status, 200, 'which tells nothing of it')
  assert.equal(isAnswered, false)
  disk.resolve(undefined)
  assert.deepEqual(await (await answer).json(), { mine: [] })
})

test('[W5] an answer that the disk may have lost is not given', async () => {
  const { app, refused } = await appOver(() => Promise.reject(new AppError('storage-failed')))
  const response = await app.request(paths.rooms)
  assert.equal(response.status, 503)
  assert.doesNotMatch(await response.text(), /mine/)
  assert.deepEqual(refused, ['storage-failed'])
})
