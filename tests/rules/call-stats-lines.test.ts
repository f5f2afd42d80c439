/** The numbers of a link as a person reads and copies them. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import type { LinkStats } from '#web/call/engine/stats.ts'
import { statsLines, statsText } from '#web/call/stats-lines.ts'

const words = JSON.parse(
  readFileSync(new URL('../../web/locales/en/call.json', import.meta.url), 'utf8'),
) as Record<string, unknown>

/** As the interface speaks, without its plurals. */
function t(key: string, parameters: Readonly<Record<string, string | number>> = {}): string {
  let found: unknown = words
  for (const step of key.split('.').slice(1)) found = (found as Record<string, unknown>)[step]
  assert.equal(typeof found, 'string', key)
  return (found as string).replace(/\{(\w+)\}/gu, (_, name: string) => String(parameters[name]))
}

const english = { t, locale: 'en' }
const stats: LinkStats = {
  roundTripMs: 34.4,
  availableBitrate: null,
  sentBitrate: 790_400,
  receivedBitrate: 812_000,
  lossIn: 0.004,
  lossOut: null,
  jitterMs: null,
  concealed: 0,
  received: {
    camera: { width: 640, height: 360, framesPerSecond: 24, bitsPerSecond: 512_000, codec: 'VP8' },
    screen: null,
  },
  sent: {
    camera: { width: 0, height: 0, framesPerSecond: 0, bitsPerSecond: 0, codec: null },
    screen: null,
  },
  limitedBy: 'cpu',
  path: { kind: 'srflx', protocol: 'udp' },
  packetAgeMs: 0,
}

test('each number has a unit, what is not known a dash, and what is not sent a word', () => {
  const lines = Object.fromEntries(statsLines(stats, english).map(({ label, value }) => [label, value]))
  assert.deepEqual(lines, {
    path: 'direct, UDP',
    round_trip: '34 ms',
    jitter: '–',
    loss: '0.4% in, – out',
    bitrate: '812 kb/s in, 790 kb/s out',
    camera_in: '640 × 360, 24 fps, VP8, 512 kb/s',
    camera_out: 'paused',
    limited: 'this device',
  })
  const relayed = statsLines({ ...stats, path: { kind: 'relay', protocol: 'tls' } }, english)
  assert.equal(relayed[0]?.value, 'through a relay, TLS')
  assert.equal(statsLines({ ...stats, path: null }, english)[0]?.value, '–')
})

test('as text, each participant is a paragraph', () => {
  const lines = statsLines(stats, english).slice(0, 2)
  const text = statsText(
    [
      { name: 'Ben', lines },
      { name: 'Eve', lines: [] },
    ],
    english,
  )
  assert.equal(text, 'Ben\n  Path: direct, UDP\n  Round trip: 34 ms\n\nEve')
})
