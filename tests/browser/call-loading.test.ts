/** The call is fetched when it is wanted, and not before; and when it cannot be, that is told. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openScene } from '../support/scene.ts'
import { becomes } from '../support/until.ts'

const scene = await openScene()

test('who opens a call that cannot be fetched is told, may let it be, and gets in when it is tried again', async () => {
  const [ada] = await scene.meet('Ada')
  assert.ok(ada !== undefined)
  const { page } = ada
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  const engine = '**/assets/start-call-*.js'
  await page.route(engine, (route) => route.abort())
  const start = page.getByRole('button', { name: /^Start call/ })

  await start.click()
  await page.getByText('The call could not be opened').waitFor()
  await page.getByRole('button', { name: 'Not now', exact: true }).click()
  await page.locator('[data-shape-count]').waitFor()
  await start.click()
  await page.getByText('The call could not be opened').waitFor()
  assert.ok(
    asked.some((url) => url.includes('/assets/start-call-')),
    'it is asked for by that name',
  )
  await page.unroute(engine)
  await page.getByRole('button', { name: 'Try again', exact: true }).click()
  await page.getByRole('button', { name: 'Join', exact: true }).click()
  await page.locator('[data-participant][data-self]').waitFor()
})

test('a room is entered without the call, and where one goes on it is there before anybody asks', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  const engines = (): Promise<number> =>
    ben.page.evaluate(
      () =>
        performance.getEntriesByType('resource').filter(({ name }) => name.includes('/assets/start-call-'))
          .length,
    )
  assert.equal(await engines(), 0)
  await ada.joinCall()
  await ben.page.getByRole('button', { name: /^Join call/ }).waitFor()
  await ben.page.waitForFunction(() =>
    performance.getEntriesByType('resource').some(({ name }) => name.includes('/assets/start-call-')),
  )
  await becomes(() => ben.page.getByRole('button', { name: 'Join', exact: true }).count(), 0)
})
