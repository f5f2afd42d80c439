/** The configuration: what the environment may say, and which pages that lets in. */
import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import test from 'node:test'
import { isLoopback, readConfig } from '#server/config.ts'
import { StartError } from '#server/faults.ts'
import { originsOf } from '#server/front/origin.ts'

function faultCodes(env: Record<string, string>): string[] {
  try {
    readConfig(env)
    return []
  } catch (error) {
    assert.ok(error instanceof StartError)
    return error.faults.map(({ code }) => code)
  }
}

test('[E2] an empty environment is a server for this machine alone', () => {
  assert.deepEqual(readConfig({}), {
    host: '127.0.0.1',
    port: 3000,
    dataDir: resolve('data'),
    publicOrigin: null,
    logLevel: 'info',
  })
})

test('[E2] every wrong value is told at once, with its name, itself and the fix', () => {
  const env = {
    PORT: '80a',
    HOST: 'a b',
    DATA_DIR: ' ',
    PUBLIC_ORIGIN: 'meet.example.org',
    LOG_LEVEL: 'loud',
  }
  assert.throws(
    () => readConfig(env),
    (error) => {
      assert.ok(error instanceof StartError)
      assert.equal(error.faults.length, 5)
      for (const [name, value] of Object.entries(env)) {
        const fault = error.faults.find(({ sentence }) => sentence.startsWith(`${name} is`))
        assert.ok(fault, name)
        assert.ok(fault.sentence.includes(JSON.stringify(value)), name)
        assert.match(fault.fix, /\.$/)
        assert.ok(error.message.includes(`${fault.code}: ${fault.sentence} ${fault.fix}`))
      }
      return true
    },
  )
})

test('[E2] [H-17] a token that no header can carry, or that is soon guessed, is told without repeating it', () => {
  for (const METRICS_TOKEN of ['', 'brief', 'with a space in it', 'x'.repeat(257), 'sixteen-letters-é']) {
    assert.throws(
      () => readConfig({ METRICS_TOKEN, PORT: 'x' }),
      (error) => {
        assert.ok(error instanceof StartError)
        assert.deepEqual(
          error.faults.map(({ code }) => code),
          ['port-wrong', 'metrics-token-wrong'],
        )
        return METRICS_TOKEN === '' || !error.message.includes(METRICS_TOKEN)
      },
    )
  }
  const metricsToken = 'x'.repeat(16)
  assert.equal(readConfig({ METRICS_TOKEN: metricsToken }).metricsToken, metricsToken)
})

test('[E2] [H-17] addresses of STUN and TURN servers are those that browsers take, and the secret is not repeated', () => {
  const TURN_SECRET = 'sixteen-letters-'
  const { ice } = readConfig({
    STUN_URLS: 'stun:a.example',
    TURN_URLS: 'turn:[2001:db8::1]:80?transport=tcp, turns:a.example',
    TURN_SECRET,
  })
  assert.deepEqual(ice?.stun, [
    { text: 'stun:a.example', isRelay: false, host: 'a.example', port: 3478, transport: 'udp' },
  ])
  assert.deepEqual(
    ice.turn?.urls.map(({ host, port, transport }) => [host, port, transport]),
    [
      ['2001:db8::1', 80, 'tcp'],
      ['a.example', 5349, 'tls'],
    ],
  )
  for (const STUN_URLS of [
    'a.example',
    'turn:a.example',
    'stun:a.example?transport=udp',
    'stun:a:0',
    'stun:-',
  ])
    assert.deepEqual(faultCodes({ STUN_URLS }), ['stun-urls-wrong'], STUN_URLS)
  for (const TURN_URLS of [
    'stun:a.example',
    'turns:a.example?transport=udp',
    'turn:a:65536',
    'turn:a,'.repeat(5),
  ])
    assert.deepEqual(faultCodes({ TURN_URLS, TURN_SECRET }), ['turn-urls-wrong'], TURN_URLS)
  for (const secret of ['', 'brief', 'with a space in it']) {
    assert.deepEqual(faultCodes({ TURN_URLS: 'turn:a', TURN_SECRET: secret }), ['turn-secret-wrong'])
    assert.throws(
      () => readConfig({ TURN_URLS: 'turn:a', TURN_SECRET: secret }),
      (error) => secret === '' || (error instanceof StartError && !error.message.includes(secret)),
    )
  }
})

test('[E2] a port is a whole number that there is', () => {
  for (const PORT of ['0', '1', '3000', '65535']) assert.deepEqual(faultCodes({ PORT }), [], PORT)
  for (const PORT of ['', '-1', '65536', '3e3', '0x50', '80.0', ' 80', '999999', '/run/stoa.sock']) {
    assert.deepEqual(faultCodes({ PORT }), ['port-wrong'], PORT)
  }
})

test('[E2] a host is an address or a name, not half of one', () => {
  for (const HOST of ['127.0.0.1', '::1', 'localhost']) assert.deepEqual(faultCodes({ HOST }), [], HOST)
  for (const HOST of ['', '127.0.0', '1.2.3.4.5', '999.1.1.1', 'http://localhost', 'a_b', '-a']) {
    assert.deepEqual(faultCodes({ HOST, PUBLIC_ORIGIN: 'https://a.example' }), ['host-wrong'], HOST)
  }
})

test('[H-01] a server that others reach must be told its address', () => {
  for (const HOST of ['0.0.0.0', '::', '192.168.0.2', 'meet.example.org']) {
    assert.deepEqual(faultCodes({ HOST }), ['public-origin-missing'], HOST)
    assert.deepEqual(faultCodes({ HOST, PUBLIC_ORIGIN: 'https://meet.example.org' }), [], HOST)
  }
})

test('[H-01] the public origin is written exactly as browsers send it', () => {
  for (const PUBLIC_ORIGIN of [
    'https://meet.example.org',
    'http://localhost:8080',
    'https://[2001:db8::1]:8443',
  ]) {
    assert.deepEqual(faultCodes({ PUBLIC_ORIGIN }), [], PUBLIC_ORIGIN)
  }
  for (const PUBLIC_ORIGIN of [
    '',
    'null',
    'https://meet.example.org/',
    'https://meet.example.org:443',
    'https://Meet.example.org',
    'https://user@meet.example.org',
    'https://meet.example.org/stoa',
    'ftp://meet.example.org',
    'javascript:alert(1)',
  ]) {
    assert.deepEqual(faultCodes({ PUBLIC_ORIGIN }), ['public-origin-wrong'], PUBLIC_ORIGIN)
  }
})

test('[H-01] only this very origin may change something', () => {
  const origins = originsOf({ host: '127.0.0.1', publicOrigin: 'https://meet.example.org' }, 3000)
  assert.equal(origins.public, 'https://meet.example.org')
  assert.ok(origins.isAllowed('https://meet.example.org'))
  for (const origin of [
    undefined,
    '',
    'null',
    'http://meet.example.org',
    'https://meet.example.org:8443',
    'https://meet.example.org.evil.example',
    'https://evil.example/https://meet.example.org',
    'https://user@meet.example.org',
    'https://MEET.example.org',
    'http://localhost:3000',
  ]) {
    assert.ok(!origins.isAllowed(origin), String(origin))
  }
})

test('[H-01] without a public origin the names of this machine are let in, on this port', () => {
  const origins = originsOf({ host: '::1', publicOrigin: null }, 3000)
  assert.equal(origins.public, 'http://localhost:3000')
  for (const origin of ['http://localhost:3000', 'http://127.0.0.1:3000', 'http://[::1]:3000']) {
    assert.ok(origins.isAllowed(origin), origin)
  }
  for (const origin of ['http://localhost:3001', 'https://localhost:3000', 'http://localhost']) {
    assert.ok(!origins.isAllowed(origin), origin)
  }
})

test('[H-01] loopback is this machine and nothing else', () => {
  for (const host of ['localhost', '127.0.0.1', '127.8.8.8', '::1']) assert.ok(isLoopback(host), host)
  for (const host of ['0.0.0.0', '::', '128.0.0.1', '127.example.org', 'localhost.example.org']) {
    assert.ok(!isLoopback(host), host)
  }
})
