/** Descriptions that every browser reads, whichever wrote them. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { canRestart, dropUnofferedCodecs } from '#web/call/engine/dialects.ts'

test('what Firefox leaves of codecs that it does not offer is not told: Chromium refuses it', () => {
  const section = (lines: readonly string[]) =>
    ['m=video 0 UDP/TLS/RTP/SAVPF 120 124', 'a=mid:1', ...lines, 'a=rtcp-mux', ''].join('\r\n')
  const offered = [
    'a=fmtp:120 max-fs=12288;max-fr=60',
    'a=fmtp:124 apt=120',
    'a=rtcp-fb:120 nack',
    'a=rtcp-fb:* transport-cc',
    'a=rtpmap:120 VP8/90000',
    'a=rtpmap:124 rtx/90000',
  ]
  const left = ['a=rtcp-fb:121 nack', 'a=rtcp-fb:99 nack pli', 'a=fmtp:12 apt=99']
  const rest = 'm=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\na=sctp-port:5000\r\n'
  const sdp = (lines: readonly string[]) => `v=0\r\n${section(lines)}${rest}`
  assert.equal(dropUnofferedCodecs(sdp([...offered, ...left])), sdp(offered))
  assert.equal(dropUnofferedCodecs(sdp(offered)), sdp(offered))
  fc.assert(fc.property(fc.string(), (text) => assert.equal(dropUnofferedCodecs(text), text)))
})

test('a restart with a Firefox is its own to begin', () => {
  const firefox = 'v=0\r\no=mozilla...THIS_IS_SDPARTA-99.0 1 0 IN IP4 0.0.0.0\r\n'
  const chromium = 'v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\n'
  assert.equal(canRestart(chromium, firefox), false)
  assert.ok(canRestart(firefox, chromium))
  assert.ok(canRestart(firefox, firefox))
  assert.ok(canRestart(chromium, chromium))
  assert.ok(canRestart(chromium, ''))
})
