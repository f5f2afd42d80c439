/**
 * Which codecs two browsers agree on, and how speech is sent.
 */

/**
 * Those of a browser's codecs that are worth their lines in a description: what every browser must have (RFC 7874,
 * RFC 7742), VP9 for screens, and retransmission. A description shrinks by more than half. Speech is sent redundantly (RFC 2198) where both can:
 * each packet with the one before it, which hides single losses wholly.
 */
export function trimCodecs(codecs: readonly RTCRtpCodec[], isSpeech = false): RTCRtpCodec[] {
  const kept = codecs.filter(({ mimeType, sdpFmtpLine = '' }) => {
    switch (mimeType.toLowerCase()) {
      case 'audio/red':
        return isSpeech
      case 'audio/opus':
      case 'video/vp8':
      case 'video/rtx':
        return true
      case 'video/vp9':
        // Profile 0 need not be named (RFC 9628 §6), and Firefox does not.
        return !sdpFmtpLine.includes('profile-id=') || sdpFmtpLine.includes('profile-id=0')
      case 'video/h264':
        return sdpFmtpLine.includes('profile-level-id=42e0') && sdpFmtpLine.includes('packetization-mode=1')
      default:
        return false
    }
  })
  const isRed = ({ mimeType }: RTCRtpCodec): boolean => mimeType.toLowerCase() === 'audio/red'
  return [...kept.filter(isRed), ...kept.filter((codec) => !isRed(codec))]
}

/**
 * A remote description that asks for speech as it is sent best: with in-band repair (FEC), and nothing in pauses
 * (DTX). Browsers offer the first and none offers the second (RFC 7587 §6.1). The microphone is the first audio line;
 * the second, a screen's sound, is left as it is: pauses in music are no pauses.
 */
export function tuneSpeech(sdp: string): string {
  const sections = sdp.split(/(?=^m=)/m)
  const index = sections.findIndex((section) => section.startsWith('m=audio'))
  return sections.map((section, i) => (i === index ? tuneOpus(section) : section)).join('')
}

function tuneOpus(section: string): string {
  const type = /^a=rtpmap:(\d+) opus\//im.exec(section)?.[1]
  if (type === undefined) return section
  const line = new RegExp(`^a=fmtp:${type} (.*?)(\\r?)$`, 'm')
  const wanted = { useinbandfec: '1', usedtx: '1' }
  return section.replace(line, (_whole, parameters: string, end: string) => {
    const kept = parameters.split(';').filter((part) => !((part.trim().split('=')[0] ?? '') in wanted))
    const added = Object.entries(wanted).map(([name, value]) => `${name}=${value}`)
    return `a=fmtp:${type} ${[...kept, ...added].join(';')}${end}`
  })
}
