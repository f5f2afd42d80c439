/** The call engine in a real Chromium: real connections, devices and pictures. It needs no server. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { build } from 'vite'
import { openBrowser } from '../support/browser.ts'
import type { Lab } from '../support/fake-call-page.ts'
import { until } from '../support/until.ts'

declare const lab: Lab

test('a call between real connections', async (t) => {
  const browser = await openBrowser()
  t.after(() => browser.close())
  const page = await openLab(browser, await bundle())

  /** Waits until what the page says is true. */
  const comes = async <Argument>(what: string, isSo: (argument: Argument) => unknown, argument?: Argument) =>
    until(() => page.evaluate(isSo as (argument: unknown) => boolean, argument), what)
  const offers = () => page.evaluate(() => lab.offersCount())
  /** Waits until `viewer` is shown new pictures of `name`. */
  async function pictureMoves(
    viewer: string,
    name: string,
    what: 'camera' | 'screen' = 'camera',
  ): Promise<void> {
    const before = await page.evaluate(([viewer, name, what]) => lab.framesShown(viewer, name, what), [
      viewer,
      name,
      what,
    ] as const)
    await comes(
      `new pictures of ${name}’s ${what} at ${viewer}’s`,
      ([viewer, name, what, before]) => lab.framesShown(viewer, name, what) > before + 2,
      [viewer, name, what, before] as const,
    )
  }

  await t.test('[CA3] two people who join at the same moment see each other after one offer', async () => {
    await page.evaluate(() => {
      lab.enter('alice', 2)
      lab.enter('bob', 1)
      for (const name of ['alice', 'bob']) lab.call(name).openPreview({ microphone: true, camera: true })
    })
    await comes('both previews', () => lab.liveTracks('alice') === 2 && lab.liveTracks('bob') === 2)
    await page.evaluate(() => {
      lab.call('alice').join()
      lab.call('bob').join()
    })
    await pictureMoves('alice', 'bob')
    await pictureMoves('bob', 'alice')
    assert.equal(await offers(), 1)
    assert.deepEqual(
      await page.evaluate(() => [lab.liveTracks('alice'), lab.liveTracks('bob'), lab.linesCount('alice')]),
      [2, 2, 2],
      'the devices of the previews were taken over, and there are two lines',
    )
  })

  await t.test('[CA4] microphone and camera go off and on without a negotiation', async () => {
    const before = await offers()
    await page.evaluate(() => lab.call('alice').setMicrophone(false))
    await comes('the mute at the other side', () => lab.sees('bob', 'alice')?.hasMicrophone === false)
    await page.evaluate(() => lab.call('alice').setCamera(false))
    await comes('no camera at the other side', () => lab.sees('bob', 'alice')?.camera === false)
    assert.equal(await page.evaluate(() => lab.liveTracks('alice')), 1, 'the camera is released')
    await page.evaluate(() => {
      lab.call('alice').setMicrophone(true)
      lab.call('alice').setCamera(true)
    })
    await comes('camera and microphone', () => {
      const alice = lab.sees('bob', 'alice')
      return alice?.camera === true && alice.hasMicrophone
    })
    await pictureMoves('bob', 'alice')
    assert.equal(await offers(), before)
  })

  await t.test(
    '[CA4] the first share adds two lines, the next none; the browser’s own button ends one',
    async () => {
      await page.evaluate(() => lab.call('bob').startScreen())
      await pictureMoves('alice', 'bob', 'screen')
      assert.equal(await page.evaluate(() => lab.linesCount('alice')), 4)
      const before = await offers()
      await page.evaluate(() => lab.endShare('bob'))
      await comes('no share at the other side', () => lab.sees('alice', 'bob')?.screen === false)
      assert.equal(await page.evaluate(() => lab.call('bob').snapshot().screen.state), 'off')
      await page.evaluate(() => lab.call('alice').startScreen())
      await pictureMoves('bob', 'alice', 'screen')
      assert.equal(await offers(), before)
      await page.evaluate(() => lab.call('alice').stopScreen())
      await comes('no share at the other side', () => lab.sees('bob', 'alice')?.screen === false)
    },
  )

  await t.test('[CA5] without the server nobody is dropped, and what changes is still told', async () => {
    await page.evaluate(() => {
      lab.stopServer()
      lab.call('bob').setMicrophone(false)
    })
    await comes('the mute at the other side', () => lab.sees('alice', 'bob')?.hasMicrophone === false)
    await pictureMoves('alice', 'bob')
    await page.evaluate(() => {
      lab.startServer()
      lab.call('bob').setMicrophone(true)
    })
    await comes('the voice at the other side', () => lab.sees('alice', 'bob')?.hasMicrophone)
    assert.equal(await page.evaluate(() => lab.openConnections('alice')), 1, 'it is the connection of before')
  })

  await t.test('a third joins late without any device, and sees the two and their shares', async () => {
    await page.evaluate(() => {
      lab.call('alice').startScreen()
      lab.enter('carol', 3)
      lab.call('carol').join()
    })
    await pictureMoves('carol', 'alice')
    await pictureMoves('carol', 'bob')
    await pictureMoves('carol', 'alice', 'screen')
    assert.equal(await page.evaluate(() => lab.liveTracks('carol')), 0)
    await comes('carol at bob’s', () => lab.sees('bob', 'carol')?.state === 'connected')
    assert.equal(await page.evaluate(() => lab.sees('bob', 'carol')?.hasCamera), false)
  })

  await t.test('[S-03] two who share for the first time at the same moment both get through', async () => {
    await page.evaluate(() => {
      lab.call('bob').leave()
      lab.call('bob').openPreview({ microphone: false, camera: false })
      lab.call('carol').leave()
      lab.call('bob').join()
      lab.call('carol').join()
    })
    await comes('bob and carol together', () => lab.sees('bob', 'carol')?.state === 'connected')
    await page.evaluate(() => {
      lab.call('bob').startScreen()
      lab.call('carol').startScreen()
    })
    await pictureMoves('bob', 'carol', 'screen')
    await pictureMoves('carol', 'bob', 'screen')
  })

  await t.test('[CA5] who leaves is gone for the others, and holds no device and no connection', async () => {
    await page.evaluate(() => lab.call('alice').leave())
    await comes(
      'alice to vanish',
      () => lab.sees('bob', 'alice') === null && lab.sees('carol', 'alice') === null,
    )
    await comes('the connections to close', () => lab.openConnections('alice') === 0)
    assert.equal(await page.evaluate(() => lab.liveTracks('alice')), 0)
    assert.equal(await page.evaluate(() => lab.call('alice').snapshot().status), 'idle')
    await pictureMoves('bob', 'carol', 'screen')
  })
})

/** The page's script, bundled on the fly. */
async function bundle(): Promise<string> {
  const entry = fileURLToPath(new URL('../support/fake-call-page.ts', import.meta.url))
  const result = await build({
    configFile: false,
    logLevel: 'error',
    build: { write: false, minify: false, target: 'esnext', lib: { entry, formats: ['es'] } },
  })
  const [output] = Array.isArray(result) ? result : [result]
  assert.ok('output' in output)
  return output.output[0].code
}

/** A page with the lab in it. Its address is never asked: only a secure one is given devices. */
async function openLab(browser: Browser, script: string): Promise<Page> {
  const context = await browser.newContext({ permissions: ['camera', 'microphone'] })
  const body = '<!doctype html><html lang="en"><title>Call</title><body></body></html>'
  await context.route('**/*', (route) => route.fulfill({ contentType: 'text/html', body }))
  const page = await context.newPage()
  await page.goto('http://localhost/')
  await page.addScriptTag({ content: script, type: 'module' })
  await page.waitForFunction(() => 'lab' in globalThis)
  return page
}
