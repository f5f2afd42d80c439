/** What is sent to whom, and how well somebody comes over: from numbers to words. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { readShown, tellableSize } from '#shared/call/shown.ts'
import { budgetOf, fullAllowance } from '#web/call/engine/budget.ts'
import { trimCodecs, tuneSpeech } from '#web/call/engine/codecs.ts'
import { readControl, writeControl } from '#web/call/engine/control.ts'
import { goodQuality, judgeRemote, judgeSelf } from '#web/call/engine/quality.ts'
import { readStats, type LinkStats } from '#web/call/engine/stats.ts'
import { freeUplink, stepUplink, type UplinkState } from '#web/call/engine/uplink.ts'

const hd = { width: 1280, height: 720 }
const fine: LinkStats = {
  roundTripMs: 40,
  availableBitrate: 2_000_000,
  sentBitrate: 800_000,
  receivedBitrate: 800_000,
  lossIn: 0,
  lossOut: 0,
  jitterMs: 5,
  concealed: 0,
  received: { camera: null, screen: null },
  sent: { camera: null, screen: null },
  limitedBy: null,
  path: { kind: 'host', protocol: 'udp' },
  packetAgeMs: 10,
}

test('[CA12] a camera is sent no larger than it is shown, and no smaller than that either', () => {
  const size = fc.record({
    width: fc.integer({ min: 1, max: 4_000 }),
    height: fc.integer({ min: 1, max: 4_000 }),
  })
  fc.assert(
    fc.property(size, fc.integer({ min: 2, max: 8 }), (shown, participantsCount) => {
      const allowance = { ...fullAllowance, participantsCount }
      const most = budgetOf('camera', allowance, hd)
      const budget = budgetOf('camera', { ...allowance, shown: { camera: shown } }, hd)
      const [scale, scaleMin] = [budget.scaleResolutionDownBy ?? 0, most.scaleResolutionDownBy ?? 0]
      assert.ok(budget.active && budget.maxBitrate <= most.maxBitrate && scale >= scaleMin)
      // It fills its tile in one direction at least, if it may be that large.
      if (scale > scaleMin) assert.ok(hd.width / scale >= shown.width || hd.height / scale >= shown.height)
    }),
  )
})

test('[CA12] what is not shown is not sent; a voice and a screen’s sound always are', () => {
  const hidden = { ...fullAllowance, shown: { camera: null, screen: null } }
  assert.equal(budgetOf('camera', hidden, hd).active, false)
  assert.equal(budgetOf('screen', hidden, hd).active, false)
  assert.equal(budgetOf('microphone', { ...hidden, ease: 'none' }).active, true)
  assert.equal(budgetOf('screenAudio', hidden).active, true)
})

test('[CA12] what is told of sizes is read back as it was, and nothing else is', () => {
  const side = fc.integer({ min: 1, max: 16_384 })
  const size = fc.option(fc.record({ width: side, height: side }, { noNullPrototype: true }))
  const shown = fc.record({ camera: size, screen: size }, { requiredKeys: [], noNullPrototype: true })
  fc.assert(
    fc.property(shown, (told) => {
      assert.deepEqual(readControl(writeControl({ k: 'shown', shown: told })), { k: 'shown', shown: told })
    }),
  )
  fc.assert(
    fc.property(fc.double(), fc.double(), (width, height) => {
      const camera = tellableSize({ width, height })
      assert.deepEqual(readShown({ camera }), { camera })
    }),
  )
  for (const camera of [
    { width: 0, height: 1 },
    { width: 1 },
    { width: 1.5, height: 1 },
    7,
    [],
    'x',
    { width: 1e9, height: 1 },
  ])
    assert.equal(readShown({ camera }), null)
})

test('a link that carries little gives up its pictures first small, then whole, and tries again more and more rarely', () => {
  const run = (state: UplinkState, seconds: readonly number[], availableBitrate: number) =>
    seconds.reduce((one, s) => stepUplink(one, { ...fine, availableBitrate }, s * 1_000), state)
  assert.equal(run(freeUplink, [2], 60_000).ease, 'full', 'one bad reading may be chance')
  assert.equal(run(freeUplink, [2, 4], 60_000).ease, 'small')
  const none = run(freeUplink, [2, 4, 6, 8], 60_000)
  assert.equal(none.ease, 'none')
  // Nothing is sent that could show what would go: it is tried, and goes badly.
  const tried = run(none, [10, 12, 14, 16, 18], 60_000)
  assert.equal(tried.ease, 'small')
  const again = run(tried, [20, 22], 60_000)
  assert.equal(again.ease, 'none')
  assert.ok(again.patienceMs > none.patienceMs)
  assert.equal(run(again, [22 + again.patienceMs / 1_000], 2_000_000).ease, 'small')
  assert.equal(run(run(again, [80], 2_000_000), [130], 2_000_000).ease, 'full')
})

test('losses are the one’s upload, one’s own download, or nobody can tell', () => {
  const lossy = { ...fine, lossIn: 0.06 }
  assert.deepEqual(judgeRemote(fine, {}, [fine]), goodQuality)
  assert.deepEqual(judgeRemote(lossy, {}, []), { level: 'fair', reason: 'loss' })
  assert.deepEqual(judgeRemote(lossy, {}, [fine, fine]), { level: 'fair', reason: 'their-upload' })
  assert.deepEqual(judgeRemote({ ...fine, lossIn: 0.2 }, {}, [lossy, lossy]), {
    level: 'poor',
    reason: 'my-download',
  })
  assert.deepEqual(judgeRemote(lossy, {}, [lossy, fine]), { level: 'fair', reason: 'loss' })
  assert.deepEqual(judgeRemote({ ...fine, roundTripMs: 900 }, {}, []), { level: 'poor', reason: 'delay' })
  assert.deepEqual(judgeRemote({ ...fine, jitterMs: 80 }, {}, []), { level: 'fair', reason: 'delay' })
  assert.deepEqual(judgeRemote(fine, { isSilent: true }, [fine]), { level: 'poor', reason: 'silent' })
})

test('[CA14] a way through a relay, and a machine that says it is busy, are reasons of their own', () => {
  const relayed = { ...fine, path: { kind: 'relay', protocol: 'udp' }, roundTripMs: 500 }
  assert.deepEqual(judgeRemote(relayed, {}, []), { level: 'fair', reason: 'relay' })
  assert.deepEqual(judgeRemote({ ...relayed, roundTripMs: 90 }, {}, []), goodQuality)
  assert.deepEqual(judgeRemote(fine, { isBusy: true }, []), { level: 'fair', reason: 'their-cpu' })
  assert.equal(judgeRemote({ ...fine, lossIn: 0.2 }, { isBusy: true }, []).reason, 'loss', 'the worse one')
  const call = { session: 'abcdefgh', hasMicrophone: true, hasCamera: true, hasScreen: false }
  for (const told of [call, { ...call, isBusy: true as const }])
    assert.deepEqual(readControl(writeControl({ k: 'call', call: told })), { k: 'call', call: told })
  assert.deepEqual(readControl(JSON.stringify({ k: 'call', call: { ...call, isBusy: 'very' } })), {
    k: 'call',
    call,
  })
})

test('a relay at the other end is one too', () => {
  const reports = [
    { id: 'T', type: 'transport', selectedCandidatePairId: 'P' },
    { id: 'P', type: 'candidate-pair', localCandidateId: 'L', remoteCandidateId: 'R' },
    { id: 'L', type: 'local-candidate', candidateType: 'srflx', protocol: 'udp' },
    { id: 'R', type: 'remote-candidate', candidateType: 'relay', protocol: 'udp' },
  ]
  assert.deepEqual(readStats(reports, {}, null).stats.path, { kind: 'relay', protocol: 'udp' })
})

test('of oneself it is said what does not arrive at anybody’s', () => {
  const lossy = { ...fine, lossOut: 0.2 }
  assert.deepEqual(judgeSelf([]), goodQuality)
  assert.deepEqual(judgeSelf([lossy, fine]), goodQuality, 'one gets through: it is the other’s download')
  assert.deepEqual(judgeSelf([lossy, { ...fine, lossOut: 0.05 }]), { level: 'fair', reason: 'my-upload' })
  const narrow = { ...fine, availableBitrate: 50_000, limitedBy: 'bandwidth' as const }
  assert.deepEqual(judgeSelf([narrow]), { level: 'fair', reason: 'my-upload' })
  assert.deepEqual(judgeSelf([fine, { ...fine, limitedBy: 'cpu' }]), { level: 'fair', reason: 'cpu' })
})

test('reports of a browser become rates and parts, over the time between two readings', () => {
  const reports = (seconds: number) => [
    { id: 'T', type: 'transport', selectedCandidatePairId: 'P' },
    {
      id: 'P',
      type: 'candidate-pair',
      timestamp: seconds * 1_000,
      currentRoundTripTime: 0.05,
      availableOutgoingBitrate: 300_000,
      bytesSent: seconds * 10_000,
      bytesReceived: seconds * 20_000,
      localCandidateId: 'L',
      lastPacketReceivedTimestamp: seconds * 1_000 - 30,
    },
    { id: 'L', type: 'local-candidate', candidateType: 'relay', protocol: 'udp', relayProtocol: 'tls' },
    {
      id: 'A',
      type: 'inbound-rtp',
      kind: 'audio',
      mid: '0',
      packetsReceived: seconds * 45,
      packetsLost: seconds * 5,
      jitter: 0.01,
    },
    {
      id: 'V',
      type: 'inbound-rtp',
      kind: 'video',
      mid: '1',
      codecId: 'C',
      bytesReceived: seconds * 8_000,
      frameWidth: 640,
      frameHeight: 360,
      framesPerSecond: 24,
    },
    { id: 'C', type: 'codec', mimeType: 'video/VP8' },
    { id: 'R', type: 'remote-inbound-rtp', kind: 'audio', fractionLost: 0.25 },
    {
      id: 'O',
      type: 'outbound-rtp',
      kind: 'video',
      mid: '1',
      qualityLimitationReason: 'bandwidth',
      bytesSent: 0,
    },
  ]
  const mids = { microphone: '0', camera: '1' }
  const first = readStats(reports(10), mids, null)
  const { stats } = readStats(reports(12), mids, first)
  assert.equal(stats.sentBitrate, 80_000)
  assert.equal(stats.receivedBitrate, 160_000)
  assert.equal(stats.roundTripMs, 50)
  assert.equal(stats.lossOut, 0.25)
  assert.equal(stats.lossIn, 0.05, 'a tenth, of which half counts at first')
  assert.equal(stats.packetAgeMs, 30)
  assert.equal(stats.limitedBy, 'bandwidth')
  assert.deepEqual(stats.path, { kind: 'relay', protocol: 'tls' })
  assert.deepEqual(stats.received.camera, {
    width: 640,
    height: 360,
    framesPerSecond: 24,
    bitsPerSecond: 64_000,
    codec: 'VP8',
  })
  assert.equal(stats.received.screen, null)
})

test('no report at all, and nothing in one, is no fault', () => {
  assert.equal(readStats([], {}, null).stats.packetAgeMs, null)
  fc.assert(
    fc.property(
      fc.array(
        fc.record({ id: fc.string(), type: fc.constantFrom('transport', 'inbound-rtp', 'candidate-pair') }),
      ),
      (reports) => {
        const reading = readStats(reports, {}, null)
        const again = readStats(reports, {}, reading)
        assert.ok(Number.isFinite(again.stats.sentBitrate) && Number.isFinite(again.stats.lossIn))
      },
    ),
  )
})

test('speech is asked for with repair and without pauses, a screen’s sound as it is', () => {
  const section = (mid: number) =>
    [
      `m=audio 9 UDP/TLS/RTP/SAVPF 111 63`,
      `a=mid:${String(mid)}`,
      'a=rtpmap:111 opus/48000/2',
      'a=fmtp:111 minptime=10;useinbandfec=1',
      '',
    ].join('\r\n')
  const sdp = `v=0\r\n${section(0)}m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\n${section(2)}`
  const [speech = '', , sound] = tuneSpeech(sdp)
    .split(/(?=^m=)/m)
    .slice(1)
  assert.match(speech, /^a=fmtp:111 minptime=10;useinbandfec=1;usedtx=1\r$/m)
  assert.equal(sound, section(2))
  assert.equal(tuneSpeech(tuneSpeech(sdp)), tuneSpeech(sdp))
  assert.equal(tuneSpeech('nonsense'), 'nonsense')
  fc.assert(fc.property(fc.string(), (text) => assert.equal(typeof tuneSpeech(text), 'string')))
})

test('speech is sent redundantly where both can, a screen’s sound never', () => {
  const codec = (mimeType: string): RTCRtpCodec => ({ mimeType, clockRate: 48_000 })
  const codecs = [codec('audio/opus'), codec('audio/red'), codec('audio/PCMA')]
  const names = (isSpeech: boolean) => trimCodecs(codecs, isSpeech).map(({ mimeType }) => mimeType)
  assert.deepEqual(names(true), ['audio/red', 'audio/opus'])
  assert.deepEqual(names(false), ['audio/opus'])
})
