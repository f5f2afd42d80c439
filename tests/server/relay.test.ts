/** Our sample configuration of coturn, in a real coturn: whom it serves, and where it leads. */
import assert from 'node:assert/strict'
import test from 'node:test'
import type { PersonId } from '#shared/ids.ts'
import { checkPaths } from '#server/call/check-paths.ts'
import { turnCredentials } from '#server/call/ice.ts'
import { StunClient } from '#server/call/stun-client.ts'
import { coturnMissing as skip, coturnSecret, startCoturn } from '../support/coturn.ts'
import { until } from '../support/until.ts'

const alice = 'alice-of-22-characters' as PersonId
const soon = () => Date.now() + 60_000

/** One or two addresses of every range that must not be reached. */
const refusedPeers = {
  4: [
    ...['0.0.0.1', '10.0.0.1', '10.255.255.255', '100.64.0.1', '127.0.0.1', '127.255.255.254'],
    ...['169.254.169.254', '172.16.0.1', '172.31.255.255', '192.0.0.1', '192.0.2.1', '192.88.99.1'],
    ...[
      '192.168.0.1',
      '198.18.0.1',
      '198.51.100.1',
      '203.0.113.1',
      '224.0.0.1',
      '240.0.0.1',
      '255.255.255.255',
    ],
  ],
  6: [
    ...['::1', '::ffff:127.0.0.1', '::ffff:10.0.0.1', '64:ff9b::7f00:1', '64:ff9b:1::1', '100::1', '2001::1'],
    ...['2001:db8::1', '2002:7f00:1::1', 'fc00::1', 'fdff::1', 'fe80::1', 'ff02::1'],
  ],
} as const

test(
  '[T-01] the relay serves our credentials over UDP, TCP and TLS; wrong, foreign and expired ones it refuses',
  { skip },
  async () => {
    await using coturn = await startCoturn()
    for (const url of [coturn.url('turn'), coturn.url('turn', '?transport=tcp'), coturn.url('turns')]) {
      await using client = await StunClient.open(url, coturn.ca)
      const { errorCode, address } = await client.allocate(turnCredentials(coturnSecret, alice, soon()))
      assert.deepEqual({ errorCode, address }, { errorCode: 0, address: '127.0.0.1' }, url.text)
    }
    const wrong = [
      turnCredentials('another-secret-altogether', alice, soon()),
      turnCredentials(coturnSecret, alice, Date.now() - 60_000),
      {
        ...turnCredentials(coturnSecret, alice, soon()),
        username: `${String(Math.floor(soon() / 1000))}:mallory`,
      },
    ]
    for (const credentials of wrong) {
      await using client = await StunClient.open(coturn.url('turn'))
      assert.equal((await client.allocate(credentials)).errorCode, 401)
    }
  },
)

test(
  '[T-02] [T-04] the relay leads to no private, local or special address, and to others it does',
  { skip },
  async () => {
    await using coturn = await startCoturn()
    await using client = await StunClient.open(coturn.url('turn'))
    assert.equal((await client.allocate(turnCredentials(coturnSecret, alice, soon()))).errorCode, 0)
    for (const peer of refusedPeers[4]) assert.equal((await client.permit(peer)).errorCode, 403, peer)
    for (const peer of ['8.8.8.8', '1.1.1.1', '193.99.144.80']) {
      assert.equal((await client.permit(peer)).errorCode, 0, peer)
    }
  },
)

test('[T-02] [T-04] and of IPv6 likewise', { skip }, async (t) => {
  const coturn = await startCoturn([], '::1').catch(() => null)
  if (coturn === null) {
    t.skip('this machine has no IPv6')
    return
  }
  await using relay = coturn
  await using client = await StunClient.open(relay.url('turn'))
  assert.equal((await client.allocate(turnCredentials(coturnSecret, alice, soon()), 6)).errorCode, 0)
  for (const peer of refusedPeers[6]) assert.equal((await client.permit(peer)).errorCode, 403, peer)
  assert.equal((await client.permit('2606:4700:4700::1111')).errorCode, 0)
})

test('[T-03] one person has a bounded number of addresses, by whatever credentials', { skip }, async () => {
  await using coturn = await startCoturn(['user-quota=3'])
  await using stack = new AsyncDisposableStack()
  const codes: number[] = []
  for (let count = 0; count < 5; count += 1) {
    const client = stack.use(await StunClient.open(coturn.url('turn')))
    // Of another second each time, as if asked for anew.
    codes.push(
      (await client.allocate(turnCredentials(coturnSecret, alice, soon() + count * 1_000))).errorCode,
    )
  }
  assert.deepEqual(codes, [0, 0, 0, 486, 486])
  const bobs = stack.use(await StunClient.open(coturn.url('turn')))
  const bob = 'bob-of-22-characters--' as PersonId
  assert.equal((await bobs.allocate(turnCredentials(coturnSecret, bob, soon()))).errorCode, 0)
})

test(
  '[E2] the check-up says what is reachable, refused, and unsafe, and leaves nothing allocated',
  { skip },
  async () => {
    const faultsOf = (findings: Awaited<ReturnType<typeof checkPaths>>) =>
      findings.flatMap((finding) => ('fault' in finding ? [finding.fault.code] : []))
    {
      await using coturn = await startCoturn(['user-quota=3'])
      const turn = { urls: [...coturn.ice.turn!.urls, coturn.url('turns')], secret: coturnSecret }
      const findings = await checkPaths({ stun: coturn.ice.stun, turn }, Date.now(), coturn.ca)
      assert.deepEqual(faultsOf(findings), [])
      assert.equal(findings.length, 4)
      // The quota is used up until what the first look was given has been given back.
      const one = { stun: [], turn: { urls: [coturn.url('turn')], secret: coturnSecret } }
      await until(
        async () => faultsOf(await checkPaths(one, Date.now())).length === 0,
        'an address to be given back',
      )
      assert.deepEqual(
        faultsOf(
          await checkPaths({ stun: [], turn: { ...turn, secret: 'x'.repeat(16) } }, Date.now(), coturn.ca),
        ),
        ['relay-refuses', 'relay-refuses', 'relay-refuses'],
      )
      const untrusted = await checkPaths(
        { stun: [], turn: { ...turn, urls: [coturn.url('turns')] } },
        Date.now(),
      )
      assert.deepEqual(faultsOf(untrusted), ['relay-silent'])
    }
    await using open = await startCoturn(['allowed-peer-ip=192.168.0.0-192.168.255.255'])
    assert.deepEqual(faultsOf(await checkPaths({ ...open.ice, stun: [] }, Date.now())), [
      'relay-leads-inside',
      'relay-leads-inside',
    ])
  },
)

test('[E2] a server that is not there is told, and so is that none is wanted', async () => {
  const stun = {
    text: 'stun:127.0.0.1:9',
    isRelay: false,
    host: '127.0.0.1',
    port: 9,
    transport: 'udp',
  } as const
  const turn = { ...stun, text: 'turn:127.0.0.1:9', isRelay: true, transport: 'tcp' } as const
  const findings = await checkPaths(
    { stun: [stun], turn: { urls: [turn], secret: coturnSecret } },
    Date.now(),
  )
  assert.deepEqual(
    findings.map((finding) => 'fault' in finding && finding.fault.code),
    ['stun-silent', 'relay-silent'],
  )
  const [none] = await checkPaths(null, 0)
  assert.ok(none !== undefined && 'good' in none)
})
