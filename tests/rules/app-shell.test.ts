/** Which requests a device answers with the client's own files. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { answerOf } from '#shared/app-shell.ts'

const origin = 'https://stoa.example'

function answer(path: string, { method = 'GET', isNavigation = false } = {}) {
  const url = new URL(path, origin)
  return answerOf({ method, isNavigation, isOwn: url.origin === origin, path: url.pathname })
}

test('[OF2] pages and the client’s files are answered from the device', () => {
  for (const path of ['/', '/login', '/r/AAAAAAAAAAAAAAAAAAAAAA', '/r/AAAAAAAAAAAAAAAAAAAAAA/3.k?call=1'])
    assert.equal(answer(path, { isNavigation: true }), 'page', path)
  for (const path of ['/assets/room-a1b2.js', '/favicon.svg', '/manifest.webmanifest'])
    assert.equal(answer(path), 'file', path)
  assert.equal(answer('/icon-512.png', { isNavigation: true }), 'file', 'also when somebody goes there')
})

test('[OF2] what the server says of people and rooms is never answered from the device', () => {
  const rest = fc.array(fc.stringMatching(/^[a-z0-9.-]{1,8}$/), { maxLength: 4 })
  fc.assert(
    fc.property(rest, fc.boolean(), fc.constantFrom('GET', 'POST', 'PUT'), (parts, isNavigation, method) => {
      const path = ['/api', ...parts].join('/')
      // A dot alone is a step up: then it is another path.
      fc.pre(new URL(path, origin).pathname.startsWith('/api'))
      assert.equal(answer(path, { isNavigation, method }), 'network')
    }),
  )
  for (const path of ['/socket', '/metrics', '/service-worker.js', 'https://other.example/assets/a.js'])
    assert.equal(answer(path, { isNavigation: true }), 'network', path)
  assert.equal(answer('/assets/room-a1b2.js', { method: 'POST' }), 'network')
})
